"""Those who wait for a visit that they have to become earlier: the time is cut as that visit is, and falls with it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from booking.models import Appointment, Claim, Offer, WaitlistEntry
from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox import deliveries
from outbox.models import Notice
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception, waiting

pytestmark = pytest.mark.django_db(transaction=True)

State, Ended = Offer.State, WaitlistEntry.Ended


@pytest.fixture
def later(mia, review, ana):
    """Mia's visit a week after the time that is offered."""
    return visit(mia, review, ana, starts_at=TEN + timedelta(days=7))


@pytest.fixture
def entry(mia, review, later):
    return waits(mia, review, booking=later)


@pytest.fixture
def as_mia(mia):
    return Actor.of_link(mia.name, uuid4())


def cancel(visit, dee, *, after=4):
    current = Appointment.objects.get(pk=visit.pk)
    at = SUNDAY + minutes(after)
    return reception.cancel(current, version=current.version, reason="Ill", by=dee, at=at)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal.rule


def test_who_has_a_later_visit_reads_what_becomes_of_it(mia, review, ana):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    offered(waits(mia, review, booking=later), ana)

    text = Notice.objects.get(kind="OFFER").body_text
    assert "your appointment on Mon 9 March, 10:00 moves to this time" in text


def test_accepting_moves_the_later_visit(mia, review, ana, as_mia):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    offer = offered(waits(mia, review, booking=later), ana)
    moved = waiting.accept(offer, by=as_mia, at=SUNDAY + minutes(5))

    assert (moved.pk, moved.starts_at, Appointment.objects.count()) == (later.pk, TEN, 1)


@pytest.fixture
def asked_for_monday(mia, review):
    return waits(mia, review, latest_on=TEN.date())


def book_later(mia, review, ana, site, dee):
    wish = {"patient": mia, "service": review, "practitioner": ana, "site": site}
    return reception.book(**wish, starts_at=TEN + timedelta(days=7), by=dee, at=SUNDAY + minutes(1))


def test_who_is_booked_later_than_they_wait_for_waits_on_for_that_visit(
    asked_for_monday, mia, review, ana, site, dee, as_mia
):
    later = book_later(mia, review, ana, site, dee)
    assert [waiting.expire(at=SUNDAY + minutes(minute)) for minute in (2, 3)] == [1, 0]
    asked_for_monday.refresh_from_db()
    assert (asked_for_monday.booking, asked_for_monday.ended_at) == (later, None)
    row = AuditRow.objects.get(verb="waitlist.visit")
    assert (row.actor_name, row.patient_id_text) == ("waitlist", str(mia.uuid))

    offer = offered(asked_for_monday, ana, at=SUNDAY + minutes(4))
    moved = waiting.accept(offer, by=as_mia, at=SUNDAY + minutes(5))
    assert (moved.pk, moved.starts_at, Appointment.objects.count()) == (later.pk, TEN, 1)


def test_an_offer_that_is_open_moves_the_visit_that_was_booked_since(
    asked_for_monday, mia, review, ana, site, dee, as_mia
):
    offer = offered(asked_for_monday, ana)
    later = book_later(mia, review, ana, site, dee)
    waiting.expire(at=SUNDAY + minutes(2))
    assert "your appointment on Mon 9 March, 10:00 moves to this time" in Notice.objects.get(kind="OFFER").body_text

    moved = waiting.accept(offer, by=as_mia, at=SUNDAY + minutes(5))
    assert (moved.pk, moved.starts_at, Appointment.objects.count()) == (later.pk, TEN, 1)


def test_a_visit_that_was_called_off_again_is_nothing_to_wait_for(asked_for_monday, mia, review, ana, site, dee):
    later = book_later(mia, review, ana, site, dee)
    cancel(later, dee, after=1)

    assert waiting.expire(at=SUNDAY + minutes(5)) == 0
    asked_for_monday.refresh_from_db()
    assert (asked_for_monday.booking, asked_for_monday.ended_at) == (None, None)


def test_a_visit_that_was_moved_ahead_of_the_offer_meanwhile_stays_where_it_is(mia, review, ana, dee, as_mia):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=4))
    offer = offered(waits(mia, review, booking=later), ana, by=dee, starts_at=TEN + timedelta(days=1))
    reception.move(later, starts_at=TEN, version=later.version, by=dee, at=SUNDAY + minutes(1))

    assert refusal(waiting.accept, offer, by=as_mia, at=SUNDAY + minutes(5)) == "offer.not_sooner"
    assert Appointment.objects.get().starts_at == TEN


