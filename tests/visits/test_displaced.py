"""Visits that must give way: what is proposed, and that all of it happens or nothing."""

from datetime import date, timedelta

import pytest

from booking import appointments
from booking.models import Appointment, Claim, Closure
from clinic import wall_time
from outbox.models import Notice
from patients import restrictions
from tests.factories import booking, clinic, treatments
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.patients import patient
from visits import closing, displaced
from visits.displaced import Decision, NotSettled

A_DAY = timedelta(days=1)
REASON = "Ana Duarte is away on Monday 2 March"


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


@pytest.fixture
def house(site, ana, ben, room, consultation):
    """Ana and Ben both give consultations, in two rooms."""
    consultation.practitioners.add(ben)
    consultation.rooms.add(clinic.room(site, "Room 2"))
    return site


@pytest.fixture
def away(site, ana):
    """Ana is away on Monday; nothing is saved yet."""
    begins, ends = wall_time.day_bounds(TEN.date(), site.zone)
    return Closure(site=site, kind=Closure.Kind.LEAVE, practitioner=ana, starts_at=begins, ends_at=ends)


@pytest.fixture
def settle(away, site, ana, dee):
    """Close Ana's Monday, then carry out what was decided."""

    def close_and_settle(decisions, at=SUNDAY):
        known = {"starts_at": away.starts_at, "ends_at": away.ends_at, "by": dee, "at": at}
        closure = closing.close(kind="leave", site=site, practitioner=ana, **known)
        return closing.settle(closure, decisions, by=dee, at=at)

    return close_and_settle


def decide(proposal, which="best"):
    """Return the decision that follows a proposal."""
    which = proposal.best if which == "best" else which
    free = {"same": proposal.same_time, "next": proposal.next_time}.get(which)
    if free is None:
        return Decision(proposal.visit, proposal.visit.version, "cancel")
    return Decision(proposal.visit, proposal.visit.version, "move", free.starts_at, free.practitioner)


def people_of(proposals, which):
    found = [getattr(one, which) for one in proposals]
    return [(free.starts_at, free.practitioner.short_name) if free else None for free in found]


def test_a_colleague_takes_the_visit_at_its_own_time(house, mia, ana, away, consultation):
    visit = booking.visit(mia, consultation, ana)

    (proposal,) = displaced.propose([visit], at=SUNDAY, closure=away)

    assert people_of([proposal], "same_time") == [(TEN, "Ben")]
    assert proposal.best == "same"


def test_the_next_time_is_with_the_same_practitioner_at_the_same_time_of_day(house, mia, ana, away, consultation):
    visit = booking.visit(mia, consultation, ana)

    (proposal,) = displaced.propose([visit], at=SUNDAY, closure=away)

    assert people_of([proposal], "next_time") == [(TEN + A_DAY, "Ana")]


def test_two_visits_are_never_offered_the_same_time_of_anything(house, mia, tomasz, ana, ben, away, consultation):
    first = booking.visit(mia, consultation, ana)
    second = booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))
    booking.visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(30))

    proposals = displaced.propose([second, first], at=SUNDAY, closure=away)

    assert people_of(proposals, "same_time") == [(TEN, "Ben"), None]
    assert people_of(proposals, "next_time") == [(TEN + A_DAY, "Ana"), (TEN + A_DAY + minutes(30), "Ana")]


def test_nobody_else_is_offered_a_time_that_was_offered_already(house, mia, tomasz, ana, consultation):
    room_3 = clinic.room(house, "Room 3")
    consultation.rooms.add(room_3)
    cleo = clinic.practitioner("Cleo Hart", house)
    consultation.practitioners.add(cleo)
    visits = [booking.visit(mia, consultation, ana), booking.visit(tomasz, consultation, cleo)]
    shut = Closure(site=house, kind="closure", starts_at=TEN, ends_at=TEN + minutes(30))

    proposals = displaced.propose(visits, at=SUNDAY, closure=shut)

    assert people_of(proposals, "same_time") == [None, None]
    assert len({(free.starts_at, free.practitioner.pk) for one in proposals if (free := one.next_time)}) == 2


def test_a_patient_is_not_offered_a_day_that_is_too_soon(mia, ana, away, microneedling):
    restrictions.write(
        mia,
        source="session:last:spacing",
        service_kinds=["needling"],
        not_before=date(2026, 3, 12),
        best_on=date(2026, 3, 19),
        latest_on=date(2026, 3, 26),
        words="The skin rests.",
        at=SUNDAY,
    )
    visit = booking.visit(mia, microneedling, ana)

    (proposal,) = displaced.propose([visit], at=SUNDAY, closure=away)

    assert people_of([proposal], "same_time") == [None]
    assert people_of([proposal], "next_time") == [(TEN + 10 * A_DAY, "Ana")]


