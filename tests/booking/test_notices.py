from datetime import timedelta

import pytest

from booking import appointments, notices
from clinic import words
from outbox import notices as outbox
from outbox.models import Notice
from patients import links
from patients.models import Link
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

FRIDAY_WEEK = TEN + timedelta(days=11)  # Friday 13 March, 10:00


def desired(patient, at=SUNDAY):
    return [(message.kind, message.occasion, message.due_at) for message in notices.desired(patient, at=at)]


def plan(patient, at):
    """Bring the outbox in line with what is desired, as every step of a visit does."""
    return outbox.reconcile(owner="booking", patient=patient, desired=notices.desired(patient, at=at), at=at)


def step(appointment, verb, *, at, **fields):
    return getattr(appointments, verb)(appointment, version=appointment.version, by=HOUSE, at=at, **fields)


@pytest.fixture
def booked(mia, ana, microneedling):
    return visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK)


def test_a_booked_treatment_is_confirmed_prepared_for_and_remembered(mia, booked):
    assert desired(mia) == [
        ("CONFIRMATION", "0", SUNDAY + minutes(3)),
        ("PRE_7D", "0", FRIDAY_WEEK - timedelta(days=7)),
        ("PRE_24H", "0", FRIDAY_WEEK - timedelta(days=1)),
    ]


def test_each_message_is_about_its_visit_and_ends_in_time(mia, booked, site):
    messages = notices.desired(mia, at=SUNDAY)

    assert {(m.subject, m.purpose, m.site, m.language) for m in messages} == {
        (f"appointment:{booked.pk}", Notice.Purpose.APPOINTMENT, site, "en")
    }
    assert [m.not_after for m in messages] == [
        FRIDAY_WEEK - minutes(30),
        FRIDAY_WEEK - timedelta(days=2),
        FRIDAY_WEEK - minutes(30),
    ]


def test_a_consultation_needs_no_preparation(mia, ana, consultation):
    visit(mia, consultation, ana, starts_at=FRIDAY_WEEK)

    assert [kind for kind, *_ in desired(mia)] == ["CONFIRMATION", "PRE_24H"]


def test_a_visit_tomorrow_is_only_confirmed(mia, ana, microneedling):
    visit(mia, microneedling, ana, starts_at=TEN, at=TEN - timedelta(hours=20))

    assert [kind for kind, *_ in desired(mia, at=TEN - timedelta(hours=20))] == ["CONFIRMATION"]


def test_a_patient_who_need_not_be_told_is_still_reminded(mia, ana, microneedling):
    booked = visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK, tell_patient=False)
    assert [kind for kind, *_ in desired(mia)] == ["PRE_7D", "PRE_24H"]

    step(booked, "move", starts_at=FRIDAY_WEEK + minutes(30), at=SUNDAY + minutes(10))
    assert [kind for kind, *_ in desired(mia)] == ["PRE_7D", "PRE_24H"]


def test_a_cancellation_is_told_in_any_case(mia, ana, microneedling):
    booked = visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK, tell_patient=False)
    step(booked, "cancel", reason="Ana is ill", at=SUNDAY + minutes(10))

    assert desired(mia) == [("CANCELLATION", "1", SUNDAY + minutes(13))]


def test_a_moved_visit_is_told_as_a_change_and_reminded_anew(mia, booked):
    moved_at, later = SUNDAY + minutes(10), FRIDAY_WEEK + timedelta(days=3)
    moved = step(booked, "move", starts_at=later, at=moved_at)

    assert desired(mia) == [
        ("CHANGE", "1", moved_at + minutes(3)),
        ("PRE_7D", "1", later - timedelta(days=7)),
        ("PRE_24H", "1", later - timedelta(days=1)),
    ]
    assert moved.sequence == 1


def test_another_length_is_no_news_though_calendars_show_it(mia, booked):
    told = desired(mia)
    longer = step(booked, "move", starts_at=FRIDAY_WEEK, needling_minutes=45, at=SUNDAY + minutes(10))

    assert (desired(mia), longer.sequence) == (told, 1)
    later = step(longer, "move", starts_at=FRIDAY_WEEK + minutes(30), at=SUNDAY + minutes(20))
    assert ([occasion for _kind, occasion, _due_at in desired(mia)], later.sequence) == (["1"] * 3, 2)


