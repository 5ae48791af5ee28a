"""A time that is free, offered to one after the other of those who wait, until somebody has it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from booking import claims
from booking.appointments import SlotTaken
from booking.models import Appointment, Claim, Offer, WaitlistEntry
from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox.models import Notice
from patients import patients as people
from patients import restrictions
from patients.models import Link
from tests.factories import patients
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception, waiting
from visits.transactions import step

pytestmark = pytest.mark.django_db(transaction=True)

State, Ended = Offer.State, WaitlistEntry.Ended
EXPIRY = SUNDAY + minutes(120)


@pytest.fixture
def entry(mia, review):
    return waits(mia, review)


@pytest.fixture
def offer(entry, ana, dee):
    return offered(entry, ana, by=dee)


@pytest.fixture
def as_mia(mia):
    return Actor.of_link(mia.name, uuid4())


def book(patient, service, practitioner, site, dee, *, at=SUNDAY, starts_at=TEN):
    return reception.book(
        patient=patient, service=service, practitioner=practitioner, starts_at=starts_at, site=site, by=dee, at=at
    )


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.refusal.rule


def held(offer):
    return sorted(
        name
        for claim in offer.claims.filter(is_active=True)
        for name in ("practitioner", "room", "device", "patient")
        if getattr(claim, f"{name}_id")
    )


def states(**which):
    return list(Offer.objects.filter(**which).order_by("pk").values_list("entry__patient__name", "state"))


# --- offering --------------------------------------------------------------------------------------------------


def test_an_offer_holds_everything_the_visit_needs(mia, ana, microneedling, dee, room, pen):
    offer = offered(waits(mia, microneedling), ana, by=dee)

    assert (offer.room, offer.device, offer.starts_at, offer.ends_at) == (room, pen, TEN, TEN + minutes(80))
    assert held(offer) == ["device", "device", "patient", "practitioner", "practitioner", "room"]
    assert set(offer.claims.values_list("kind", "expires_at")) == {(Claim.Kind.HOLD, EXPIRY)}
    assert (offer.state, offer.made_by_name, offer.expires_at) == (State.OPEN, "Dee Marlowe", EXPIRY)


def test_a_held_time_is_nobody_elses_until_it_runs_out(offer, tomasz, review, ana, site, dee):
    with pytest.raises(SlotTaken):
        book(tomasz, review, ana, site, dee, at=EXPIRY - minutes(1))

    assert book(tomasz, review, ana, site, dee, at=EXPIRY).starts_at == TEN


def test_one_offer_at_a_time_to_one_person(offer, entry, ana, dee):
    assert refusal(offered, entry, ana, starts_at=TEN + minutes(60)) == "offer.twice"
    assert held(offer) == ["patient", "practitioner", "room"]


def test_one_offer_at_a_time_of_one_time(offer, tomasz, review, ana):
    with pytest.raises(SlotTaken):
        offered(waits(tomasz, review), ana)

    assert Offer.objects.count() == 1


def test_a_time_that_is_taken_is_not_offered(entry, tomasz, review, ana):
    visit(tomasz, review, ana)

    with pytest.raises(SlotTaken):
        offered(entry, ana)
    assert (Offer.objects.count(), Link.objects.count(), Notice.objects.filter(kind="OFFER").count()) == (0, 0, 0)


def test_a_time_too_near_for_an_answer_is_not_offered(entry, ana):
    assert refusal(offered, entry, ana, at=TEN - minutes(44)) == "offer.too_near"
    assert offered(entry, ana, at=TEN - minutes(45)).expires_at == TEN - minutes(30)


def test_nobody_is_offered_what_they_may_not_have(mia, microneedling, ana):
    entry = waits(mia, microneedling)
    restrictions.write(mia, source="x", service_kinds=[], not_before=None, words="Ask first.", at=SUNDAY)

    assert refusal(offered, entry, ana) == "restriction.needs_clinician"


def test_who_was_taken_off_the_list_is_put_back_where_they_stood(entry, ana, dee):
    waiting.withdraw(entry, by=dee, at=SUNDAY)
    waiting.put_back(entry, by=dee, at=SUNDAY + minutes(5))
    waiting.put_back(entry, by=dee, at=SUNDAY + minutes(5))

    entry.refresh_from_db()
    assert (entry.entered_at, entry.ended_at, entry.ended_why) == (SUNDAY, None, "")
    assert AuditRow.objects.filter(verb="waitlist.put_back").count() == 1
    assert offered(entry, ana).entry == entry


@pytest.mark.parametrize(
    ("happens", "rule"),
    [("booked", "waitlist.ended"), ("another entry", "waitlist.twice"), ("death", "patient.died")],
)
def test_nobody_is_put_back_who_has_nothing_to_wait_for(entry, mia, ana, review, dee, as_ana, happens, rule):
    if happens == "booked":
        waiting.book(entry, practitioner=ana, starts_at=TEN, by=dee, at=SUNDAY)
    else:
        waiting.withdraw(entry, by=dee, at=SUNDAY)
    if happens == "another entry":
        waits(mia, review)
    if happens == "death":
        people.edit(mia, version=mia.version, died_on=SUNDAY.date(), by=as_ana, at=SUNDAY)

    assert refusal(waiting.put_back, entry, by=dee, at=SUNDAY + minutes(5)) == rule


def test_a_place_is_given_back_within_a_day(entry, dee):
    waiting.withdraw(entry, by=dee, at=SUNDAY)

    assert refusal(waiting.put_back, entry, by=dee, at=SUNDAY + timedelta(days=1)) == "waitlist.ended"
    assert waiting.put_back(entry, by=dee, at=SUNDAY + timedelta(days=1) - minutes(1)).ended_at is None


def test_nobody_is_put_back_for_a_visit_that_is_called_off_by_now(mia, review, ana, dee):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    entry = waits(mia, review, booking=later)
    waiting.withdraw(entry, by=dee, at=SUNDAY)
    reception.cancel(later, version=later.version, reason="Ill", by=dee, at=SUNDAY)

    assert refusal(waiting.put_back, entry, by=dee, at=SUNDAY + minutes(5)) == "waitlist.booking"


def test_who_left_the_list_is_offered_nothing(entry, ana, dee):
    waiting.withdraw(entry, by=dee, at=SUNDAY)

    assert refusal(offered, entry, ana) == "waitlist.ended"


# --- answering -------------------------------------------------------------------------------------------------


def test_accepting_books_the_time_and_ends_the_waiting(offer, entry, mia, review, ana, room, as_mia):
    booked = waiting.accept(offer, by=as_mia, at=EXPIRY - minutes(1))

    assert (booked.patient, booked.service, booked.practitioner, booked.room) == (mia, review, ana, room)
    assert (booked.starts_at, booked.state) == (TEN, Appointment.State.BOOKED)
    assert booked.changes.get().by_name == "Mia Okafor"
    offer.refresh_from_db()
    entry.refresh_from_db()
    assert (offer.state, offer.appointment, held(offer)) == (State.ACCEPTED, booked, [])
    assert (entry.ended_why, entry.ended_at) == (Ended.BOOKED, EXPIRY - minutes(1))
    assert AuditRow.objects.get(verb="offer.accept").actor_kind == "link"
    assert list(Notice.objects.filter(state="due").values_list("kind", flat=True)) == ["CONFIRMATION"]


def test_accepting_twice_is_accepting_once(offer, as_mia, dee):
    first = waiting.accept(offer, by=as_mia, at=SUNDAY + minutes(5))
    second = waiting.accept(offer, by=dee, at=SUNDAY + minutes(6))

    assert (first, Appointment.objects.count()) == (second, 1)


def test_the_desk_accepts_for_somebody_on_the_phone(offer, dee):
    assert waiting.accept(offer, by=dee, at=SUNDAY + minutes(5)).changes.get().by_name == "Dee Marlowe"


def test_nobody_accepts_what_has_run_out(offer, as_mia):
    assert refusal(waiting.accept, offer, by=as_mia, at=EXPIRY) == "offer.gone"
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("end", [waiting.decline, waiting.withdraw_offer])
def test_nobody_accepts_what_was_given_back(offer, as_mia, end):
    end(offer, by=as_mia, at=SUNDAY + minutes(1))

    assert refusal(waiting.accept, offer, by=as_mia, at=SUNDAY + minutes(2)) == "offer.gone"


def test_what_stops_the_visit_by_now_leaves_the_offer_as_it_was(offer, mia, as_mia):
    restrictions.write(mia, source="x", service_kinds=[], not_before=None, words="Ask first.", at=SUNDAY)

    assert refusal(waiting.accept, offer, by=as_mia, at=SUNDAY + minutes(2)) == "restriction.needs_clinician"
    offer.refresh_from_db()
    assert (offer.state, held(offer)) == (State.OPEN, ["patient", "practitioner", "room"])


def test_the_notice_of_the_service_does_not_count_once_the_time_was_offered(mia, ana, review, as_mia):
    review.minimum_notice_minutes = 60
    review.save()
    offer = offered(waits(mia, review), ana, at=TEN - minutes(70))

    assert waiting.accept(offer, by=as_mia, at=TEN - minutes(35)).starts_at == TEN


@pytest.mark.parametrize("end", [waiting.decline, waiting.withdraw_offer])
def test_a_time_that_is_given_back_is_free_at_once(offer, entry, tomasz, review, ana, site, dee, end):
    end(offer, by=dee, at=SUNDAY + minutes(1))

    assert book(tomasz, review, ana, site, dee).starts_at == TEN
    entry.refresh_from_db()
    assert entry.ended_at is None


def test_the_first_answer_stays(offer, as_mia, dee):
    waiting.decline(offer, by=as_mia, at=SUNDAY + minutes(1))
    again = waiting.withdraw_offer(offer, by=dee, at=SUNDAY + minutes(2))

    assert (again.state, again.closed_at) == (State.DECLINED, SUNDAY + minutes(1))


def test_the_desk_books_somebody_who_waits_at_once(offer, entry, mia, ana, dee):
    booked = waiting.book(entry, practitioner=ana, starts_at=TEN + minutes(60), by=dee, at=SUNDAY + minutes(1))

    offer.refresh_from_db()
    entry.refresh_from_db()
    assert (booked.patient, booked.starts_at) == (mia, TEN + minutes(60))
    assert (offer.state, entry.ended_why) == (State.WITHDRAWN, Ended.BOOKED)


# --- to the next one -------------------------------------------------------------------------------------------


@pytest.fixture
def three(mia, tomasz, review):
    """Mia, Tomasz and Zoë wait, in this order."""
    people = (mia, tomasz, patients.zoe())
    return [waits(person, review, at=SUNDAY - minutes(9 - n)) for n, person in enumerate(people)]


def test_a_time_that_nobody_answered_goes_to_the_next_and_the_next(three, ana):
    offered(three[0], ana)
    waiting.expire(at=EXPIRY - minutes(1))
    assert states() == [("Mia Okafor", "open")]

    waiting.expire(at=EXPIRY)
    assert states() == [("Mia Okafor", "expired"), ("Tomasz Wrona", "open")]
    tomasz_offer = Offer.objects.latest("pk")
    assert (tomasz_offer.made_by_name, tomasz_offer.expires_at) == ("waitlist", EXPIRY + minutes(120))

    waiting.expire(at=EXPIRY + minutes(120))
    waiting.expire(at=EXPIRY + minutes(240))
    waiting.expire(at=EXPIRY + minutes(241))
    assert states() == [(name, "expired") for name in ("Mia Okafor", "Tomasz Wrona", "Zoë Ångström-Łuczak")]


def test_a_time_that_is_declined_goes_to_the_next(three, ana, as_mia):
    waiting.decline(offered(three[0], ana), by=as_mia, at=SUNDAY + minutes(10))
    waiting.expire(at=SUNDAY + minutes(11))

    assert states(state="open") == [("Tomasz Wrona", "open")]


def test_a_time_that_the_desk_took_back_goes_to_nobody(three, ana, dee):
    waiting.withdraw_offer(offered(three[0], ana), by=dee, at=SUNDAY + minutes(10))

    assert (waiting.expire(at=SUNDAY + minutes(11)), states(state="open")) == (0, [])


@pytest.mark.parametrize("end", ["off the list", "booked at another time"])
def test_a_time_held_for_one_who_waits_no_more_goes_to_the_next(three, ana, dee, end):
    offered(three[0], ana)
    if end == "off the list":
        waiting.withdraw(three[0], by=dee, at=SUNDAY + minutes(10))
    else:
        waiting.book(three[0], practitioner=ana, starts_at=TEN + minutes(60), by=dee, at=SUNDAY + minutes(10))

    assert [waiting.expire(at=SUNDAY + minutes(minute)) for minute in (11, 12)] == [1, 0]
    assert states() == [("Mia Okafor", "withdrawn"), ("Tomasz Wrona", "open")]


def test_a_time_held_for_one_who_is_booked_at_it_goes_to_nobody(three, ana, dee):
    offered(three[0], ana)
    waiting.book(three[0], practitioner=ana, starts_at=TEN, by=dee, at=SUNDAY + minutes(10))

    assert (waiting.expire(at=SUNDAY + minutes(11)), states(state="open")) == (0, [])


def test_who_is_put_back_at_once_has_cost_nobody_a_message(three, ana, dee):
    offered(three[0], ana)
    waiting.withdraw(three[0], by=dee, at=SUNDAY + minutes(10))
    waiting.put_back(three[0], by=dee, at=SUNDAY + minutes(10))

    assert (waiting.expire(at=SUNDAY + minutes(11)), states()) == (0, [("Mia Okafor", "withdrawn")])


def test_a_time_that_was_booked_meanwhile_goes_to_nobody(three, ana, review, site, dee, as_mia):
    waiting.decline(offered(three[0], ana), by=as_mia, at=SUNDAY + minutes(10))
    book(patients.patient(), review, ana, site, dee, at=SUNDAY + minutes(10))

    assert (waiting.expire(at=SUNDAY + minutes(11)), states(state="open")) == (0, [])


def test_a_time_is_offered_on_at_once_or_not_at_all(three, ana, as_mia):
    waiting.decline(offered(three[0], ana), by=as_mia, at=SUNDAY)

    assert (waiting.expire(at=SUNDAY + minutes(10)), states(state="open")) == (0, [])


def test_whoever_may_not_come_is_passed_over(three, ana, tomasz, as_mia):
    restrictions.write(tomasz, source="x", service_kinds=[], not_before=None, words="Ask first.", at=SUNDAY)
    waiting.decline(offered(three[0], ana), by=as_mia, at=SUNDAY + minutes(10))
    waiting.expire(at=SUNDAY + minutes(11))

    assert states(state="open") == [("Zoë Ångström-Łuczak", "open")]


def test_going_through_the_list_twice_offers_once(three, ana, as_mia):
    waiting.decline(offered(three[0], ana), by=as_mia, at=SUNDAY + minutes(10))

    assert [waiting.expire(at=SUNDAY + minutes(11)) for _ in range(2)] == [1, 0]


def test_who_expired_hears_nothing_more_and_who_follows_is_told(three, ana):
    offered(three[0], ana)
    waiting.expire(at=EXPIRY)

    told = Notice.objects.filter(kind="OFFER").order_by("pk").values_list("patient__name", "state")
    assert list(told) == [("Mia Okafor", "withdrawn"), ("Tomasz Wrona", "due")]


def test_a_hold_without_its_guard_would_be_booked_twice(offer, tomasz, review, ana, site, dee):
    """Control: let go of the hold, and the same time goes to somebody else while the offer stands."""
    step(claims.release_offer)(offer)

    assert book(tomasz, review, ana, site, dee).starts_at == TEN
    with pytest.raises(SlotTaken):
        waiting.accept(offer, by=dee, at=SUNDAY + minutes(5))


def test_nothing_is_planned_for_one_who_has_died(mia, review, ana, dee, as_ana):
    booked = visit(mia, review, ana)
    entry = waits(mia, review, booking=visit(mia, review, ana, starts_at=TEN + timedelta(days=4)))
    people.edit(mia, version=mia.version, died_on=SUNDAY.date(), by=as_ana, at=SUNDAY)

    assert (
        refusal(waiting.offer, entry, practitioner=ana, starts_at=TEN + minutes(60), by=dee, at=SUNDAY)
        == "patient.died"
    )
    move = {"starts_at": TEN + minutes(60), "version": booked.version, "by": dee, "at": SUNDAY}
    assert refusal(reception.move, booked, **move) == "patient.died"
