"""Recording what happened already, and what the lead reads of it."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from tests.journeys.paper import Paper
from treatments import records
from treatments.models import Incident, Session

LIST = reverse("desk:incidents")
TOLD = {
    "identity_name": "Mia Okafor",
    "identity_born_on": "21/05/1994",
    "started_at": "10:05",
    "needling_ended_at": "11:05",
    "reason": "The tablet was broken.",
}


@pytest.fixture(autouse=True)
def half_past_eleven(db):
    treatments.values()
    with time_machine.travel(TEN + minutes(90), tick=False):
        yield


def paper_of(user):
    client = Client()
    client.force_login(user)
    return Paper(client)


@pytest.fixture
def tablet(ana):
    return paper_of(ana)


@pytest.fixture
def manager(max_, site):
    return paper_of(max_.user)


@pytest.fixture
def page(mia, microneedling, ana):
    return reverse("desk:session_afterwards", args=[booking.visit(mia, microneedling, ana).uuid])


@pytest.fixture
def told(tablet, page, mia):
    tablet.open(page)
    tablet.press("Record what happened", TOLD | {"identity_born_on": f"{mia.born_on:%d/%m/%Y}"})
    return Incident.objects.get()


def test_what_happened_is_told_and_the_chart_opens(tablet, told):
    session = Session.objects.get()

    assert tablet.sheet.address == reverse("desk:chart", args=[session.uuid])
    assert (session.is_afterwards, session.started_at) == (True, TEN + minutes(5))


def test_what_is_missing_gets_a_sentence_and_the_rest_stays(tablet, page):
    tablet.open(page)

    shown = tablet.press("Record what happened", {"identity_name": "Mia Okafor", "started_at": "25:00"})

    assert shown.status == 422
    assert [node.text for node in shown.styled("field-error")] == [
        "Confirm the date of birth.",
        "Write the time as 14:30.",
        "Write when it was over.",
        "Say what happened, and why it was not stopped.",
    ]
    assert (shown.value("identity_name"), Incident.objects.count()) == ("Mia Okafor", 0)


def test_what_is_not_over_is_refused_at_its_field_and_opens_no_chart(tablet, page, mia):
    tablet.open(page)

    shown = tablet.press("Record what happened", TOLD | {"needling_ended_at": "11:31"})

    assert (shown.status, Session.objects.count()) == (422, 0)
    assert [node.text for node in shown.styled("field-error")] == [
        "Only what is over is recorded here. This time has not come yet."
    ]
    assert shown.value("needling_ended_at") == "11:31"


def test_the_start_page_leads_there(tablet, page, mia):
    tablet.open(page.replace("afterwards", "start"))

    assert tablet.follow("It happened already? Record it as it was.").address == page


def test_it_stands_on_the_record(tablet, told):
    shown = tablet.open(reverse("desk:session_review", args=[Session.objects.get().uuid]))

    for words in ("The tablet was broken.", "No consent was signed", "Nothing was asked", "Recorded by Ana Duarte"):
        assert words in shown.text


def test_the_lead_finds_it_and_settles_it(manager, told):
    shown = manager.open(LIST)
    assert "Mia Okafor, 2 Mar 2026, 10:05" in shown.text

    manager.follow("Mia Okafor, 2 Mar 2026, 10:05")
    refused = manager.press("Settle", {"words": ""})
    assert (refused.status, Incident.objects.open().count()) == (422, 1)
    shown = manager.press("Settle", {"words": "A second tablet was bought."})

    assert shown.toasts == ["Kept. The incident is settled."]
    assert "Nothing waits" in shown.text


def test_the_list_says_whether_what_was_signed_is_as_it_was(manager, ana):
    assert "the first look is still to come" in manager.open(LIST).text
    records.check(at=TEN)
    assert "0 consents and 0 sealed records are as they were signed." in manager.open(LIST).text


def test_a_fault_is_named_with_the_patient(manager, mia):
    records.RecordCheck.objects.create(
        checked_at=TEN,
        consent_count=1,
        session_count=0,
        faults=[{"kind": "consent", "where": "x", "patient": str(mia.uuid), "words": "its text was changed"}],
    )

    shown = manager.open(LIST)

    assert "1 record is not as it was signed" in shown.text
    assert "its text was changed" in shown.text
    assert shown.link("of this patient").attrs["href"] == reverse("desk:patient", args=[mia.uuid])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    manager, told, as_ana, count, django_assert_num_queries, monkeypatch
):
    for _again in range(count - 1):
        records_of = Session.objects.get()
        Incident.objects.create(session=records_of, reason="Again", recorded_by=as_ana.user, recorded_at=TEN)
    manager.open(LIST)

    with django_assert_num_queries(7):
        manager.open(LIST)
