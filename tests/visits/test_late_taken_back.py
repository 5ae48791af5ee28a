"""A late day is taken back with one press: every visit where it was, or none; and who was told hears of it."""

import pytest
from django.db import IntegrityError, transaction

from booking import appointments
from booking.models import Appointment, Change
from clinic.refusals import Refused
from outbox.models import Notice
from tests.factories import booking, clinic, treatments
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.factories.patients import patient
from visits import reception, running_late
from visits.displaced import NotSettled

NINE = TEN - minutes(60)


def told_visit(patient, service, practitioner, by, starts_at, **known):
    return reception.book(
        patient=patient,
        service=service,
        practitioner=practitioner,
        starts_at=starts_at,
        site=service.rooms.first().site,
        by=by,
        at=SUNDAY,
        **known,
    )


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


@pytest.fixture
def morning(mia, tomasz, ana, consultation):
    """Mia at ten and Tomasz right after her, at half past."""
    first = booking.visit(mia, consultation, ana)
    return first, booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))


def starts(practitioner):
    return list(Appointment.objects.filter(practitioner=practitioner).values_list("starts_at", flat=True))


def move_all(practitioner, site, delay, at, *, by):
    """Move on all that can, as it is shown at that moment."""
    known = {"site": site, "minutes": delay, "by": by, "at": at}
    seen = running_late.preview(practitioner, **known)
    versions = {one.visit.pk: one.visit.version for one in seen.moving}
    return running_late.run(practitioner, versions=versions, **known)


@pytest.fixture
def late_day(morning, site, ana, dee):
    """Ana's morning moved on by twenty minutes, an hour before it began; the move of its first visit."""
    move_all(ana, site, 20, NINE, by=dee)
    return morning[0].changes.get(verb="move")


def test_a_late_day_is_taken_back_whole(late_day, ana, dee):
    back = running_late.take_back(late_day, by=dee, at=NINE + minutes(1))

    assert [one.starts_at for one in back] == [TEN, TEN + minutes(30)]
    assert starts(ana) == [TEN, TEN + minutes(30)]


def test_visits_whose_hours_cross_change_places_again(mia, tomasz, ana, site, dee, microneedling, consultation):
    """Tomasz comes while the cream of Mia works."""
    consultation.rooms.set([clinic.room(site, "Room 2")])
    booking.visit(mia, microneedling, ana)
    between = booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(10), passes=frozenset({"grid.off"}))
    move_all(ana, site, 15, NINE, by=dee)

    running_late.take_back(between.changes.get(verb="move"), by=dee, at=NINE)

    assert starts(ana) == [TEN, TEN + minutes(10)]


def test_within_three_minutes_nobody_hears_of_it(mia, tomasz, ana, site, dee, consultation):
    told_visit(mia, consultation, ana, dee, TEN)
    second = told_visit(tomasz, consultation, ana, dee, TEN + minutes(30))
    move_all(ana, site, 20, NINE, by=dee)
    assert Notice.objects.filter(kind="CHANGE", state=Notice.State.DUE).count() == 2

    running_late.take_back(second.changes.get(verb="move"), by=dee, at=NINE + minutes(2))

    assert set(Notice.objects.filter(kind="CHANGE").values_list("state", flat=True)) == {Notice.State.WITHDRAWN}


@pytest.mark.parametrize("wanted_word", [True, False])
def test_later_those_who_were_told_hear_that_their_first_time_holds(mia, ana, site, dee, consultation, wanted_word):
    booked = told_visit(mia, consultation, ana, dee, TEN, tell_patient=wanted_word)
    move_all(ana, site, 20, NINE, by=dee)

    running_late.take_back(booked.changes.get(verb="move"), by=dee, at=NINE + minutes(5))

    said = Notice.objects.filter(kind="CHANGE").order_by("pk").values_list("occasion", "state")
    assert list(said) == [("1", Notice.State.WITHDRAWN), ("2", Notice.State.DUE)]


def test_when_one_visit_was_changed_since_none_goes_back(late_day, morning, ana, dee):
    appointments.confirm(morning[1], version=2, by=HOUSE, at=NINE)

    with pytest.raises(NotSettled) as stopped:
        running_late.take_back(late_day, by=dee, at=NINE + minutes(1))

    assert stopped.value.visit == morning[1]
    assert starts(ana) == [TEN + minutes(20), TEN + minutes(50)]


@pytest.fixture
def zoe_has_one_of_the_old_places(late_day, ben, consultation):
    """Zoe is with Ben in the one room from a quarter to ten to a quarter past."""
    consultation.practitioners.add(ben)
    quarter_to_ten = {"starts_at": TEN - minutes(15), "passes": frozenset({"grid.off"})}
    return booking.visit(patient("Zoe Lark"), consultation, ben, **quarter_to_ten)


