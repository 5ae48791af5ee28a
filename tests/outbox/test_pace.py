"""How fast mail leaves, and in what order: today before last week, and nobody gets two letters at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from outbox import deliveries, pace, rules
from outbox.deliveries import Outcome
from outbox.models import Notice, Pace
from tests.factories import outbox
from tests.factories import patients as people
from tests.factories.outbox import NINE, message, plan

State, Purpose = Notice.State, Notice.Purpose
MINUTE = timedelta(minutes=1)


def many(site, count, prefix="ida", **fields):
    """Plan one message to each of `count` people."""
    for number in range(count):
        somebody = people.patient(f"Ida Number{number}", email=f"{prefix}{number}@post.example")
        plan(somebody, message(site, subject=f"session:{prefix}{number}", **fields))


def sweep(at=NINE):
    return deliveries.send_due(clock=lambda: at)


# --- for everybody together ----------------------------------------------------------------------------------


def test_no_more_leaves_in_a_minute_than_the_settings_allow(site, post_office, settings):
    settings.MAILS_A_MINUTE = 3
    many(site, 7)

    sent = [sweep(NINE + timedelta(seconds=seconds))[Outcome.SENT] for seconds in (0, 20, 40, 60, 90, 120)]

    assert sent == [3, 0, 0, 3, 0, 1]


def test_what_was_not_let_out_waits_as_it_was(site, post_office, settings):
    settings.MAILS_A_MINUTE = 1
    many(site, 2)

    sweep()

    waiting = Notice.objects.get(state=State.DUE)
    assert (waiting.lease_until, waiting.attempt_count, waiting.next_try_at) == (None, 0, None)


def test_what_the_gate_turned_back_takes_nobody_elses_place(site, post_office, settings, dee):
    settings.MAILS_A_MINUTE = 2
    many(site, 3)
    first = Notice.objects.order_by("pk").first()
    type(first.patient).objects.filter(pk=first.patient_id).update(wants_aftercare_mail=False)

    tally = sweep()
    tally += sweep(NINE + timedelta(seconds=1))

    assert tally == {Outcome.BY_HAND: 1, Outcome.SENT: 2}


@pytest.mark.django_db(transaction=True)
def test_four_workers_share_one_allowance(site, settings):
    settings.MAILS_A_MINUTE = 50
    taken = []

    def ask():
        taken.append(sum(pace.take(7, at=NINE) for _ in range(5)))
        connection.close()

    workers = [threading.Thread(target=ask) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert sum(taken) == 50
    assert sum(count for _second, count in Pace.objects.get().let_out) == 50


def test_a_minute_is_any_minute_and_not_one_of_the_clock(settings, db):
    settings.MAILS_A_MINUTE = 10

    taken = [pace.take(6, at=NINE + timedelta(seconds=seconds)) for seconds in (50, 70, 109, 110, 130)]

    assert taken == [6, 4, 0, 6, 4]


def test_a_clock_that_was_ahead_for_a_while_stops_nobody(settings, db):
    settings.MAILS_A_MINUTE = 10
    pace.take(10, at=NINE + timedelta(days=3))

    assert pace.take(10, at=NINE) == 10


# --- what is fresh goes first --------------------------------------------------------------------------------


def test_after_days_of_standstill_todays_messages_leave_before_last_weeks(site, post_office, settings):
    settings.MAILS_A_MINUTE = 2
    many(site, 2, "old", due_at=NINE - timedelta(days=5), not_after=NINE + timedelta(hours=2), any_hour=True)
    many(site, 2, "new", due_at=NINE, not_after=NINE + timedelta(hours=36))

    sweep()
    sweep(NINE + MINUTE)

    assert [to for (to,) in post_office.recipients] == [
        "new0@post.example",
        "new1@post.example",
        "old0@post.example",
        "old1@post.example",
    ]


def test_of_what_is_fresh_the_most_urgent_leaves_first():
    on_time = {"due_at": NINE}
    in_an_hour, tomorrow = NINE + timedelta(hours=1), NINE + timedelta(days=1)

    assert rules.turn(NINE, not_after=in_an_hour, **on_time) < rules.turn(NINE, not_after=tomorrow, **on_time)
    assert rules.turn(NINE, not_after=tomorrow, **on_time) < rules.turn(
        NINE, due_at=NINE - timedelta(hours=2), not_after=in_an_hour
    )


# --- for one patient -----------------------------------------------------------------------------------------


def test_nobody_gets_two_letters_of_care_within_ten_minutes(mia, site, post_office):
    plan(mia, message(site, "AFTER_24H"), message(site, "FOLLOW_28D", purpose=Purpose.FOLLOW_UP, subject="course:1"))

    first, too_early, second = sweep(), sweep(NINE + 9 * MINUTE), sweep(NINE + 11 * MINUTE)

    assert first == {Outcome.SENT: 1, Outcome.LATER: 1}
    assert (too_early, second) == ({}, {Outcome.SENT: 1})


def test_news_of_a_visit_does_not_wait_for_a_letter_of_care(mia, site, post_office):
    plan(
        mia,
        message(site),
        message(site, "CONFIRMATION", purpose=Purpose.APPOINTMENT),
        message(site, "CHANGE", purpose=Purpose.APPOINTMENT),
    )

    assert sweep() == {Outcome.SENT: 3}


def test_a_letter_that_would_be_too_late_in_ten_minutes_leaves_at_once(mia, site, post_office):
    soon = NINE + 9 * MINUTE
    plan(mia, message(site, not_after=soon), message(site, "AFTER_48H", not_after=soon))

    assert sweep() == {Outcome.SENT: 2}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_patient_one_letter(mia, site, post_office):
    plan(mia, message(site, "AFTER_24H"), message(site, "AFTER_48H"))
    outcomes, both = [], threading.Barrier(2)

    def work(notice):
        both.wait()
        outcomes.append(deliveries.deliver(notice.pk, at=NINE))
        connection.close()

    workers = [threading.Thread(target=work, args=(notice,)) for notice in Notice.objects.all()]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert sorted(outcomes) == [Outcome.LATER, Outcome.SENT]
    assert len(post_office.raw) == 1


# --- when several of one plan are due together ---------------------------------------------------------------


@pytest.fixture
def asked(settings):
    """Let the tests' own plans be made again; return whose were."""
    settings.NOTICE_PLANNERS = outbox.PLANNERS
    outbox.asked_again.clear()
    return outbox.asked_again


