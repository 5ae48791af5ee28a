"""Messages as the staff see them: Max everything, Dee purpose and state."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditRow
from clinic.words import Words
from outbox import deliveries, pauses
from outbox.models import Notice
from tests.desk.conftest import page_of
from tests.factories import outbox
from tests.factories import patients as people
from tests.factories.outbox import NINE, message, plan, planned

State, Channel, Purpose = Notice.State, Notice.Channel, Notice.Purpose
LETTER = Words("Two days on", "Two days on\n===========\n\nDear Mia,\n\n- rest\n- call {clinic_phone}\n", "<p>x</p>")


@pytest.fixture(autouse=True)
def the_tests_own_messages(settings, time_machine):
    settings.NOTICE_OWNERS = settings.NOTICE_OWNERS | outbox.OWNERS
    outbox.no_longer_wanted.clear()
    time_machine.move_to(NINE + timedelta(hours=1), tick=False)


def signed_in(actor) -> Client:
    return page_of(actor.user)


@pytest.fixture
def as_max(max_, site):
    return signed_in(max_)


@pytest.fixture
def as_dee(dee, site):
    return signed_in(dee)


def lines(response) -> list[tuple[str, str, str]]:
    """Return patient, title and state of each line on the page."""
    return [
        (line.notice.patient.name, str(line.title), str(line.notice.get_state_display()))
        for line in response.context["lines"]
    ]


def counts(response) -> dict[str, int]:
    return {str(choice.words): choice.count for choice in response.context["choices"]}


def ask(client, **query):
    return client.get(reverse("desk:messages"), query)


def post(client, name, row, **fields):
    return client.post(reverse(f"desk:message_{name}", args=[row.uuid]), fields)


# --- the list ----------------------------------------------------------------------------------------------


@pytest.fixture
def one_of_each(mia, tomasz, site, post_office_away):
    """A message in each state: due, sent, withdrawn, failed, too late, and a call for today."""
    row = {}
    for kind, state in (("A", State.SENT), ("B", State.WITHDRAWN), ("C", State.FAILED), ("D", State.EXPIRED)):
        row[state] = planned(mia, message(site, kind, words=Words(f"Letter {kind}", "text\n", "")))
        Notice.objects.filter(pk=row[state].pk).update(state=state, settled_at=NINE, owner=f"done-{kind}")
    row[State.DUE] = planned(mia, message(site, "E", due_at=NINE + timedelta(days=2)))
    row["call"] = planned(tomasz, message(site, "F", purpose=Purpose.FOLLOW_UP, subject="session:8"))
    return row


@pytest.fixture
def post_office_away(settings):
    settings.EMAIL_PORT = 9


def test_max_sees_every_message_with_its_state(as_max, one_of_each):
    everything = ask(as_max, show="all")

    assert counts(everything) == {
        "Due": 2,
        "Sheets and calls today": 1,
        "Sent": 1,
        "Withdrawn": 1,
        "Not sent": 2,
        "Everything": 6,
    }
    assert sorted(lines(everything)) == [
        ("Mia Okafor", "Letter A", "Sent"),
        ("Mia Okafor", "Letter B", "Withdrawn"),
        ("Mia Okafor", "Letter C", "Failed"),
        ("Mia Okafor", "Letter D", "Too late to send"),
        ("Mia Okafor", "One day after your visit", "Due"),
        ("Tomasz Wrona", "One day after your visit", "Due"),
    ]


@pytest.mark.parametrize(
    ("shelf", "titles"),
    [
        ("due", ["One day after your visit", "One day after your visit"]),
        ("hand", ["One day after your visit"]),
        ("sent", ["Letter A"]),
        ("withdrawn", ["Letter B"]),
        ("failed", ["Letter D", "Letter C"]),
        ("nonsense", ["One day after your visit", "One day after your visit"]),
    ],
)
def test_each_shelf_holds_its_own(as_max, one_of_each, shelf, titles):
    assert [title for _name, title, _state in lines(ask(as_max, show=shelf))] == titles


def test_one_patients_messages_stand_alone_when_asked_for(as_max, one_of_each, tomasz):
    response = ask(as_max, show="all", patient=str(tomasz.uuid))

    assert lines(response) == [("Tomasz Wrona", "One day after your visit", "Due")]
    assert counts(response)["Everything"] == 1


@pytest.mark.parametrize("named", ["not-a-uuid", str(uuid.UUID(int=7))])
def test_somebody_who_is_not_a_patient_is_not_found(as_max, named):
    assert ask(as_max, patient=named).status_code == 404


def test_times_are_the_clinics(as_max, mia, site):
    plan(mia, message(site, due_at=NINE.replace(month=7)))

    assert "Thu 2 Jul, 10:00" in ask(as_max).content.decode()


def test_a_call_for_tomorrow_is_not_for_today(as_dee, tomasz, site):
    plan(
        tomasz,
        message(site, "E", due_at=NINE.replace(hour=23, minute=59), purpose=Purpose.FOLLOW_UP),
        message(site, "F", due_at=NINE.replace(day=3, hour=0), purpose=Purpose.FOLLOW_UP),
    )

    assert [line.notice.kind for line in ask(as_dee, show="hand").context["lines"]] == ["E"]


def test_fifty_stand_on_a_page(as_max, mia, site):
    plan(mia, *(message(site, f"K{number}") for number in range(51)))

    assert [len(lines(ask(as_max, page=page))) for page in (1, 2)] == [50, 1]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("shelf", ["due", "hand", "sent", "all"])
def test_the_list_costs_the_same_for_one_message_and_for_three(as_max, site, count, shelf, django_assert_num_queries):
    for number in range(count):
        somebody = people.patient(f"Ida Number{number}", phone="0113 496 0777")
        row = planned(somebody, message(site, subject=f"session:{number}"))
        if shelf == "sent":
            Notice.objects.filter(pk=row.pk).update(state=State.DONE, settled_at=NINE)
    ask(as_max)

    with django_assert_num_queries(8):
        assert len(lines(ask(as_max, show=shelf))) == count


def test_an_empty_list_says_what_will_be_there(as_max):
    assert "Nothing is waiting" in ask(as_max).content.decode()


def test_when_mail_does_not_leave_the_page_says_so_and_that_nothing_is_lost(as_dee):
    pauses.begin(reason="535 5.7.8 Credentials invalid", at=NINE, length=timedelta(minutes=5))

    page = ask(as_dee).content.decode()

    assert "E-mail is not leaving" in page
    assert "535 5.7.8 Credentials invalid" in page


# --- what the desk never sees ------------------------------------------------------------------------------


def test_dee_sees_purpose_and_state_and_no_words(as_dee, mia, site):
    row = planned(mia, message(site, words=LETTER))

    listed, opened = ask(as_dee), as_dee.get(reverse("desk:message", args=[row.uuid]))

    assert lines(listed) == [("Mia Okafor", "Aftercare", "Due")]
    for page in (listed.content.decode(), opened.content.decode()):
        assert "Two days on" not in page
        assert "Dear Mia" not in page
    assert opened.context["line"].notice.get_deferred_fields() == {"headline", "body_text", "body_html"}


def test_dee_does_not_read_why_a_clinician_took_something_back(as_dee, mia, site):
    row = planned(mia, message(site))
    plan(mia, because="Her skin is infected.")

    page = as_dee.get(reverse("desk:message", args=[row.uuid])).content.decode()

    assert "Withdrawn" in page
    assert "infected" not in page


def test_dee_reads_what_the_mail_server_said(as_dee, mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.FAILED, settled_at=NINE, state_reason="550 5.1.1 No such user")

    assert "550 5.1.1 No such user" in as_dee.get(reverse("desk:message", args=[row.uuid])).content.decode()


@pytest.mark.parametrize("name", ["withdraw", "again"])
def test_dee_may_not_stop_or_repeat_what_she_may_not_read(as_dee, mia, site, name):
    row = planned(mia, message(site))

    assert post(as_dee, name, row, because="x").status_code == 403
    assert Notice.objects.get().state == State.DUE


def test_a_sheet_is_for_those_who_may_read_it(as_dee, tomasz, site):
    row = planned(tomasz, message(site))

    assert as_dee.get(reverse("desk:message_sheet", args=[row.uuid])).status_code == 403


# --- one message -------------------------------------------------------------------------------------------


def test_max_reads_a_message_as_the_patient_does_and_that_is_in_the_trail(as_max, mia, site):
    row = planned(mia, message(site, words=LETTER))

    response = as_max.get(reverse("desk:message", args=[row.uuid]))

    assert [(block.kind, block.lines) for block in response.context["blocks"]] == [
        ("title", ("Two days on",)),
        ("text", ("Dear Mia,",)),
        ("bullets", ("rest", "call 0113 496 0000")),
    ]
    assert AuditRow.objects.filter(verb="read", object_kind="outbox.notice", object_id=str(row.pk)).count() == 1


def test_what_was_possibly_sent_twice_is_marked(as_max, mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.SENT, settled_at=NINE, maybe_twice=True)

    assert "Possibly sent twice" in ask(as_max, show="sent").content.decode()


def test_the_tries_stand_on_the_page_with_what_the_server_said(as_max, mia, site, settings, smtp_server):
    row = planned(mia, message(site))
    smtp_server.answer = "451 4.3.0 Try later"
    deliveries.deliver(row.pk, at=NINE)

    page = as_max.get(reverse("desk:message", args=[row.uuid])).content.decode()

    assert "To be tried again" in page
    assert "The server said: 451 4.3.0 Try later" in page


def test_a_message_that_is_not_there_is_not_found(as_max):
    assert as_max.get(reverse("desk:message", args=[uuid.UUID(int=7)])).status_code == 404


# --- acting ------------------------------------------------------------------------------------------------


def test_max_takes_a_message_back(as_max, mia, site, max_):
    row = planned(mia, message(site))

    response = post(as_max, "withdraw", row, because="She asked us not to write.")

    row.refresh_from_db()
    assert (response.status_code, response.url) == (302, reverse("desk:message", args=[row.uuid]))
    assert (row.state, row.state_reason, row.settled_by) == (State.WITHDRAWN, "She asked us not to write.", max_.user)


def test_taking_back_asks_why(as_max, mia, site):
    row = planned(mia, message(site))

    response = post(as_max, "withdraw", row, because=" ")

    assert response.status_code == 422
    assert response.context["form"].errors == {"because": ["Say why, so that a colleague understands it later."]}
    assert Notice.objects.get().state == State.DUE


def test_taking_back_what_has_left_is_refused_with_a_sentence(as_max, mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.SENT, settled_at=NINE)

    response = post(as_max, "withdraw", row, because="Too late")

    assert response.status_code == 409
    assert response.context["refusal"].sentence == "This message has left or is leaving at this moment."


def test_max_tries_a_failed_message_again(as_max, mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.FAILED, settled_at=NINE)

    post(as_max, "again", row)

    row.refresh_from_db()
    assert (row.state, row.settled_at) == (State.DUE, None)


def test_dee_notes_a_call_and_is_back_where_she_was(as_dee, tomasz, site, dee):
    row = planned(tomasz, message(site, purpose=Purpose.FOLLOW_UP))
    here = reverse("desk:messages") + "?show=hand"

    response = post(as_dee, "settle", row, next=here)

    row.refresh_from_db()
    assert response.url == here
    assert (row.state, row.settled_by) == (State.DONE, dee.user)


def test_noting_leads_to_no_other_site(as_dee, tomasz, site):
    row = planned(tomasz, message(site, purpose=Purpose.FOLLOW_UP))

    assert post(as_dee, "settle", row, next="https://evil.example/").url == reverse("desk:message", args=[row.uuid])


def test_the_same_form_sent_twice_is_answered_alike(as_dee, tomasz, site):
    row = planned(tomasz, message(site, purpose=Purpose.FOLLOW_UP))
    key = str(uuid.uuid4())

    first, second = post(as_dee, "settle", row, form_key=key), post(as_dee, "settle", row, form_key=key)

    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert AuditRow.objects.filter(verb="notice.settled").count() == 1


def test_a_second_press_from_another_page_is_told_that_it_was_done(as_dee, tomasz, site):
    row = planned(tomasz, message(site, purpose=Purpose.FOLLOW_UP))
    post(as_dee, "settle", row)

    response = post(as_dee, "settle", row)

    assert response.status_code == 409
    assert response.context["refusal"].rule == "notice.not_open"


# --- sheets ------------------------------------------------------------------------------------------------


@pytest.fixture
def packet(tomasz, site):
    """Two sheets about one session, and one about another."""
    today = message(site, "AFTER_0H", words=LETTER)
    tomorrow = message(site, "AFTER_24H", due_at=NINE + timedelta(days=1))
    other = message(site, "AFTER_0H", subject="session:8")
    plan(tomasz, tomorrow, today, other)
    return Notice.objects.get(kind="AFTER_0H", subject="session:7")


def test_the_sheets_of_one_visit_are_printed_together_each_with_its_day(as_max, packet):
    response = as_max.get(reverse("desk:message_sheet", args=[packet.uuid]))

    assert [page["notice"].kind for page in response.context["pages"]] == ["AFTER_0H", "AFTER_24H"]
    page = response.content.decode()
    assert "For Monday 2 March, 09:00" in page
    assert "For Tuesday 3 March, 09:00" in page
    assert "call 0113 496 0000" in page


def test_printed_settles_what_was_on_the_page(as_max, packet):
    shown = as_max.get(reverse("desk:message_sheet", args=[packet.uuid])).context["pages"]

    post(as_max, "settle", packet, packet="1", **{"with": [page["notice"].uuid for page in shown]})

    assert set(Notice.objects.values_list("kind", "subject", "state")) == {
        ("AFTER_0H", "session:7", State.DONE),
        ("AFTER_24H", "session:7", State.DONE),
        ("AFTER_0H", "session:8", State.DUE),
    }


def test_printed_without_a_sheet_named_settles_nothing_and_says_so(as_max, packet):
    response = post(as_max, "settle", packet, packet="1")

    assert response.status_code == 422
    assert "No sheet was named" in response.content.decode()
    packet.refresh_from_db()
    assert packet.state == Notice.State.DUE


def test_a_sheet_printed_before_can_be_printed_again(as_max, packet):
    post(as_max, "settle", packet)

    response = as_max.get(reverse("desk:message_sheet", args=[packet.uuid]))

    assert response.context["is_waiting"] is False


def test_a_mail_is_no_sheet(as_max, mia, site):
    row = planned(mia, message(site))

    assert as_max.get(reverse("desk:message_sheet", args=[row.uuid])).status_code == 404
