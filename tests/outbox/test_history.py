"""A past that this house did not live: its messages are settled, nothing leaves, and the rows say so."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from outbox import history, waking
from outbox.models import Notice, Suppression
from tests.factories.outbox import NINE, message, plan

pytestmark = pytest.mark.django_db
State = Notice.State
WORDS = "Brought over from the old books."


@pytest.fixture
def three(mia, site):
    """One message due at nine, one at ten, one at eleven."""
    hours = {"AFTER_24H": 0, "AFTER_48H": 1, "AFTER_72H": 2}
    plan(mia, *(message(site, kind, due_at=NINE + timedelta(hours=late)) for kind, late in hours.items()))
    return Notice.objects.order_by("due_at")


def test_what_was_due_before_counts_as_sent_when_it_was_due(three, post_office):
    assert history.count_as_sent(before=NINE + timedelta(hours=2), words=WORDS) == 2

    first, second, third = three.all()
    assert [(row.state, row.settled_at, row.state_reason) for row in (first, second)] == [
        (State.SENT, first.due_at, WORDS),
        (State.SENT, second.due_at, WORDS),
    ]
    assert third.state == State.DUE
    assert post_office.recipients == []


def test_sheets_and_calls_wait_for_a_person(tomasz, site):
    plan(tomasz, message(site))

    assert history.count_as_sent(before=NINE + timedelta(days=1), words=WORDS) == 0
    assert Notice.objects.get().state == State.DUE


def test_a_bounce_of_the_past_fails_its_messages_and_stops_the_address(three, mia, post_office):
    assert history.count_as_bounced(mia.email, before=NINE + timedelta(minutes=1), words="550 No such mailbox") == 1

    assert [row.state for row in three.all()] == [State.FAILED, State.DUE, State.DUE]
    assert Suppression.objects.get().address == mia.email


def test_an_address_without_mail_is_not_stopped(mia):
    assert history.count_as_bounced(mia.email, before=NINE, words="550 No such mailbox") == 0
    assert not Suppression.objects.exists()


def test_while_a_year_is_told_one_sweep_is_asked_for_and_only_at_the_end():
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
    before = set(folder.iterdir())

    with waking.asleep():
        waking.wake()
        waking.wake()
        assert set(folder.iterdir()) == before

    (asked,) = set(folder.iterdir()) - before
    asked.unlink()