def test_a_plan_with_several_messages_due_is_asked_once_more_before_any_leaves(mia, site, post_office, asked):
    plan(mia, message(site, "AFTER_24H"), message(site, "AFTER_48H"), message(site, "AFTER_72H"))

    tally = sweep()

    assert (asked, tally) == ([mia], {Outcome.SENT: 1})
    assert dict(Notice.objects.values_list("kind", "state")) == {
        "AFTER_24H": State.WITHDRAWN,
        "AFTER_48H": State.WITHDRAWN,
        "AFTER_72H": State.SENT,
    }


def test_a_plan_with_one_message_due_is_not_asked(mia, site, post_office, asked):
    plan(mia, message(site, "AFTER_24H"), message(site, "AFTER_48H", due_at=NINE + MINUTE))

    sweep()

    assert asked == []


def test_a_plan_that_cannot_be_made_again_stops_nothing(site, post_office, asked, caplog):
    somebody = people.patient("Ida in trouble", email="ida@post.example")
    plan(somebody, message(site, "AFTER_24H"), message(site, "AFTER_48H"))

    tally = sweep()

    assert (asked, tally) == ([somebody], {Outcome.SENT: 1, Outcome.LATER: 1})
    assert [record.message for record in caplog.records] == [
        f"What tests has to say to patient {somebody.pk} could not be planned again"
    ]


@pytest.mark.django_db(transaction=True)
def test_the_plan_that_the_house_names_can_be_asked_from_a_sweep(mia, site, post_office, settings, caplog):
    settings.NOTICE_PLANNERS = {outbox.OWNER: settings.NOTICE_PLANNERS["aftercare"]}
    plan(mia, message(site, "AFTER_24H"), message(site, "AFTER_48H"))

    sweep()

    assert caplog.records == []
