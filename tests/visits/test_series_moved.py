"""One session of a series moves: those after it are proposed anew, and saved with it or not at all."""

from datetime import date, timedelta

import pytest

from booking.several import SomeRefused
from clinic.refusals import Stale
from tests.factories import booking
from tests.factories.booking import SUNDAY, TEN
from tests.visits.series_of import DONE, booked
from treatments import courses
from visits import reception, series
from visits.series import Move, Time

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


def test_what_still_fits_after_a_move_stays_where_it_is(wanted, dee, ana):
    first, _second, _third = booked(wanted, dee)
    to = first.starts_at + WEEK

    plan = series.replan(first, starts_at=to, at=DONE)

    assert plan.first.to.starts_at == to
    assert [one.is_unchanged for one in plan.rest] == [True, True]  # four weeks later still is four weeks
    assert plan.moving == [plan.first]


def test_what_follows_moves_with_it_and_old_and_new_are_beside_each_other(wanted, dee, ana):
    first, second, third = booked(wanted, dee)
    to = first.starts_at + WEEK + timedelta(days=1)  # Tuesday 14 April: the next is possible from 12 May

    plan = series.replan(first, starts_at=to, at=DONE)

    (moved, stays) = plan.rest
    assert (moved.visit, moved.is_unchanged, moved.window.opens_on) == (second, False, date(2026, 5, 12))
    assert moved.to.starts_at == second.starts_at + WEEK  # the Monday after, at ten, with Ana
    assert (stays.visit, stays.is_unchanged) == (third, True)
    assert plan.falling_out == [moved]


def test_a_move_and_what_follows_are_saved_together(wanted, dee, ana):
    first, second, third = booked(wanted, dee)
    plan = series.replan(first, starts_at=first.starts_at + WEEK + timedelta(days=1), at=DONE)

    moved = series.move(
        [Move(one.visit, Time(one.to.starts_at, one.to.practitioner), one.visit.version) for one in plan.moving],
        by=dee,
        at=DONE,
    )

    assert [visit.starts_at for visit in moved] == [one.to.starts_at for one in plan.moving]
    assert [visit.version for visit in moved] == [2, 2]
    assert list(courses.places([first, second, third]).values()) == ["2 of 4", "3 of 4", "4 of 4"]
    third.refresh_from_db()
    assert third.version == 1


def test_of_a_move_that_meets_another_visit_nothing_is_saved(wanted, dee, ana, tomasz, microneedling):
    first, _second, _third = booked(wanted, dee)
    plan = series.replan(first, starts_at=first.starts_at + WEEK + timedelta(days=1), at=DONE)
    booking.visit(tomasz, microneedling, ana, starts_at=plan.rest[0].to.starts_at, at=DONE)
    moves = [Move(one.visit, Time(one.to.starts_at, ana), 1) for one in plan.moving]

    with pytest.raises(SomeRefused) as refused:
        series.move(moves, by=dee, at=DONE)

    assert [one.rule for one in refused.value.refusals.values()] == ["claim.taken"]
    before = first.starts_at
    first.refresh_from_db()
    assert (first.starts_at, first.version) == (before, 1)


def test_a_series_that_somebody_changed_meanwhile_is_not_moved(wanted, dee, ana):
    first, second, _third = booked(wanted, dee)
    reception.confirm(second, version=1, by=dee, at=DONE)

    with pytest.raises(Stale):
        series.move(
            [Move(first, Time(first.starts_at + WEEK, ana), 1), Move(second, Time(second.starts_at + WEEK, ana), 1)],
            by=dee,
            at=DONE,
        )


def test_two_moved_too_close_to_each_other_are_refused(wanted, dee, ana):
    _first, second, _third = booked(wanted, dee)

    with pytest.raises(SomeRefused) as refused:
        series.move([Move(second, Time(second.starts_at - 3 * WEEK, ana), 1)], by=dee, at=DONE)

    assert [one.rule for one in refused.value.refusals.values()] == ["series.spacing"]


def test_each_may_take_the_time_that_the_next_one_leaves(wanted, dee, ana):
    first, second, third = booked(wanted, dee)
    to = [second.starts_at, third.starts_at, third.starts_at + 5 * WEEK]

    moved = series.move(
        [Move(visit, Time(at, ana), 1) for visit, at in zip((first, second, third), to, strict=True)], by=dee, at=DONE
    )

    assert [visit.starts_at for visit in moved] == to


def test_a_session_that_cannot_go_there_says_why(wanted, dee, ana, tomasz, microneedling):
    first, _second, _third = booked(wanted, dee)
    booking.visit(tomasz, microneedling, ana, starts_at=first.starts_at + WEEK, at=DONE)

    plan = series.replan(first, starts_at=first.starts_at + WEEK, at=DONE)

    assert (plan.refusal.rule, plan.rest) == ("claim.taken", ())


def test_a_visit_of_no_course_has_nothing_after_it(tomasz, ana, microneedling):
    visit = booking.visit(tomasz, microneedling, ana)

    with pytest.raises(ValueError, match="no course"):
        series.replan(visit, starts_at=TEN + WEEK, at=SUNDAY)
