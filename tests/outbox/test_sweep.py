import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from outbox import deliveries, tasks, waking
from outbox.deliveries import Outcome
from outbox.models import Notice
from tests import servers
from tests.factories import patients as people
from tests.factories.outbox import NINE, message, plan, planned

State = Notice.State


def many(site, count, **fields):
    """Plan one message to each of `count` people."""
    for number in range(count):
        somebody = people.patient(f"Ida Number{number}", email=f"ida{number}@post.example")
        plan(somebody, message(site, subject=f"session:{number}", **fields))


def test_a_sweep_sends_everything_that_is_due_and_nothing_else(mia, site, post_office):
    plan(mia, message(site), message(site, "AFTER_48H", due_at=NINE + timedelta(hours=24)))

    tally = deliveries.send_due(clock=lambda: NINE)

    assert tally == {Outcome.SENT: 1}
    assert dict(Notice.objects.values_list("kind", "state")) == {"AFTER_24H": State.SENT, "AFTER_48H": State.DUE}


def test_what_came_too_late_on_any_way_is_listed_and_not_sent(mia, tomasz, site, post_office):
    mail, sheet = planned(mia, message(site)), planned(tomasz, message(site, subject="session:8"))

    deliveries.send_due(clock=lambda: mail.not_after + timedelta(seconds=1))

    assert set(Notice.objects.values_list("pk", "state")) == {(mail.pk, State.EXPIRED), (sheet.pk, State.EXPIRED)}
    assert post_office.raw == []


def test_after_a_week_without_power_nothing_stale_leaves_and_the_fresh_does(mia, site, post_office):
    a_week_later = NINE + timedelta(days=7)
    plan(mia, message(site, "AFTER_24H"), message(site, "FOLLOW_28D", due_at=a_week_later - timedelta(hours=2)))

    deliveries.send_due(clock=lambda: a_week_later)

    assert dict(Notice.objects.values_list("kind", "state")) == {
        "AFTER_24H": State.EXPIRED,
        "FOLLOW_28D": State.SENT,
    }


def test_a_sweep_stops_when_its_time_is_over_and_the_next_goes_on(site, post_office):
    many(site, 3)
    moments = iter([NINE + timedelta(seconds=40 * tick) for tick in range(20)])

    first = deliveries.send_due(clock=lambda: next(moments), patience=timedelta(seconds=90))
    second = deliveries.send_due(clock=lambda: NINE)

    assert first[Outcome.SENT] >= 1
    assert first[Outcome.SENT] + second[Outcome.SENT] == 3


def test_the_task_sweeps_by_the_clock_on_the_wall(mia, site, post_office, time_machine):
    plan(mia, message(site))
    time_machine.move_to(NINE)

    tasks.sweep()

    assert Notice.objects.get().state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_send_each_message_once(site, post_office):
    many(site, 40)

    def one_sweep():
        deliveries.send_due(clock=lambda: NINE)
        connection.close()

    sweeps = [threading.Thread(target=one_sweep) for _ in range(4)]
    for each in sweeps:
        each.start()
    for each in sweeps:
        each.join()

    assert sorted(to for (to,) in post_office.recipients) == sorted(f"ida{number}@post.example" for number in range(40))
    assert set(Notice.objects.values_list("state", "attempt_count", "maybe_twice")) == {(State.SENT, 1, False)}


def test_waking_asks_for_one_sweep(settings):
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    before = set(folder.iterdir())

    waking.wake()

    (asked,) = set(folder.iterdir()) - before
    message = json.loads(asked.read_text())
    asked.unlink()
    assert (message["headers"]["task"], message["headers"]["eta"]) == ("outbox.tasks.sweep", None)


@pytest.mark.parametrize(
    ("due_at", "asked"),
    [(NINE, 1), (NINE + timedelta(minutes=3), 0)],
    ids=["at once", "three minutes later: the beat of its time sends it"],
)
def test_a_sweep_is_asked_for_when_something_is_to_leave_at_once(
    mia, site, sweeps_asked, django_capture_on_commit_callbacks, due_at, asked
):
    with django_capture_on_commit_callbacks(execute=True):
        plan(mia, message(site, due_at=due_at), at=NINE)
    assert len(sweeps_asked()) == asked

    with django_capture_on_commit_callbacks(execute=True):
        plan(mia, message(site, due_at=due_at), at=NINE)
    assert len(sweeps_asked()) == asked  # nothing is new


def test_a_sweep_is_asked_for_when_a_message_is_to_leave_earlier_than_planned(
    mia, site, sweeps_asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        plan(mia, message(site, due_at=NINE + timedelta(hours=1)), at=NINE)
        plan(mia, message(site, due_at=NINE), at=NINE)

    assert len(sweeps_asked()) == 1


@pytest.fixture
def sweeps_asked(settings):
    """Return what asks for the sweeps that wait in the broker by now; they are gone after the test."""
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    before = set(folder.iterdir())
    yield lambda: set(folder.iterdir()) - before
    for asked in set(folder.iterdir()) - before:
        asked.unlink()


def test_a_broker_that_is_away_is_nobodys_trouble(monkeypatch, caplog):
    monkeypatch.setitem(tasks.sweep.app.conf, "broker_url", f"redis://127.0.0.1:{servers.free_port()}/0")

    waking.wake()

    assert [record.message for record in caplog.records] == [
        "No sweep could be asked for (OperationalError); the next beat brings one."
    ]


def test_a_sweep_costs_the_same_questions_to_find_one_message_or_three(site, post_office, django_assert_num_queries):
    many(site, 1)
    deliveries.send_due(clock=lambda: NINE)
    with django_assert_num_queries(4):
        deliveries.send_due(clock=lambda: NINE)
    many_more = NINE + timedelta(minutes=1)
    Notice.objects.update(state=State.DUE, settled_at=None, due_at=many_more + timedelta(hours=1))
    with django_assert_num_queries(4):
        deliveries.send_due(clock=lambda: many_more)
