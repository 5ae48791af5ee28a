"""Time is closed and opened for every door alike, and somebody who is ill leaves the day with all their visits."""

from datetime import timedelta

import pytest

from booking import appointments, closures
from booking.models import Appointment, Closure
from clinic import wall_time
from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox.models import Notice
from tests.factories import booking, clinic, treatments
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.patients import patient
from visits import closing, displaced, reception
from visits.displaced import Decision, NotSettled

A_DAY = timedelta(days=1)


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
def monday(site):
    return dict(zip(("starts_at", "ends_at"), wall_time.day_bounds(TEN.date(), site.zone), strict=True))


@pytest.fixture
def from_nine(site):
    return {"from_at": TEN - minutes(60), "until": wall_time.day_bounds(TEN.date(), site.zone)[1], "words": ""}


def decide(visits, away, at):
    found = []
    for one in displaced.propose(visits, at=at, closure=away):
        free = one.same_time or one.next_time
        found.append(Decision(one.visit, one.visit.version, "move", free.starts_at, free.practitioner))
    return found


def away_of(practitioner, site, from_nine):
    return Closure(
        site=site, kind="leave", practitioner=practitioner, starts_at=from_nine["from_at"], ends_at=from_nine["until"]
    )


def test_nothing_is_booked_with_somebody_who_is_away(house, mia, ana, dee, monday, consultation):
    closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)

    with pytest.raises(Refused) as refused:
        booking.visit(mia, consultation, ana)

    assert refused.value.refusal.rule == "claim.taken"


def test_what_was_booked_before_stays_and_is_listed(house, mia, ana, dee, monday, consultation):
    visit = booking.visit(mia, consultation, ana)

    closure = closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)

    assert closures.conflicts(closure) == [visit]
    assert Appointment.objects.get().is_standing


def test_opened_again_it_can_be_booked(house, mia, ana, dee, monday, consultation):
    closure = closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)

    closing.lift(closure, by=dee, at=SUNDAY)

    assert booking.visit(mia, consultation, ana).is_standing


def test_what_was_opened_is_closed_again_as_it_was(house, mia, ana, dee, monday):
    closure = closing.close(kind="leave", site=house, practitioner=ana, words="Course", **monday, by=dee, at=SUNDAY)
    closing.lift(closure, by=dee, at=SUNDAY)

    again = closing.close_again(closure, by=dee, at=SUNDAY)

    assert (again.practitioner, again.starts_at, again.ends_at, again.words) == (
        ana,
        closure.starts_at,
        closure.ends_at,
        "Course",
    )


def test_the_desk_does_not_shut_the_whole_clinic(house, dee, monday):
    with pytest.raises(Refused) as refused:
        closing.close(kind="closure", site=house, **monday, by=dee, at=SUNDAY)

    assert refused.value.refusal.rule == "closure.may_not"
    assert Closure.objects.count() == 0


def test_a_manager_does(house, max_, monday):
    closure = closing.close(kind="closure", site=house, **monday, by=max_, at=SUNDAY)

    assert Closure.objects.get() == closure


def test_several_days_are_closed_together_and_one_that_is_closed_stays_as_it_is(house, max_, monday):
    closing.close(kind="closure", site=house, words="Works", **monday, by=max_, at=SUNDAY)
    days = {TEN.date(): "Monday", TEN.date() + A_DAY: "Tuesday", TEN.date() + 2 * A_DAY: "Wednesday"}

    closed = closing.close_days(days, site=house, by=max_, at=SUNDAY)

    assert [one.words for one in closed] == ["Tuesday", "Wednesday"]
    assert [one.words for one in Closure.objects.order_by("starts_at")] == ["Works", "Tuesday", "Wednesday"]


def test_the_desk_does_not_close_days(house, dee):
    with pytest.raises(Refused) as refused:
        closing.close_days({TEN.date(): "Monday"}, site=house, by=dee, at=SUNDAY)

    assert refused.value.refusal.rule == "closure.may_not"
    assert Closure.objects.count() == 0


@pytest.mark.parametrize(
    ("from_at", "until", "rule"),
    [(TEN, TEN - minutes(30), "closure.order"), (SUNDAY - A_DAY, SUNDAY - minutes(1), "closure.over")],
)
def test_a_closure_lies_in_the_time_to_come_and_ends_after_it_starts(house, ana, dee, from_at, until, rule):
    with pytest.raises(Refused) as refused:
        closing.close(kind="leave", site=house, practitioner=ana, starts_at=from_at, ends_at=until, by=dee, at=SUNDAY)

    assert refused.value.refusal.rule == rule


