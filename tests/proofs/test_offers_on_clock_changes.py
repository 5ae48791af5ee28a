"""On the days on which clocks change, what is offered is on the wall: every time once, inside the hours, bookable.

All changes of two years in every zone that there is. Zones whose clocks change in the same moments stand for each
other; STIPPLE_PROOFS=full asks every one of them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db import transaction

from booking import appointments, free_times
from booking.diary import Diary
from booking.hours import Hours, Weekly
from booking.rules import Line
from clinic import wall_time
from clinic.models import OpeningHours, Service, Shift, Site, User
from clinic.refusals import Refused
from tests.booking.held import overlaps
from tests.factories import clinic, patients
from tests.factories.booking import HOUSE

FULL = os.environ.get("STIPPLE_PROOFS") == "full"
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
MINUTES, GRID = 30, 15
ALL_DAY = (time(0), time(23, 59))
AT_NIGHT = (time(0, 45), time(4, 15))  # where most clocks change
BY_DAY = (time(9), time(18))
ANA = 1


@dataclass(frozen=True)
class ClockChange:
    """The first minute after the clocks of a zone changed."""

    zone: ZoneInfo
    at: datetime

    @property
    def day(self) -> date:
        """The local day on which the old time ended."""
        return wall_time.local(self.at - A_MINUTE, self.zone).date()


@cache
def changes() -> list[ClockChange]:
    """Return the changes of two years: of every zone, or of one for each calendar of changes."""
    known: set[tuple[tuple[datetime, timedelta], ...]] = set()
    found: list[ClockChange] = []
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        calendar = tuple(_changes_of(zone))
        if calendar and (FULL or calendar not in known):
            known.add(calendar)
            found += [ClockChange(zone, at) for at, _ in calendar]
    return found


def _changes_of(zone: ZoneInfo) -> list[tuple[datetime, timedelta]]:
    found, step, at = [], timedelta(days=5), FIRST
    while at < LAST:
        if _offset(at, zone) != _offset(at + step, zone):
            before, after = at, at + step
            while after - before > A_MINUTE:
                middle = before + ((after - before) / 2 // A_MINUTE) * A_MINUTE
                before, after = (middle, after) if _offset(middle, zone) == _offset(at, zone) else (before, middle)
            found.append((after, _offset(after, zone)))
        at += step
    return found


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset()


def on_the_wall(day: date, hours: tuple[time, time], zone: ZoneInfo) -> list[datetime]:
    """Return the starts that there should be, found by watching the wall minute by minute."""
    opens, closes = (wall_time.instant(day, clock, zone) for clock in hours)
    closes = min(closes, wall_time.instant(day + A_DAY, time.min, zone))
    minutes = [opens + n * A_MINUTE for n in range(max((closes - opens) // A_MINUTE - MINUTES + 1, 0))]
    walls = [(at, at.astimezone(zone)) for at in minutes]
    return [at for at, wall in walls if wall.date() == day and wall.minute % GRID == 0 and not wall.fold]


def diary(zone: ZoneInfo, hours: tuple[time, time], at: datetime) -> Diary:
    """Return an empty diary in which Ana works as long as the site is open, every day of the week."""
    site = Site(pk=1, time_zone=zone.key)
    weekly = {(whose, weekday): [Weekly(hours, None, None)] for whose in (None, ANA) for weekday in range(7)}
    lines = tuple(Line(resource, "talk", 0, MINUTES) for resource in ("practitioner", "patient"))
    return Diary(
        service=Service(start_grid_minutes=GRID, minimum_notice_minutes=0, maximum_advance_days=365),
        site=site,
        at=at,
        start=at.date(),
        days=1,
        lines=lines,
        practitioners={ANA: User(pk=ANA, name="Ana Duarte")},
        hours=Hours(site, weekly, {}, {}),
        rooms=[],
        chairs=[],
        devices=[],
        busy={},
    )


def days_around(change: ClockChange) -> list[date]:
    return [change.day + number * A_DAY for number in (-1, 0, 1)]


def test_there_are_changes_to_ask():
    assert len(changes()) >= (800 if FULL else 100)


@pytest.mark.parametrize("hours", [ALL_DAY, AT_NIGHT], ids=["all day", "at night"])
def test_every_time_that_the_wall_shows_is_offered_once_and_no_other(hours):
    for change in changes():
        book = diary(change.zone, hours, change.at - 3 * A_DAY)
        for day in days_around(change):
            offered = [datetime.fromtimestamp(start, UTC) for start, _ in book.free_on(day)]

            assert offered == on_the_wall(day, hours, change.zone), (change, day)


def test_what_is_offered_is_what_can_be_booked():
    """Every quarter hour in UTC, and seven minutes past it, is asked of the booking's own rule."""
    for change in changes():
        book = diary(change.zone, AT_NIGHT, change.at - 3 * A_DAY)
        offered = {start for day in days_around(change) for start, _ in book.free_on(day)}
        begins, _ = wall_time.day_bounds(change.day, change.zone)
        for number in range(0, 30 * 4):
            for start in (begins + timedelta(minutes=15 * number), begins + timedelta(minutes=15 * number + 7)):
                second = int(start.timestamp())
                assert (book.objection(second, ANA) == "") == (second in offered), (change, start)


