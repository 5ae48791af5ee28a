from datetime import timedelta

import pytest

from booking import appointments, rules
from booking.models import Appointment
from clinic.refusals import Refused
from tests.booking.held import held, overlaps
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

STEPS = {
    "confirm": appointments.confirm,
    "arrive": appointments.arrive,
    "enter_room": appointments.enter_room,
    "finish": appointments.finish,
    "no_show": appointments.no_show,
}
WAYS = {  # the steps that bring a visit into each state
    "booked": [],
    "confirmed": ["confirm"],
    "arrived": ["arrive"],
    "in_room": ["arrive", "enter_room"],
    "done": ["arrive", "enter_room", "finish"],
    "no_show": ["no_show"],
    "cancelled": ["cancel"],
}


def step(appointment, verb, *, at=TEN, **fields):
    if verb == "cancel":
        fields = {"reason": "She is ill"} | fields
    return getattr(appointments, verb)(appointment, version=appointment.version, by=HOUSE, at=at, **fields)


def brought_to(state, *args):
    appointment = visit(*args)
    for verb in WAYS[state]:
        appointment = step(appointment, verb)
    assert appointment.state == state
    return appointment


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("verb", [*STEPS, "cancel"])
def test_a_visit_takes_exactly_the_steps_of_the_table(mia, ana, consultation, state, verb):
    appointment = brought_to(state, mia, consultation, ana)

    if rules.may(verb, state):
        stepped = step(appointment, verb)
        assert (stepped.state, stepped.version) == (rules.TRANSITIONS[verb].leads_to, appointment.version + 1)
    else:
        with pytest.raises(appointments.WrongState):
            step(appointment, verb)
        appointment.refresh_from_db()
        assert appointment.state == state


def test_arriving_notes_when(mia, ana, consultation):
    arrived = step(visit(mia, consultation, ana), "arrive", at=TEN - minutes(4))

    assert arrived.arrived_at == TEN - minutes(4)


def test_somebody_nobody_saw_arrive_arrives_when_the_visit_begins(mia, ana, consultation):
    begun = step(visit(mia, consultation, ana), "enter_room", at=TEN + minutes(2))

    assert begun.arrived_at == TEN + minutes(2)


def test_entering_the_room_keeps_the_time_of_arrival(mia, ana, consultation):
    arrived = step(visit(mia, consultation, ana), "arrive", at=TEN - minutes(4))

    assert step(arrived, "enter_room", at=TEN).arrived_at == TEN - minutes(4)


def test_what_happens_late_is_recorded_whoever_has_the_room_by_then(mia, tomasz, ana, consultation):
    """Steps that say what happened never meet a claim."""
    late = visit(mia, consultation, ana)
    visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))

    for verb in ("arrive", "enter_room", "finish"):
        late = step(late, verb, at=TEN + minutes(50))

    assert late.state == Appointment.State.DONE


def test_a_cancelled_visit_holds_nothing(mia, ana, microneedling):
    cancelled = step(visit(mia, microneedling, ana), "cancel", at=SUNDAY)

    assert held(cancelled) == []
    assert (cancelled.sequence, cancelled.version) == (1, 2)


def test_the_time_of_a_cancelled_visit_can_be_booked(mia, tomasz, ana, consultation):
    step(visit(mia, consultation, ana), "cancel", at=SUNDAY)

    assert visit(tomasz, consultation, ana).starts_at == TEN