def test_a_visit_that_is_called_off_ends_the_waiting_and_frees_what_is_held(entry, later, ana, dee):
    offer = offered(entry, ana)
    cancel(later, dee)

    assert [waiting.expire(at=SUNDAY + minutes(minute)) for minute in (6, 7, 8)] == [0, 1, 0]
    entry.refresh_from_db()
    offer.refresh_from_db()
    assert (entry.ended_why, entry.ended_at) == (Ended.CANCELLED, SUNDAY + minutes(7))
    assert (offer.state, offer.claims.filter(is_active=True).count()) == (State.WITHDRAWN, 0)
    assert AuditRow.objects.get(verb="waitlist.end").actor_name == "waitlist"
    assert Claim.objects.filter(patient=entry.patient, is_active=True).count() == 0


def test_a_time_that_falls_away_with_its_visit_goes_to_the_next(entry, later, tomasz, review, ana, dee):
    offer, next_one = offered(entry, ana), waits(tomasz, review)
    cancel(later, dee)

    assert [waiting.expire(at=SUNDAY + minutes(minute)) for minute in (6, 7, 8)] == [0, 2, 0]
    made = Offer.objects.get(state=State.OPEN)
    assert (made.entry, made.starts_at, made.made_by_name) == (next_one, offer.starts_at, "waitlist")


def test_a_visit_that_was_called_off_by_a_slip_leaves_the_time_with_who_has_it(entry, later, tomasz, review, ana, dee):
    offered(entry, ana)
    waits(tomasz, review)
    cancelled = cancel(later, dee)
    reception.revert(cancelled, version=cancelled.version, by=dee, at=SUNDAY + minutes(5))

    assert waiting.expire(at=SUNDAY + minutes(8)) == 0
    assert Offer.objects.get().entry == entry


def test_the_page_of_who_left_the_list_can_say_why(entry, later, dee):
    cancel(later, dee)
    waiting.expire(at=SUNDAY + minutes(7))

    entry.refresh_from_db()
    assert entry.get_ended_why_display() == "Their visit was cancelled"


def test_nobody_takes_a_time_up_for_a_visit_that_is_called_off(entry, later, ana, dee, as_mia):
    offer = offered(entry, ana)
    cancel(later, dee)

    assert refusal(waiting.accept, offer, by=as_mia, at=SUNDAY + minutes(5)) == "offer.nothing_to_move"
    assert Appointment.objects.filter(state=Appointment.State.BOOKED).count() == 0


def test_a_visit_that_was_called_off_by_a_slip_moves_after_all(entry, later, ana, dee, as_mia):
    offer = offered(entry, ana)
    cancelled = cancel(later, dee)
    reception.revert(cancelled, version=cancelled.version, by=dee, at=SUNDAY + minutes(5))

    moved = waiting.accept(offer, by=as_mia, at=SUNDAY + minutes(6))
    assert (moved.pk, moved.starts_at) == (later.pk, TEN)


def test_no_offer_leaves_the_house_for_a_visit_that_is_called_off(entry, later, ana, dee, smtp_server):
    offered(entry, ana)
    cancel(later, dee, after=1)
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))

    notice = Notice.objects.get(kind="OFFER")
    assert (notice.state, notice.state_reason) == ("withdrawn", "The visit that it would move is cancelled or over.")
    assert smtp_server.messages == []


def test_nothing_is_offered_or_booked_for_a_visit_that_is_called_off(entry, later, ana, dee):
    cancel(later, dee)
    wish = {"practitioner": ana, "starts_at": TEN, "by": dee, "at": SUNDAY + minutes(5)}

    assert refusal(waiting.offer, entry, **wish) == refusal(waiting.book, entry, **wish) == "waitlist.booking"
    assert Offer.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "ends_after"), [(None, 95), (20, 70)], ids=["as long as the visit", "as long as was asked for"]
)
def test_the_time_that_is_held_is_as_long_as_the_visit_that_moves(mia, microneedling, ana, as_mia, asked, ends_after):
    later = visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=7), needling_minutes=45)
    offer = offered(waits(mia, microneedling, booking=later, needling_minutes=asked), ana)
    assert offer.ends_at == TEN + minutes(ends_after)
    lengths = {claim.ends_at for claim in offer.claims.filter(room=offer.room, is_active=True)}
    held_until = offer.ends_at + minutes(10)  # clean-down
    assert lengths == {held_until}

    moved = waiting.accept(offer, by=as_mia, at=SUNDAY + minutes(5))
    assert (moved.pk, moved.starts_at, moved.ends_at) == (later.pk, TEN, offer.ends_at)