def test_a_cancelled_visit_is_only_told_off(mia, booked):
    step(booked, "cancel", reason="Ill", at=SUNDAY + minutes(10))

    assert desired(mia) == [("CANCELLATION", "1", SUNDAY + minutes(13))]


def test_a_booking_called_off_at_once_is_never_mentioned(mia, booked):
    step(booked, "cancel", reason="Wrong day", at=SUNDAY + minutes(2))

    assert desired(mia) == []


def test_a_cancellation_taken_back_at_once_brings_the_same_messages_back(mia, booked):
    before = desired(mia)
    cancelled = step(booked, "cancel", reason="Wrong Mia", at=SUNDAY + minutes(10))
    step(cancelled, "revert", at=SUNDAY + minutes(11))

    assert desired(mia) == before


@pytest.mark.parametrize("verb", ["arrive", "no_show"])
def test_a_visit_that_is_here_or_missed_has_nothing_to_say(mia, ana, consultation, verb):
    booked = visit(mia, consultation, ana)
    step(booked, verb, at=TEN)

    assert desired(mia, at=TEN - minutes(1)) == []


def test_a_visit_that_has_begun_has_nothing_to_say(mia, booked):
    assert desired(mia, at=FRIDAY_WEEK) == []


def test_the_words_are_the_letters_filled_with_the_visit(mia, booked):
    by_kind = {message.kind: message.words for message in notices.desired(mia, at=SUNDAY)}

    assert [by_kind[kind].subject for kind in ("CONFIRMATION", "PRE_24H")] == [
        "Your appointment on Fri 13 March, 10:00"
    ] * 2
    text = by_kind["CONFIRMATION"].text
    assert "When: Fri 13 March, 10:00 to 11:20" in text
    assert "With: Ana" in text
    assert "Where: {clinic_address}" in text
    assert "please tell us by Wed 11 March, 10:00" in text
    assert "Numbing cream is planned for you." in by_kind["PRE_24H"].text


def test_the_hours_in_a_letter_are_the_sites_own(mia, ana, microneedling):
    visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=29, hours=-1))  # Tuesday 31 March, summer time

    message = notices.desired(mia, at=SUNDAY)[0]
    assert message.words.subject == "Your appointment on Tue 31 March, 10:00"


def test_a_change_says_what_was(mia, booked):
    plan(mia, SUNDAY)
    Notice.objects.filter(kind="CONFIRMATION").update(state="sent", settled_at=SUNDAY + minutes(3))
    step(booked, "move", starts_at=FRIDAY_WEEK + minutes(30), at=SUNDAY + minutes(10))

    change = notices.desired(mia, at=SUNDAY)[0].words
    assert "New time: Fri 13 March, 10:30 to 11:50" in change.text
    assert "Before: Fri 13 March, 10:00" in change.text


def test_a_consultation_promises_no_numbing(mia, ana, consultation):
    visit(mia, consultation, ana, starts_at=FRIDAY_WEEK)

    assert "Numbing" not in notices.desired(mia, at=SUNDAY)[-1].words.text


def test_nothing_is_sent_half_filled(mia, booked):
    messages = notices.desired(mia, at=SUNDAY)
    late = {*words.late().values(), links.placeholder(Link.objects.get())}
    for message in messages:
        left_open = {f"{{{piece.split('}')[0]}}}" for piece in message.words.text.split("{")[1:]}
        assert left_open - late == set()


def test_planning_twice_changes_nothing(mia, booked):
    assert plan(mia, SUNDAY).inserted == 3
    assert (plan(mia, SUNDAY + minutes(60)).changed, Notice.objects.count()) == (0, 3)


