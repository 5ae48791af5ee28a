"""Somebody changes their mind in the very moment a message leaves: no delivery begins after the change is kept.

The worker holds the message and stands before its gate, or just behind it, while the change is made and committed by
another connection. Beside it the control: with both looks taken away the message leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from outbox import deliveries, gate
from outbox.deliveries import Outcome
from outbox.models import Attempt, Notice
from tests.factories import outbox
from tests.factories.booking import SUNDAY, TEN, visit
from tests.factories.outbox import message, planned
from visits import erasing, merging, notices, reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]
State = Notice.State
SOON = SUNDAY + timedelta(minutes=5)
Change = Callable[[], Any]


@pytest.fixture(autouse=True)
def the_tests_own_messages(settings) -> None:
    settings.NOTICE_OWNERS = settings.NOTICE_OWNERS | outbox.OWNERS
    outbox.no_longer_wanted.clear()


def elsewhere(change: Change) -> None:
    """Make a change on a connection of its own, and return once it is committed."""
    troubles: list[BaseException] = []

    def make() -> None:
        try:
            change()
        except BaseException as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    thread = threading.Thread(target=make)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert troubles == []


@pytest.fixture
def confirmation(mia, ana, site, microneedling, smtp_server) -> Notice:
    """A confirmation that is due, of a visit that the changes are about."""
    visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=14))
    with transaction.atomic():
        notices.reconcile(mia, at=SUNDAY)
    return Notice.objects.get(kind="CONFIRMATION")


@pytest.fixture
def letter(mia, site, smtp_server) -> Notice:
    """A letter of care that is due; its patient has no visit to come."""
    return planned(mia, message(site, due_at=SUNDAY), at=SUNDAY)


def cancel(dee, mia, **_more: Any) -> None:
    booked = mia.appointments.get()
    reception.cancel(booked, version=booked.version, reason="Ill", by=dee, at=SOON)


def move(dee, mia, **_more: Any) -> None:
    booked = mia.appointments.get()
    reception.move(booked, starts_at=booked.starts_at + timedelta(hours=1), version=booked.version, by=dee, at=SOON)


def opt_out(dee, mia, **_more: Any) -> None:
    chosen = {"wants_appointment_mail": False, "wants_aftercare_mail": False}
    reception.change_patient(mia, version=mia.version, by=dee, at=SOON, **chosen)


def merge(dee, mia, tomasz, **_more: Any) -> None:
    merging.merge(tomasz, mia, versions=(tomasz.version, mia.version), by=dee, at=SOON)


def correct(dee, mia, **_more: Any) -> None:
    reception.change_patient(mia, version=mia.version, by=dee, at=SOON, email="mia@new.example")


def erase(max_, mia, site, **_more: Any) -> None:
    erasing.erase(mia, reason="She asked us to.", site=site, by=max_, at=SOON)


def before_the_gate(monkeypatch, change: Change) -> None:
    judge = gate.judge

    def late(notice: Notice, *, at: Any) -> gate.Pass:
        elsewhere(change)
        return judge(notice, at=at)

    monkeypatch.setattr(gate, "judge", late)


def behind_the_gate(monkeypatch, change: Change) -> None:
    judge = gate.judge

    def early(notice: Notice, *, at: Any) -> gate.Pass:
        verdict = judge(notice, at=at)
        elsewhere(change)
        return verdict

    monkeypatch.setattr(gate, "judge", early)


PLACES = {"before the gate": before_the_gate, "behind the gate": behind_the_gate}
OF_A_VISIT = {"cancelled": cancel, "moved": move, "opted out": opt_out, "address put right": correct}
OF_A_RECORD = {"opted out": opt_out, "merged": merge, "erased": erase, "address put right": correct}


def assert_nothing_left(row: Notice, smtp_server, outcome: Outcome) -> None:
    assert outcome != Outcome.SENT
    assert [to for (to,) in smtp_server.recipients if to == "mia.okafor@post.example"] == []
    assert Attempt.objects.filter(notice=row, outcome=Attempt.Outcome.ACCEPTED).count() == 0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", OF_A_VISIT)
def test_news_of_a_visit_does_not_leave_once_a_change_is_kept(
    confirmation, mia, tomasz, dee, max_, site, smtp_server, monkeypatch, place, change
):
    people = {"dee": dee, "max_": max_, "mia": mia, "tomasz": tomasz, "site": site}
    PLACES[place](monkeypatch, lambda: OF_A_VISIT[change](**people))

    outcome = deliveries.deliver(confirmation.pk, at=SOON)

    assert_nothing_left(confirmation, smtp_server, outcome)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", OF_A_RECORD)
def test_a_letter_of_care_does_not_leave_once_a_change_is_kept(
    letter, mia, tomasz, dee, max_, site, smtp_server, monkeypatch, place, change
):
    people = {"dee": dee, "max_": max_, "mia": mia, "tomasz": tomasz, "site": site}
    PLACES[place](monkeypatch, lambda: OF_A_RECORD[change](**people))

    outcome = deliveries.deliver(letter.pk, at=SOON)

    assert_nothing_left(letter, smtp_server, outcome)


def test_a_letter_whose_record_was_changed_leaves_with_the_next_look(letter, mia, dee, smtp_server, monkeypatch):
    with monkeypatch.context() as patch:
        behind_the_gate(patch, lambda: correct(dee, mia))
        first = deliveries.deliver(letter.pk, at=SOON)

    second = deliveries.deliver(letter.pk, at=SOON)

    assert (first, second) == (Outcome.NOT_OURS, Outcome.SENT)
    assert smtp_server.recipients == [["mia@new.example"]]


def test_one_on_its_way_already_is_marked_and_counts_as_sent(confirmation, mia, dee, smtp_server, monkeypatch):
    hand_over = deliveries._hand_over

    def slow(*args: Any, **kwargs: Any) -> Any:
        elsewhere(lambda: cancel(dee, mia))
        return hand_over(*args, **kwargs)

    monkeypatch.setattr(deliveries, "_hand_over", slow)

    outcome = deliveries.deliver(confirmation.pk, at=SOON)

    confirmation.refresh_from_db()
    assert (outcome, confirmation.state, confirmation.crossed_at) == (Outcome.SENT, State.SENT, SOON)
    assert Notice.objects.filter(kind="CANCELLATION", state=State.DUE).exists()  # which puts it right


def test_control_without_the_second_look_a_letter_leaves_for_the_old_address(
    letter, mia, dee, smtp_server, monkeypatch
):
    monkeypatch.setattr(deliveries, "_is_unchanged", lambda patient: True)
    monkeypatch.setattr("visits.notices.follow_address", lambda patient, *, before, at: None)
    behind_the_gate(monkeypatch, lambda: correct(dee, mia))

    outcome = deliveries.deliver(letter.pk, at=SOON)

    assert (outcome, smtp_server.recipients) == (Outcome.SENT, [["mia.okafor@post.example"]])
