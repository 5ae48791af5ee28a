"""Signs of life: what the sweep writes down about itself, and what is read from it."""

from datetime import timedelta

import pytest

from outbox import heartbeats, pauses, tasks, vitals
from outbox.models import Heartbeat
from outbox.vitals import Trouble
from tests.factories.outbox import NINE, message, planned

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def heard(**at):
    Heartbeat.objects.bulk_create(Heartbeat(name=name, at=moment) for name, moment in at.items())


@pytest.fixture
def alive(db) -> None:
    heard(worker=NINE, beat=NINE)


def test_a_sweep_says_that_a_worker_lives_and_one_that_beat_asked_for_says_that_beat_does(db, time_machine):
    time_machine.move_to(NINE, tick=False)
    tasks.sweep()
    by_hand = dict(Heartbeat.objects.values_list("name", "at"))

    tasks.sweep(from_beat=True)

    assert by_hand == {"worker": NINE}
    assert dict(Heartbeat.objects.values_list("name", "at")) == {"worker": NINE, "beat": NINE}


def test_mail_that_was_accepted_is_a_sign_of_life(mia, site, post_office, time_machine):
    planned(mia, message(site))
    time_machine.move_to(NINE, tick=False)

    tasks.sweep()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker", "sent"}


def test_a_sign_of_life_is_written_down_seldom(alive, django_assert_num_queries):
    heartbeats.show("worker", at=NINE + 10 * SECOND)
    soon = Heartbeat.objects.get(name="worker").at
    heartbeats.show("worker", at=NINE + 20 * SECOND)

    assert (soon, Heartbeat.objects.get(name="worker").at) == (NINE, NINE + 20 * SECOND)


def test_a_clock_that_was_ahead_does_not_keep_a_sign_of_life_for_ever(db):
    heard(worker=NINE + timedelta(days=2))

    heartbeats.show("worker", at=NINE)

    assert Heartbeat.objects.get(name="worker").at == NINE


def test_all_is_well_for_three_minutes_after_the_last_sign(alive):
    assert vitals.read(at=NINE + 3 * MINUTE).troubles == []
    assert vitals.read(at=NINE + 3 * MINUTE + SECOND).troubles == [Trouble.WORKER_SILENT]


def test_a_beat_that_is_silent_while_the_worker_lives_is_named(db):
    heard(worker=NINE, beat=NINE - 4 * MINUTE)

    assert vitals.read(at=NINE).troubles == [Trouble.BEAT_SILENT]


def test_a_house_that_has_just_started_is_given_three_minutes(db, monkeypatch):
    monkeypatch.setattr(vitals, "UP_SINCE", NINE)

    assert vitals.read(at=NINE + 3 * MINUTE).troubles == []
    assert vitals.read(at=NINE + 4 * MINUTE).troubles == [Trouble.WORKER_SILENT]


def test_a_pause_comes_before_what_follows_from_it(alive, mia, site):
    planned(mia, message(site, due_at=NINE - 20 * MINUTE))
    pauses.begin(reason="535 Wrong password", at=NINE - 20 * MINUTE, length=30 * MINUTE)

    assert vitals.read(at=NINE).troubles == [Trouble.PAUSED, Trouble.BEHIND]


@pytest.mark.parametrize(("minutes", "troubles"), [(15, []), (16, [Trouble.BEHIND])])
def test_messages_are_behind_when_the_oldest_waited_for_more_than_a_quarter_of_an_hour(
    alive, mia, site, minutes, troubles
):
    planned(mia, message(site, due_at=NINE - minutes * MINUTE), at=NINE - timedelta(hours=2))

    assert vitals.read(at=NINE).troubles == troubles


def test_what_waits_for_the_morning_or_for_a_person_is_not_behind(alive, mia, tomasz, site):
    night = planned(mia, message(site, due_at=NINE - timedelta(hours=9)), at=NINE - timedelta(hours=10))
    type(night).objects.filter(pk=night.pk).update(next_try_at=NINE - MINUTE)
    planned(tomasz, message(site, subject="session:9", due_at=NINE - timedelta(hours=9)), at=NINE - timedelta(hours=10))

    signs = vitals.read(at=NINE)

    assert (signs.troubles, signs.oldest_at) == ([], NINE - MINUTE)


def test_pages_ask_once_in_five_seconds(alive, django_assert_num_queries):
    vitals.know([], seconds=0)
    try:
        with django_assert_num_queries(3):
            answers = [vitals.troubles(at=NINE + 4 * MINUTE) for _ in range(3)]
    finally:
        vitals.know([], seconds=float("inf"))

    assert answers == [[Trouble.WORKER_SILENT]] * 3