def test_somebody_ill_leaves_the_day_with_all_their_visits_in_one_step(
    house, mia, tomasz, ana, ben, dee, from_nine, consultation
):
    visits = [
        booking.visit(mia, consultation, ana),
        booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30)),
    ]
    at = TEN - minutes(60)
    decisions = decide(visits, away_of(ana, house, from_nine), at)

    closure, settled = closing.out_today(ana, site=house, **from_nine, decisions=decisions, by=dee, at=at)

    assert [(one.starts_at, one.practitioner) for one in settled.moved] == [(TEN, ben), (TEN + minutes(30), ben)]
    assert {one.changes.latest("id").reason for one in settled.moved} == {"Ana Duarte is away on Monday 2 March"}
    assert closures.conflicts(closure) == []


def test_when_one_visit_cannot_give_way_nobody_is_taken_out(house, mia, tomasz, ana, ben, dee, from_nine, consultation):
    visits = [
        booking.visit(mia, consultation, ana),
        booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30)),
    ]
    at = TEN - minutes(60)
    decisions = decide(visits, away_of(ana, house, from_nine), at)
    booking.visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(30))

    with pytest.raises(NotSettled) as stopped:
        closing.out_today(ana, site=house, **from_nine, decisions=decisions, by=dee, at=at)

    assert stopped.value.visit == visits[1]
    assert Closure.objects.count() == 0
    assert Appointment.objects.filter(practitioner=ana, version=1).count() == 2


def test_a_visit_without_a_decision_is_not_dropped(house, mia, ana, dee, from_nine, consultation):
    visit = booking.visit(mia, consultation, ana)

    closure, _settled = closing.out_today(ana, site=house, **from_nine, by=dee, at=TEN - minutes(60))

    assert closures.conflicts(closure) == [visit]


def test_the_time_that_a_visit_leaves_is_closed_too(house, mia, tomasz, ana, dee, from_nine, consultation):
    visits = [booking.visit(mia, consultation, ana)]
    at = TEN - minutes(60)
    decisions = decide(visits, away_of(ana, house, from_nine), at)

    closing.out_today(ana, site=house, **from_nine, decisions=decisions, by=dee, at=at)

    with pytest.raises(Refused) as refused:
        booking.visit(tomasz, consultation, ana, starts_at=TEN, at=at)
    assert refused.value.refusal.rule == "claim.taken"


def test_a_visit_in_a_closed_room_goes_to_another_room_at_its_time(house, mia, ana, room, dee, monday, consultation):
    visit = booking.visit(mia, consultation, ana, room=room)
    closure = closing.close(kind="closure", site=house, room=room, **monday, by=dee, at=SUNDAY)
    (proposal,) = displaced.propose(closures.conflicts(closure), at=SUNDAY, closure=closure)
    free = proposal.same_time

    decision = Decision(visit, 1, "move", free.starts_at, free.practitioner)
    settled = closing.settle(closure, [decision], by=dee, at=SUNDAY)

    assert [(one.starts_at, one.practitioner, one.room.name) for one in settled.moved] == [(TEN, ana, "Room 2")]


@pytest.fixture
def ana_away(house, ana, dee, monday):
    return closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)


def test_a_visit_that_stands_elsewhere_gives_way_to_nothing(house, mia, tomasz, ben, ana, dee, consultation, ana_away):
    standing = booking.visit(mia, consultation, ana, starts_at=TEN + A_DAY)
    of_ben = booking.visit(tomasz, consultation, ben)

    for visit in (standing, of_ben):
        with pytest.raises(NotSettled) as stopped:
            closing.settle(ana_away, [Decision(visit, 1, "cancel")], by=dee, at=SUNDAY)
        assert (stopped.value.visit, stopped.value.refusal.rule) == (visit, "closure.elsewhere")

    assert list(Appointment.objects.values_list("state", "version")) == [("booked", 1), ("booked", 1)]


def test_the_control_a_visit_that_stands_in_it_does(house, mia, ana, dee, monday, consultation):
    visit = booking.visit(mia, consultation, ana)
    closure = closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)

    settled = closing.settle(closure, [Decision(visit, 1, "cancel")], by=dee, at=SUNDAY)

    assert [one.state for one in settled.cancelled] == ["cancelled"]


def test_one_visit_that_stands_elsewhere_stops_the_others(house, mia, tomasz, ana, ben, dee, monday, consultation):
    visits = booking.visit(mia, consultation, ana), booking.visit(tomasz, consultation, ben)
    closure = closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)

    with pytest.raises(NotSettled) as stopped:
        closing.settle(closure, [Decision(one, 1, "cancel") for one in visits], by=dee, at=SUNDAY)

    assert stopped.value.visit == visits[1]
    assert list(Appointment.objects.values_list("state", flat=True)) == ["booked", "booked"]