def test_when_somebody_has_one_of_the_old_places_none_goes_back(late_day, zoe_has_one_of_the_old_places, ana, dee):
    with pytest.raises(NotSettled) as stopped:
        running_late.take_back(late_day, by=dee, at=NINE + minutes(1))

    assert stopped.value.refusal.rule == "claim.taken"
    assert starts(ana) == [TEN + minutes(20), TEN + minutes(50)]


def test_the_control_with_the_places_free_both_do(late_day, zoe_has_one_of_the_old_places, morning, ana, dee):
    appointments.cancel(zoe_has_one_of_the_old_places, version=1, reason="Ill", by=HOUSE, at=NINE)

    running_late.take_back(late_day, by=dee, at=NINE + minutes(1))

    assert starts(ana) == [TEN, TEN + minutes(30)]


def test_one_that_went_back_by_itself_is_left_where_it_is(late_day, morning, ana, dee):
    reception.revert(morning[0], version=2, by=dee, at=NINE + minutes(1))

    back = running_late.take_back(late_day, by=dee, at=NINE + minutes(1))

    assert [one.pk for one in back] == [morning[1].pk]
    assert starts(ana) == [TEN, TEN + minutes(30)]


def test_it_is_taken_back_once(late_day, dee):
    running_late.take_back(late_day, by=dee, at=NINE)

    with pytest.raises(Refused) as refused:
        running_late.take_back(late_day, by=dee, at=NINE)

    assert refused.value.refusal.rule == running_late.TAKEN_BACK


def test_what_is_over_is_not_told_otherwise_afterwards(late_day, morning, ana, dee):
    with pytest.raises(NotSettled, match="The time that this visit had is over") as stopped:
        running_late.take_back(late_day, by=dee, at=TEN + minutes(30))

    assert stopped.value.visit == morning[0]
    assert starts(ana) == [TEN + minutes(20), TEN + minutes(50)]


def test_the_control_a_minute_before_it_is(late_day, ana, dee):
    running_late.take_back(late_day, by=dee, at=TEN + minutes(29))

    assert starts(ana) == [TEN, TEN + minutes(30)]


def test_a_second_delay_is_taken_back_before_the_first(late_day, morning, site, ana, dee):
    move_all(ana, site, 10, NINE + minutes(1), by=dee)
    with pytest.raises(NotSettled):
        running_late.take_back(late_day, by=dee, at=NINE + minutes(2))

    running_late.take_back(morning[0].changes.filter(verb="move").latest("id"), by=dee, at=NINE + minutes(2))

    assert starts(ana) == [TEN + minutes(20), TEN + minutes(50)]


def test_somebody_who_may_not_close_time_takes_nothing_back(late_day):
    with pytest.raises(Refused) as refused:
        running_late.take_back(late_day, by=HOUSE, at=NINE)

    assert refused.value.refusal.rule == "late.may_not"


@pytest.fixture
def moved_by_itself(mia, ana, site, dee, consultation):
    """A visit that the same person moved on at the same moment, with the very words of a late day, and alone."""
    other = booking.visit(mia, consultation, ana, starts_at=TEN + minutes(240))
    said = {"version": 1, "reason": running_late.reason_for(ana, 20), "by": dee, "at": NINE}
    return reception.move(other, starts_at=TEN + minutes(270), **said)


def test_a_visit_that_was_moved_by_itself_is_no_part_of_a_late_day(late_day, moved_by_itself):
    found = moved_by_itself.changes.latest("id")

    assert [running_late.minutes_of(one) for one in (late_day, found)] == [20, None]
    assert [one.pk for one in running_late.moves_of(found.press)] == []


def test_it_stays_where_it_is_when_the_late_day_is_taken_back(late_day, moved_by_itself, ana, dee):
    running_late.take_back(late_day, by=dee, at=NINE + minutes(1))

    assert starts(ana) == [TEN, TEN + minutes(30), TEN + minutes(270)]


def test_what_was_moved_by_itself_is_not_taken_back_as_a_late_day(late_day, moved_by_itself, dee):
    with pytest.raises(Refused) as refused:
        running_late.take_back(moved_by_itself.changes.latest("id"), by=dee, at=NINE)

    assert refused.value.refusal.rule == running_late.TAKEN_BACK


def test_a_late_day_is_known_by_its_press_when_one_of_its_visits_was_moved_again(morning, site, ana, dee):
    done = move_all(ana, site, 20, NINE, by=dee)
    reception.move(morning[1], starts_at=TEN + minutes(120), version=2, by=dee, at=NINE)

    moves = running_late.moves_of(done.press)
    assert [(one.appointment, running_late.minutes_of(one)) for one in moves] == [(morning[0], 20), (morning[1], 20)]


def test_which_press_a_move_belongs_to_is_never_altered(late_day):
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.filter(pk=late_day.pk).update(press=None)