def test_all_visits_give_way_in_one_step_with_the_reason_kept(house, mia, tomasz, ana, ben, away, consultation, settle):
    visits = [
        booking.visit(mia, consultation, ana),
        booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30)),
    ]
    first, second = displaced.propose(visits, at=SUNDAY, closure=away)

    settled = settle([decide(first), decide(second, "next")])

    assert [(one.starts_at, one.practitioner) for one in settled.moved] == [
        (TEN, ben),
        (TEN + A_DAY + minutes(30), ana),
    ]
    assert [one.changes.latest("id").reason for one in settled.moved] == [REASON, REASON]
    assert ana.claims.filter(is_active=True, kind="visit", starts_at__lt=TEN + A_DAY).count() == 0


def test_what_the_clinic_calls_off_is_marked_as_its_own(house, mia, ana, away, consultation, settle):
    visit = booking.visit(mia, consultation, ana)

    settled = settle([Decision(visit, 1, "cancel")])

    (cancelled,) = settled.cancelled
    assert (cancelled.state, cancelled.cancelled_by) == (Appointment.State.CANCELLED, "clinic")


def test_patients_are_told_of_what_changed(house, mia, ana, away, consultation, settle):
    visit = booking.visit(mia, consultation, ana)
    (proposal,) = displaced.propose([visit], at=SUNDAY, closure=away)

    settle([decide(proposal, "next")], at=SUNDAY + A_DAY / 4)

    waiting = Notice.objects.filter(patient=mia, state=Notice.State.DUE).values_list("kind", flat=True)
    assert sorted(waiting) == ["CHANGE", "PRE_24H"]


@pytest.fixture
def one_of_two_times_is_gone(house, mia, tomasz, ana, ben, away, consultation):
    """Two visits were decided on; then somebody else took the second one's new time."""
    visits = [
        booking.visit(mia, consultation, ana),
        booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30)),
    ]
    decisions = [decide(one) for one in displaced.propose(visits, at=SUNDAY, closure=away)]
    booking.visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(30))
    return decisions


def test_when_one_time_is_gone_nothing_happens_and_the_visit_is_named(one_of_two_times_is_gone, ana, tomasz, settle):
    with pytest.raises(NotSettled) as stopped:
        settle(one_of_two_times_is_gone)

    assert stopped.value.visit.patient == tomasz
    assert stopped.value.refusal.rule == "claim.taken"
    visits = Appointment.objects.filter(practitioner=ana).values_list("starts_at", "version")
    assert list(visits) == [(TEN, 1), (TEN + minutes(30), 1)]


def test_the_control_visit_by_visit_the_first_would_have_moved(one_of_two_times_is_gone, ana, settle):
    first, second = one_of_two_times_is_gone
    settle([first])
    with pytest.raises(NotSettled):
        settle([second])

    assert list(Appointment.objects.filter(practitioner=ana).values_list("starts_at", flat=True)) == [TEN + minutes(30)]


def test_a_visit_that_changed_meanwhile_stops_it_all(house, mia, tomasz, ana, away, consultation, settle):
    visits = [
        booking.visit(mia, consultation, ana),
        booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30)),
    ]
    decisions = [decide(one) for one in displaced.propose(visits, at=SUNDAY, closure=away)]
    appointments.confirm(visits[1], version=1, by=booking.HOUSE, at=SUNDAY)

    with pytest.raises(NotSettled) as stopped:
        settle(decisions)

    assert stopped.value.refusal.rule == "visit.stale"
    assert Appointment.objects.filter(practitioner=ana, starts_at__lt=TEN + A_DAY).count() == 2


def test_after_it_nobody_and_nothing_is_held_twice(house, mia, tomasz, ana, away, consultation, settle):
    people = [mia, tomasz, *(patient(f"Person {number}") for number in range(6))]
    visits = [
        booking.visit(one, consultation, ana, starts_at=TEN + minutes(30 * n)) for n, one in enumerate(people[:6])
    ]
    proposals = displaced.propose(visits, at=SUNDAY, closure=away)

    settled = settle([decide(one) for one in proposals])

    assert len(settled.moved) == 6
    held = list(Claim.objects.filter(is_active=True))
    for one in held:
        for name in ("practitioner_id", "room_id", "patient_id"):
            same = [other for other in held if getattr(one, name) and getattr(other, name) == getattr(one, name)]
            assert sum(other.starts_at < one.ends_at and one.starts_at < other.ends_at for other in same) <= 1
