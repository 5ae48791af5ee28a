"""How long a record is kept, on the pages: holds, erasure with its letter, closed records, and the last decision."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from clinic.models import AuditRow, Purge
from outbox.models import Notice
from patients import holds
from patients import patients as people
from patients.models import Erasure, Hold, Patient
from tests.factories import booking
from tests.factories import patients as who
from tests.factories.booking import TEN
from tests.story import signed_session
from visits import erasing, purging, reception

OVER = datetime(2036, 1, 8, 11, 0, tzinfo=UTC)


@pytest.fixture
def page(mia, site, eleven_on_tuesday):
    return reverse("desk:patient_keeping", args=[mia.uuid])


def at(name: str, patient) -> str:
    return reverse(f"desk:{name}", args=[patient.uuid])


def words_of(response) -> str:
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


# --- the legal hold ------------------------------------------------------------------------------------------


def test_the_page_says_until_when_and_why(manager, page):
    text = words_of(manager.get(page))

    assert "Last entry 5 January 2026" in text
    assert "May be deleted from 5 January 2034" in text
    assert "8 years after the last entry" in text


def test_a_hold_is_set_and_lifted_with_reasons(manager, page, mia):
    manager.post(at("patient_hold", mia), {"reason": "A claim is made"})
    assert "A claim is made Set by Max Feld on 3 March 2026." in words_of(manager.get(page))

    manager.post(at("patient_hold_lift", mia), {"because": "Settled"})

    hold = Hold.objects.get()
    assert (hold.lifted_because, hold.lifted_by.name) == ("Settled", "Max Feld")
    assert "lifted by Max Feld on 3 Mar 2026: Settled" in words_of(manager.get(page))


def test_without_a_reason_no_hold_is_set_or_lifted(manager, page, mia, max_):
    response = manager.post(at("patient_hold", mia), {"reason": " "})
    assert response.status_code == 422
    assert "Say why everything must be kept." in words_of(response)

    holds.set_(mia, reason="A claim is made", by=max_, at=TEN)
    response = manager.post(at("patient_hold_lift", mia), {"because": "x" * 251})
    assert response.status_code == 422
    assert "Write at most 250 letters." in words_of(response)
    assert "x" * 251 in response.content.decode()
    assert Hold.objects.standing().exists()


def test_a_second_hold_is_refused_in_words_and_keeps_what_was_typed(manager, page, mia, max_):
    holds.set_(mia, reason="A claim is made", by=max_, at=TEN)

    response = manager.post(at("patient_hold", mia), {"reason": "Another claim"})

    assert response.status_code == 422
    assert "is under a legal hold" in words_of(response)


def test_lifting_what_does_not_stand_says_so(manager, page, mia):
    response = manager.post(at("patient_hold_lift", mia), {"because": "Settled"}, follow=True)

    assert "No hold stands on this record." in words_of(response)


# --- erasing -------------------------------------------------------------------------------------------------


def test_erasing_closes_the_record_and_leads_to_the_letter(manager, page, mia):
    said = words_of(manager.get(at("patient_erase", mia)))
    assert "Deleted for good on 5 January 2034." in said

    response = manager.post(at("patient_erase", mia), {"reason": "Asked by letter"}, follow=True)

    text = words_of(response)
    assert "This record is closed" in text
    assert at("patient_erased_letter", mia) in response.content.decode()
    assert manager.get(at("patient_erase", mia)).url == page


@pytest.fixture
def erasure(page, mia, max_, site) -> Erasure:
    people.edit(mia, version=mia.version, address="3 Beck Row\nLeeds LS2 7AB", by=max_, at=TEN)
    erased = TEN + timedelta(days=1, hours=1)
    return erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=erased)


def test_the_letter_is_addressed_plain_and_dated(manager, erasure, mia):
    response = manager.get(at("patient_erased_letter", mia))

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    text = " ".join(PdfReader(BytesIO(response.content)).pages[0].extract_text().split())
    for words in (
        "Rowan Skin Clinic 12 Mill Lane, Leeds LS1 4AB",
        "Mia Okafor 3 Beck Row Leeds LS2 7AB",
        "3 March 2026",
        "Dear Mia Okafor,",
        "You asked us to forget you.",
        "On 5 January 2034 the rest is due to be deleted for good.",
        "Max Feld, for Rowan Skin Clinic",
    ):
        assert words in text
    assert AuditRow.objects.filter(verb="record.letter", patient_id_text=str(mia.uuid)).count() == 1


def test_everybody_else_finds_nobody(desk, practice, manager, erasure, mia):
    for client in (desk, practice, manager):
        assert client.get(at("patient", mia)).status_code == 404
        assert client.get(at("patient_edit", mia)).status_code == 404
        for finder in ("desk:patients", "desk:palette", "desk:book"):
            assert "Okafor" not in words_of(client.get(reverse(finder), {"q": "mia ok"}))
    for client in (desk, practice):
        assert client.get(at("patient_keeping", mia)).status_code == 403
        assert client.get(reverse("desk:closed")).status_code == 403


def test_what_was_theirs_is_closed_with_them(manager, desk, page, told, mia, site, max_):
    visit, notice = told.appointment, Notice.objects.filter(patient=mia).first()
    pages = [at("appointment", visit), at("record", told), reverse("desk:message", args=[notice.uuid])]
    practice_sees = [desk.get(pages[0]).status_code, desk.get(pages[2]).status_code]
    assert practice_sees == [200, 200]

    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=TEN + timedelta(days=1, hours=1))

    assert [manager.get(address).status_code for address in (pages[0], pages[2])] == [404, 404]
    assert "Mia" not in words_of(desk.get("/", {"day": "2026-03-02", "view": "list"}))
    assert "Mia" not in words_of(desk.get(reverse("desk:messages"), {"show": "all"}))


@pytest.fixture
def told(mia, ana, microneedling, site, dee, as_ana):
    session = signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana)
    for visit in mia.appointments.standing():
        reception.cancel(visit, version=visit.version, reason="Moves away", by=dee, at=TEN + timedelta(hours=3))
    return session


def test_those_who_look_after_records_find_them_by_name(manager, erasure, mia):
    found = manager.get(reverse("desk:closed"), {"q": "mia ok"})

    assert [one.patient for one in found.context["page"]] == [mia]
    assert list(manager.get(reverse("desk:closed"), {"q": "zoe"}).context["page"]) == []
    assert manager.get(at("patient_seen", mia)).status_code == 200


def test_a_visit_to_come_stops_it_and_the_page_leads_there(manager, page, mia, ana, microneedling):
    visit = booking.visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=7))

    response = manager.post(at("patient_erase", mia), {"reason": "Asked by letter"})

    assert response.status_code == 422
    assert "A visit is still booked. Cancel it first, or let it happen." in words_of(response)
    assert at("appointment", visit) in response.content.decode()
    assert "Asked by letter" in response.content.decode()


def test_what_was_asked_for_is_written_or_nothing_goes(manager, page, mia):
    response = manager.post(at("patient_erase", mia), {"reason": ""})

    assert response.status_code == 422
    assert "Write what the patient asked for, and how." in words_of(response)
    assert Patient.objects.filter(pk=mia.pk).exists()


def test_a_patient_who_comes_back_has_their_record_back(manager, erasure, mia):
    manager.post(at("patient_reopen", mia))

    assert manager.get(at("patient", mia)).status_code == 200
    assert manager.get(at("patient_erased_letter", mia)).status_code == 404


# --- the last decision ---------------------------------------------------------------------------------------


@pytest.fixture
def due(mia, site):
    purging.list_due(at=OVER)
    with time_machine.travel(OVER, tick=False):
        yield Purge.objects.get()


def test_what_is_due_is_listed_and_counted(due, manager, mia):
    assert [person for _purge, person in manager.get(reverse("desk:due")).context["waiting"]] == [mia]

    text = words_of(manager.get(at("due_one", due)))

    assert "Kept until 5 January 2034. This would go:" in text
    assert "patients 1" in text


@pytest.mark.parametrize("typed", ["", "R-99999", "mia"])
def test_without_its_reference_nothing_is_deleted(due, manager, mia, typed):
    response = manager.post(at("due_one", due), {"reference": typed})

    assert response.status_code == 422
    assert Patient.objects.get() == mia


def test_the_decision_deletes_it_for_good(due, manager, mia):
    response = manager.post(at("due_one", due), {"reference": mia.reference.lower()}, follow=True)

    assert "The record is deleted for good." in words_of(response)
    assert str(due.patient_uuid) in response.content.decode()
    assert not Patient.everybody.exists()
    assert manager.get(at("due_one", due)).status_code == 404


def test_a_hold_set_meanwhile_stops_it_in_words(due, manager, mia, max_):
    holds.set_(mia, reason="A claim is made", by=max_, at=OVER)

    response = manager.post(at("due_one", due), {"reference": mia.reference})

    assert response.status_code == 422
    assert "This record is not to be deleted now" in words_of(response)
    assert Patient.objects.get() == mia


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_the_same_for_one_and_for_three(manager, site, max_, count, django_assert_num_queries):
    for number in range(count):
        person = who.patient(f"Person {number}", phone=f"0113 496 030{number}")
        erasing.erase(person, reason="Asked", site=site, by=max_, at=TEN)
    purging.list_due(at=OVER)

    with django_assert_num_queries(6):
        manager.get(reverse("desk:closed"))
    with django_assert_num_queries(7):
        manager.get(reverse("desk:due"))
