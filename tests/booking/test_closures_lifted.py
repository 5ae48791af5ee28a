"""Closures afterwards: lifted, filled by the sweep, and listed with the visits that stand in them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from booking import closures, tasks
from booking.models import Claim, Closure
from clinic.models import AuditRow, Shift, SpecialDay
from clinic.refusals import Refused
from tests.booking.held import shut
from tests.factories import clinic
from tests.factories.booking import HOUSE, NINE, SIX, SUNDAY, TEN, away, close, minutes, visit

MONDAY = date(2026, 3, 2)

# --- lifting ---------------------------------------------------------------------------------------------


def test_a_closure_that_is_lifted_leaves_its_time_to_all(mia, ana, consultation, site):
    closure = away(ana, site)

    closures.lift(closure, by=HOUSE, at=SUNDAY)

    assert (closure.lifted_at, shut(closure)) == (SUNDAY, [])
    assert visit(mia, consultation, ana).starts_at == TEN
    assert AuditRow.objects.filter(verb="lift", object_id=str(closure.pk)).count() == 1


def test_another_closure_of_the_same_time_stands(ana, site):
    lunch = away(ana, site, 0, 60)
    course = away(ana, site, 30, 120)
    assert shut(course) == [("practitioner", ana.pk, 60, 120)]

    closures.lift(lunch, by=HOUSE, at=SUNDAY)

    assert shut(course) == [("practitioner", ana.pk, 30, 60), ("practitioner", ana.pk, 60, 120)]


def test_a_closure_is_lifted_once(ana, site):
    closure = away(ana, site)
    closures.lift(closure, by=HOUSE, at=SUNDAY)

    with pytest.raises(Refused, match="lifted already"):
        closures.lift(closure, by=HOUSE, at=SUNDAY)


# --- sweeping --------------------------------------------------------------------------------------------


def test_the_sweep_shuts_a_new_room_and_a_new_person_and_then_has_nothing_to_do(site, ana):
    closure = close(site)
    room = clinic.room(site, "Room 9")
    ben = clinic.ben(site)

    swept = [closures.sweep(at=SUNDAY), closures.sweep(at=SUNDAY)]

    assert swept == [3, 0]
    assert {("room", room.pk, -60, 480), ("practitioner", ben.pk, -60, 180), ("practitioner", ben.pk, 240, 480)} < set(
        shut(closure)
    )


def test_the_sweep_lets_go_of_hours_that_somebody_has_elsewhere_now(site, ana, room):
    closure = close(site, TEN, TEN + minutes(60))
    SpecialDay.objects.create(site=site, practitioner=ana, on=MONDAY)

    closures.sweep(at=SUNDAY)

    assert shut(closure) == [("room", room.pk, 0, 60)]


def test_the_sweep_follows_a_shift_that_became_shorter(site, ana):
    closure = close(site, NINE, TEN + minutes(60))
    Shift.objects.filter(starts_at=time(9)).update(ends_at=time(10))

    closures.sweep(at=SUNDAY)

    assert shut(closure) == [("practitioner", ana.pk, -60, 0)]


def test_the_sweep_leaves_what_is_over_and_what_is_lifted(site, ana):
    closures.lift(away(ana, site), by=HOUSE, at=SUNDAY)
    away(ana, site, 120, 180)
    Claim.objects.all().delete()

    assert closures.sweep(at=TEN + minutes(180)) == 0
    assert closures.sweep(at=TEN + minutes(179)) == 1


def test_what_was_lifted_meanwhile_is_not_filled(site, ana):
    closure = away(ana, site)
    closures.lift(Closure.objects.get(), by=HOUSE, at=SUNDAY)

    assert closures.fill(closure, at=SUNDAY) == 0


def test_the_task_sweeps_by_the_clock(site, ana):
    now = timezone.now()
    close(site, now, now + minutes(60), practitioner=ana, at=now)
    Claim.objects.all().delete()

    assert tasks.close_gaps() == 1


# --- the list of them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_closures_of_a_site_and_their_visits_are_three_queries(
    mia, tomasz, ana, consultation, site, room, pen, count, django_assert_num_queries
):
    first, second = visit(mia, consultation, ana), visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))
    wanted = [
        (lambda: away(ana, site), [first, second]),
        (lambda: close(site, TEN + minutes(30), SIX, room=room), [second]),
        (lambda: close(site, TEN, SIX), [first, second]),
    ][:count]
    expected = {make().pk: visits for make, visits in wanted}

    with django_assert_num_queries(3):
        found = closures.conflicts_of(site, at=SUNDAY)

    assert {closure.pk: visits for closure, visits in found} == expected


def test_closures_that_are_over_lifted_or_elsewhere_are_not_listed(ana, site):
    harbour = clinic.site(name="Harbour Skin Clinic")
    closures.lift(away(ana, site), by=HOUSE, at=SUNDAY)
    close(harbour, TEN, SIX)
    close(site, TEN, SIX)

    assert [closure.site for closure, _ in closures.conflicts_of(site, at=SUNDAY)] == [site]
    assert closures.conflicts_of(site, at=SIX) == []


def test_a_day_of_twenty_five_hours_is_closed_whole(ana, site):
    """The night in which London puts its clocks back."""
    starts_at, ends_at = datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 26, 0, tzinfo=UTC)

    closure = close(site, starts_at, ends_at, practitioner=ana)

    assert [(claim.starts_at, claim.ends_at) for claim in closure.claims.order_by("starts_at")] == [
        (starts_at, starts_at + timedelta(hours=24)),
        (starts_at + timedelta(hours=24), ends_at),
    ]