def test_cancelling_withdraws_the_reminders_and_taking_it_back_revives_them(mia, booked):
    plan(mia, SUNDAY)
    Notice.objects.filter(kind="CONFIRMATION").update(state="sent", settled_at=SUNDAY + minutes(3))

    cancelled = step(booked, "cancel", reason="Ill", at=SUNDAY + minutes(10))
    tally = plan(mia, SUNDAY + minutes(10))
    assert (tally.inserted, tally.withdrawn) == (1, 2)

    step(cancelled, "revert", at=SUNDAY + minutes(11))
    tally = plan(mia, SUNDAY + minutes(11))
    assert (tally.withdrawn, tally.revived, tally.inserted) == (1, 2, 0)
    assert dict(Notice.objects.values_list("kind", "state")) == {
        "CONFIRMATION": "sent",
        "PRE_7D": "due",
        "PRE_24H": "due",
        "CANCELLATION": "withdrawn",
    }


# --- at the gate, just before sending ----------------------------------------------------------------------


@pytest.fixture
def rows(mia, booked):
    plan(mia, SUNDAY)
    return {row.kind: row for row in Notice.objects.all()}


@pytest.mark.parametrize("kind", ["CONFIRMATION", "PRE_7D", "PRE_24H"])
def test_a_message_about_a_visit_that_stands_is_still_wanted(rows, kind):
    assert notices.still_wanted(rows[kind], at=rows[kind].due_at) == ""


def test_a_confirmation_is_no_longer_wanted_once_the_visit_has_begun(rows):
    assert notices.still_wanted(rows["CONFIRMATION"], at=FRIDAY_WEEK) == "The visit has begun."


def test_no_reminder_of_a_cancelled_visit_leaves(rows, booked):
    step(booked, "cancel", reason="Ill", at=SUNDAY + minutes(10))

    assert notices.still_wanted(rows["PRE_24H"], at=rows["PRE_24H"].due_at) == "The visit was cancelled."


def test_no_reminder_of_the_old_time_leaves(rows, booked):
    step(booked, "move", starts_at=FRIDAY_WEEK + minutes(30), at=SUNDAY + minutes(10))

    assert notices.still_wanted(rows["PRE_24H"], at=rows["PRE_24H"].due_at) == "The visit was changed since."


def test_no_reminder_leaves_once_the_patient_is_here(rows, booked):
    step(booked, "arrive", at=FRIDAY_WEEK - timedelta(hours=2))

    wanted = notices.still_wanted(rows["PRE_24H"], at=FRIDAY_WEEK - timedelta(hours=1))
    assert wanted == "The visit has moved on."


def test_no_cancellation_leaves_once_it_was_taken_back(mia, booked):
    cancelled = step(booked, "cancel", reason="Ill", at=SUNDAY + minutes(10))
    plan(mia, SUNDAY + minutes(10))
    step(cancelled, "revert", at=SUNDAY + minutes(11))

    row = Notice.objects.get(kind="CANCELLATION")
    assert notices.still_wanted(row, at=SUNDAY + minutes(13)) == "The visit was changed since."


def test_a_message_about_no_visit_is_not_wanted(rows):
    rows["PRE_24H"].subject = "appointment:0"

    assert notices.still_wanted(rows["PRE_24H"], at=SUNDAY) == "There is no such visit."


@pytest.mark.parametrize("count", [1, 3])
def test_messages_cost_the_same_queries_however_many_visits(mia, ana, consultation, count, django_assert_num_queries):
    for number in range(count):
        visit(mia, consultation, ana, starts_at=TEN + timedelta(days=number))

    with django_assert_num_queries(5):  # the links of the visits that have none yet are written in one
        notices.desired(mia, at=SUNDAY)
    with django_assert_num_queries(4):
        notices.desired(mia, at=SUNDAY)


def test_healing_puts_back_what_was_lost_about_visits_and_leaves_the_rest(mia, booked):
    plan(mia, SUNDAY)
    before = set(Notice.objects.values_list("key", "due_at", "state"))
    Notice.objects.filter(kind="PRE_24H").delete()

    first, second = notices.heal(at=SUNDAY), notices.heal(at=SUNDAY)

    assert (first.inserted, first.changed, second.changed) == (1, 1, 0)
    assert set(Notice.objects.values_list("key", "due_at", "state")) == before