def test_nobody_is_taken_out_together_with_the_visits_of_another(house, tomasz, ana, ben, dee, from_nine, consultation):
    of_ben = booking.visit(tomasz, consultation, ben)

    with pytest.raises(NotSettled) as stopped:
        closing.out_today(
            ana, site=house, **from_nine, decisions=[Decision(of_ben, 1, "cancel")], by=dee, at=TEN - minutes(60)
        )

    assert (stopped.value.visit, stopped.value.refusal.rule) == (of_ben, "closure.elsewhere")
    assert (Closure.objects.count(), Appointment.objects.get().state) == (0, "booked")


def test_what_is_open_again_lets_every_visit_be(house, mia, ana, dee, monday, consultation):
    visit = booking.visit(mia, consultation, ana)
    closure = closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)
    closing.lift(closure, by=dee, at=SUNDAY)

    with pytest.raises(Refused) as refused:
        closing.settle(closure, [Decision(visit, 1, "cancel")], by=dee, at=SUNDAY)

    assert (refused.value.refusal.rule, Appointment.objects.get().state) == ("closure.lifted", "booked")


@pytest.fixture
def three_of_ana(mia, tomasz, ana, consultation):
    """Mia at ten, Tomasz at half past, Zoe at two on Tuesday."""
    return [
        booking.visit(mia, consultation, ana),
        booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30)),
        booking.visit(patient("Zoe Lark"), consultation, ana, starts_at=TEN + A_DAY + minutes(240)),
    ]


def test_patients_who_are_here_are_apart_from_those_who_give_way(house, three_of_ana, ana, dee, from_nine):
    first, second, _of_tuesday = three_of_ana
    appointments.arrive(first, version=1, by=dee, at=TEN - minutes(10))
    at = TEN - minutes(5)
    away = away_of(ana, house, from_nine)

    assert (closing.giving_way(away, at=at), closing.here_in(away, at=at)) == ([second], [first])


def test_who_is_in_the_room_is_here_too(house, three_of_ana, ana, dee, from_nine):
    first, second, _of_tuesday = three_of_ana
    appointments.enter_room(first, version=1, by=dee, at=TEN)
    away = away_of(ana, house, from_nine)

    assert (closing.giving_way(away, at=TEN), closing.here_in(away, at=TEN)) == ([second], [first])


def test_who_came_on_an_earlier_day_is_not_here_any_more(house, three_of_ana, ana, dee, from_nine):
    appointments.arrive(three_of_ana[0], version=1, by=dee, at=TEN - minutes(10))
    away = away_of(ana, house, from_nine | {"until": TEN + 3 * A_DAY})

    assert closing.here_in(away, at=TEN + A_DAY) == []


def test_who_arrived_since_it_was_decided_stops_it_all(house, three_of_ana, ana, dee, from_nine):
    at = TEN - minutes(10)
    decisions = [Decision(one, 1, "cancel") for one in three_of_ana[:2]]
    appointments.arrive(three_of_ana[0], version=1, by=dee, at=at)

    with pytest.raises(NotSettled) as stopped:
        closing.out_today(ana, site=house, **from_nine, decisions=decisions, by=dee, at=at)

    assert (stopped.value.visit, stopped.value.refusal.rule) == (three_of_ana[0], "visit.stale")
    assert list(Appointment.objects.values_list("state", flat=True)) == ["arrived", "booked", "booked"]


def test_patients_hear_that_the_clinic_called_off(house, mia, ana, dee, from_nine, consultation):
    visit = reception.book(
        patient=mia, service=consultation, practitioner=ana, starts_at=TEN, site=house, by=dee, at=SUNDAY
    )
    at = TEN - minutes(60)

    closing.out_today(ana, site=house, **from_nine, decisions=[Decision(visit, 1, "cancel")], by=dee, at=at)

    told = Notice.objects.filter(patient=mia, state=Notice.State.DUE).values_list("kind", "due_at")
    assert list(told) == [("CANCELLATION", at + minutes(3))]


def test_the_trail_tells_of_closing_and_opening(house, ana, dee, monday):
    closure = closing.close(kind="leave", site=house, practitioner=ana, **monday, by=dee, at=SUNDAY)
    closing.lift(closure, by=dee, at=SUNDAY)

    told = AuditRow.objects.filter(object_kind="booking.closure", object_id=str(closure.pk), actor_name=dee.name)
    assert told.count() == 2
