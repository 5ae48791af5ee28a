"""What holds on the waitlist when something else changes or goes wrong meanwhile."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.models import Offer
from booking.waitlist import Wants
from clinic.refusals import Refused
from patients.models import Link
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception, waiting

pytestmark = pytest.mark.django_db(transaction=True)

State = Offer.State
EXPIRY = SUNDAY + minutes(120)


@pytest.fixture
def entry(mia, review):
    return waits(mia, review)


@pytest.fixture
def offer(entry, ana):
    return offered(entry, ana)


def test_a_time_held_for_one_service_never_becomes_a_visit_for_another(offer, entry, consultation, review, dee):
    with pytest.raises(Refused) as refused:
        waiting.edit(entry, wants=Wants(service=consultation), by=dee, at=SUNDAY)
    assert refused.value.refusal.rule == "waitlist.offered"

    changed = waiting.edit(entry, wants=Wants(service=review, is_urgent=True), by=dee, at=SUNDAY)
    assert (changed.service, changed.is_urgent) == (review, True)
    waiting.withdraw_offer(offer, by=dee, at=SUNDAY)
    assert waiting.edit(entry, wants=Wants(service=consultation), by=dee, at=SUNDAY).service == consultation


def test_one_row_that_cannot_go_on_keeps_nobody_else_waiting(offer, mia, tomasz, review, consultation, ana, caplog):
    other = offered(waits(tomasz, review), ana, starts_at=TEN + minutes(60), at=SUNDAY + minutes(1))
    torn = offered(waits(mia, consultation), ana, starts_at=TEN + minutes(120), at=SUNDAY + minutes(30))
    Link.objects.filter(subject=f"offer:{torn.uuid}").delete()  # what Mia is told cannot be derived any more

    assert waiting.expire(at=EXPIRY + minutes(1)) == 1

    found = Offer.objects.in_bulk([offer.pk, other.pk])
    assert [found[offer.pk].state, found[other.pk].state] == [State.OPEN, State.EXPIRED]
    assert [one.getMessage() for one in caplog.records] == [f"The waitlist could not go on with Offer {offer.pk}"]


@pytest.mark.parametrize("step", [reception.confirm, reception.enter_room, reception.arrive])
def test_every_step_of_a_visit_waits_for_the_patient_first(mia, review, ana, dee, step):
    booked = visit(mia, review, ana)

    with CaptureQueriesContext(connection) as queries:
        step(booked, version=booked.version, by=dee, at=TEN)

    first = next(one["sql"] for one in queries if one["sql"].startswith("SELECT"))
    assert 'FROM "patients_patient"' in first


def test_a_time_is_looked_at_once_its_turn_has_come_and_then_it_is_offered(entry, ana):
    """Else of two who are offered the same hour in two rooms one would be sent away."""
    with CaptureQueriesContext(connection) as queries:
        offered(entry, ana)

    asked = [one["sql"] for one in queries if 'FROM "booking_claim"' in one["sql"]]
    turn, look = (
        [number for number, sql in enumerate(asked) if words in sql]
        for words in ('"expires_at" <= ', '"booking_claim"."ends_at" > ')
    )
    assert (turn, look[0] > turn[0]) == ([0], True)