def test_a_working_day_begins_at_nine_before_and_after():
    for change in changes():
        book = diary(change.zone, BY_DAY, change.at - 3 * A_DAY)
        for day in days_around(change):
            starts = [wall_time.local(datetime.fromtimestamp(at, UTC), change.zone) for at, _ in book.free_on(day)]

            assert (starts[0].time(), starts[-1].time(), len(starts)) == (time(9), time(17, 30), 35), (change, day)


def test_by_adding_days_of_24_hours_it_does_not():
    """Control: yesterday's first start and 24 hours, which is how it is often done, is wrong at every single change."""
    wrong = 0
    for change in changes():
        nine = wall_time.instant(days_around(change)[0], time(9), change.zone)  # the day before
        walls = [wall_time.local(nine + number * A_DAY, change.zone).time() for number in (1, 2)]
        wrong += walls != [time(9), time(9)]

    assert wrong == len(changes())


# --- with the real booking ---------------------------------------------------------------------------------


@pytest.mark.one_engine
@pytest.mark.django_db
def test_what_is_offered_on_both_sides_of_a_change_is_booked_as_it_was_offered():
    site = clinic.site()
    ana, mia, tomasz = clinic.ana(site), patients.mia(), patients.tomasz()
    talk = clinic.service("consultation", practitioners=[ana], rooms=[clinic.room(site)])
    OpeningHours.objects.all().delete()
    Shift.objects.all().delete()
    for weekday in range(7):
        OpeningHours.objects.create(site=site, weekday=weekday, opens_at=ALL_DAY[0], closes_at=ALL_DAY[1])
        Shift.objects.create(practitioner=ana, site=site, weekday=weekday, starts_at=ALL_DAY[0], ends_at=ALL_DAY[1])
    for change in changes() if FULL else changes()[::4]:
        with transaction.atomic():
            site.time_zone = change.zone.key
            site.save()
            _book_around(change, site, talk, ana, (mia, tomasz))
            transaction.set_rollback(True)


def _book_around(change: ClockChange, site: Site, talk: Service, ana: User, people: tuple) -> None:
    at = change.at - 3 * A_DAY
    asked = {"service": talk, "site": site, "start": change.day, "days": 2, "at": at}
    offered = [free.starts_at for free in free_times.find(**asked)]
    both = [on_the_wall(day, ALL_DAY, change.zone) for day in days_around(change)[1:]]
    assert offered == both[0] + both[1]
    before = max(start for start in offered if start + timedelta(minutes=MINUTES) <= change.at)
    after = min(start for start in offered if start >= change.at)
    who = {"service": talk, "practitioner": ana, "by": HOUSE, "at": at}
    for patient, starts_at in zip(people, (before, after), strict=True):
        booked = appointments.book(patient=patient, starts_at=starts_at, **who)
        assert (booked.starts_at, booked.ends_at) == (starts_at, starts_at + timedelta(minutes=MINUTES))
    left = [free.starts_at for free in free_times.find(**asked)]
    reach = timedelta(minutes=MINUTES)
    assert left == [one for one in offered if all(abs(one - held) >= reach for held in (before, after))]
    for starts_at in (before, after):
        with pytest.raises(Refused), transaction.atomic():
            appointments.book(patient=people[0], starts_at=starts_at, **who)
    assert overlaps() == []