def test_cancelling_asks_for_a_reason(mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    with pytest.raises(Refused) as refused:
        step(booked, "cancel", reason="  ")

    assert refused.value.refusal.rule == "cancel.reason"


def test_the_reason_for_cancelling_is_kept(mia, ana, consultation):
    cancelled = step(visit(mia, consultation, ana), "cancel", reason=" She is ill ")

    assert cancelled.changes.get(verb="cancel").reason == "She is ill"


def test_a_visit_that_has_not_begun_cannot_be_missed(mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    with pytest.raises(Refused) as refused:
        step(booked, "no_show", at=TEN - timedelta(seconds=1))

    assert (refused.value.refusal.rule, refused.value.refusal.earliest) == ("visit.not_begun", TEN)


def test_a_missed_visit_frees_what_it_still_holds_and_keeps_what_is_past(mia, ana, microneedling):
    missed = step(visit(mia, microneedling, ana), "no_show", at=TEN + minutes(20))

    assert held(missed) == [("practitioner", "prepare", 0, 10)]
    assert missed.sequence == 0


# --- taking back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ways", "back_to"),
    [
        (["confirm"], "booked"),
        (["arrive"], "booked"),
        (["confirm", "arrive"], "confirmed"),
        (["confirm", "no_show"], "confirmed"),
        (["confirm", "cancel"], "confirmed"),
        (["arrive", "cancel"], "arrived"),
    ],
)
def test_taking_back_returns_to_the_state_before(mia, ana, consultation, ways, back_to):
    appointment = visit(mia, consultation, ana)
    for verb in ways:
        appointment = step(appointment, verb)

    assert step(appointment, "revert").state == back_to


def test_a_cancellation_taken_back_holds_everything_again(mia, ana, microneedling):
    booked = visit(mia, microneedling, ana)
    before = held(booked)
    cancelled = step(booked, "cancel", at=SUNDAY)

    restored = step(cancelled, "revert", at=SUNDAY)

    assert held(restored) == before
    assert (restored.state, restored.version, restored.sequence) == ("booked", 3, 2)


def test_a_cancellation_is_not_taken_back_onto_somebody_elses_visit(mia, tomasz, ana, consultation):
    cancelled = step(visit(mia, consultation, ana), "cancel", at=SUNDAY)
    taken_by = visit(tomasz, consultation, ana)

    with pytest.raises(appointments.SlotTaken) as taken:
        step(cancelled, "revert", at=SUNDAY)

    cancelled.refresh_from_db()
    assert (cancelled.state, held(cancelled)) == ("cancelled", [])
    assert len(held(taken_by)) == 3
    assert [free.starts_at for free in taken.value.refusal.alternatives] == [
        TEN - minutes(45),
        TEN - minutes(30),
        TEN + minutes(30),
    ]


def test_a_cancellation_is_not_taken_back_when_the_service_needs_more_by_now(mia, ana, review, pen):
    cancelled = step(visit(mia, review, ana), "cancel")
    review.phases.update(holds_device=True)
    review.devices.add(pen)

    with pytest.raises(appointments.SlotTaken) as taken:
        appointments.revert(cancelled, version=cancelled.version, by=HOUSE, at=SUNDAY)

    assert len(taken.value.refusal.alternatives) == 3
    cancelled.refresh_from_db()
    assert (cancelled.state, held(cancelled)) == (Appointment.State.CANCELLED, [])


def test_a_no_show_who_comes_late_after_all_gets_the_visit_back(mia, ana, microneedling):
    booked = visit(mia, microneedling, ana)
    before = held(booked)
    missed = step(booked, "no_show", at=TEN + minutes(20))

    restored = step(missed, "revert", at=TEN + minutes(25))

    assert (restored.state, held(restored), restored.sequence) == ("booked", before, 0)


def test_a_move_taken_back_is_the_time_before(mia, ana, ben, consultation):
    consultation.practitioners.add(ben)
    booked = visit(mia, consultation, ana)
    moved = step(booked, "move", at=SUNDAY, starts_at=TEN + timedelta(hours=5), practitioner=ben)

    restored = step(moved, "revert", at=SUNDAY)

    assert (restored.starts_at, restored.practitioner, restored.sequence) == (TEN, ana, 2)
    assert [resource for resource, *_ in held(restored)] == ["practitioner", "room", "patient"]
    assert not ben.claims.filter(is_active=True).exists()


def test_taking_back_twice_goes_two_steps_back(mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    moved = step(booked, "move", at=SUNDAY, starts_at=TEN + minutes(60))
    confirmed = step(moved, "confirm", at=SUNDAY)

    once = step(confirmed, "revert", at=SUNDAY)
    assert (once.state, once.starts_at) == ("booked", TEN + minutes(60))
    twice = step(once, "revert", at=SUNDAY)
    assert (twice.state, twice.starts_at) == ("booked", TEN)


def test_a_booking_itself_is_not_taken_back(mia, ana, consultation):
    with pytest.raises(appointments.WrongState) as refused:
        step(visit(mia, consultation, ana), "revert")

    assert refused.value.refusal.rule == "visit.nothing_to_undo"


@pytest.mark.parametrize("state", ["in_room", "done"])
def test_a_visit_that_happened_is_not_taken_back(mia, ana, consultation, state):
    with pytest.raises(appointments.WrongState):
        step(brought_to(state, mia, consultation, ana), "revert")


def test_the_history_shows_what_was_taken_back(mia, ana, consultation):
    confirmed = step(visit(mia, consultation, ana), "confirm", at=SUNDAY)
    step(confirmed, "revert", at=SUNDAY + minutes(1))

    lines = [(change.verb, change.undone_at) for change in confirmed.changes.order_by("id")]
    assert lines == [("book", None), ("confirm", SUNDAY + minutes(1)), ("revert", None)]
    assert overlaps() == []
