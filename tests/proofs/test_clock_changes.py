"""“28 days later at 10:00” is 10:00, across both clock changes; and the control that it is not by arithmetic in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare import rules
from booking import appointments
from clinic import wall_time
from outbox import deliveries
from outbox.models import Notice
from tests.factories import aftercare, booking, treatments

LONDON = ZoneInfo("Europe/London")
ZONES = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns", "Asia/Tehran"]
TEN = time(10)
FORWARD = date(2026, 3, 2)  # four weeks on, London has summer time
BACK = date(2026, 10, 5)  # four weeks on, London has winter time again


def wall(at: datetime, zone: ZoneInfo) -> tuple[date, time]:
    local = wall_time.local(at, zone)
    return local.date(), local.time().replace(tzinfo=None)


def by_the_wall(day: date, clock: time, days: int, zone: ZoneInfo) -> datetime:
    return rules.due_at(wall_time.instant(day, clock, zone), hours=None, days=days, zone=zone)


def in_utc(day: date, clock: time, days: int, zone: ZoneInfo) -> datetime:
    """The same with days of 24 hours: what many programs do."""
    return wall_time.into_daytime(wall_time.instant(day, clock, zone) + timedelta(days=days), zone)


@pytest.mark.parametrize("day", [FORWARD, BACK])
def test_four_weeks_later_at_ten_is_ten(day):
    assert wall(by_the_wall(day, TEN, 28, LONDON), LONDON) == (day + timedelta(days=28), TEN)


@pytest.mark.parametrize(("day", "shown"), [(FORWARD, time(11)), (BACK, time(9))])
def test_control_by_arithmetic_in_utc_it_is_not(day, shown):
    assert wall(in_utc(day, TEN, 28, LONDON), LONDON) == (day + timedelta(days=28), shown)


def test_an_evening_message_leaves_on_the_right_day():
    half_past_seven = time(19, 30)

    assert wall(by_the_wall(FORWARD, half_past_seven, 28, LONDON), LONDON) == (date(2026, 3, 30), half_past_seven)


def test_control_by_arithmetic_in_utc_it_leaves_a_day_late():
    assert wall(in_utc(FORWARD, time(19, 30), 28, LONDON), LONDON) == (date(2026, 3, 31), time(8))


@pytest.mark.parametrize("name", ZONES)
def test_on_every_day_of_two_years_and_in_every_zone_it_is_the_same_time_on_the_right_day(name):
    zone, shifted = ZoneInfo(name), 0
    for number in range(730):
        day = date(2026, 1, 1) + timedelta(days=number)
        for days in (5, 7, 21, 28, 35, 42):
            assert wall(by_the_wall(day, TEN, days, zone), zone) == (day + timedelta(days=days), TEN)
            shifted += wall(in_utc(day, TEN, days, zone), zone)[1] != TEN
    observes_summer_time = zone.utcoffset(datetime(2026, 1, 1)) != zone.utcoffset(datetime(2026, 7, 1))  # noqa: DTZ001
    assert (shifted > 0) == observes_summer_time  # the control: where the clocks change, UTC arithmetic is caught out


def test_a_time_that_the_clocks_skip_moves_forward_and_one_they_show_twice_is_the_first():
    skipped = wall_time.instant(date(2026, 3, 29), time(1, 30), LONDON)
    shown_twice = wall_time.instant(date(2026, 10, 25), time(1, 30), LONDON)

    assert wall(skipped, LONDON) == (date(2026, 3, 29), time(2, 30))
    assert shown_twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


# --- with the real outbox and a real mail server -----------------------------------------------------------


@pytest.fixture
def house_values(db):
    treatments.values()
    aftercare.values()


@pytest.mark.parametrize("day", [FORWARD, BACK])
def test_the_four_week_message_leaves_at_the_same_time_on_the_28th_day(
    day, house_values, mia, microneedling, ana, as_ana, smtp_server
):
    starts_at, ended_at = (wall_time.instant(day, clock, LONDON) for clock in (time(9), TEN))
    visit = booking.visit(mia, microneedling, ana, starts_at=starts_at, at=starts_at - timedelta(days=1))
    course = treatments.course(mia, by=as_ana, at=starts_at)
    session = treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana, at=ended_at)
    aftercare.begun(session)
    Notice.objects.exclude(kind="FOLLOW_28D").delete()
    on_the_dot = wall_time.instant(day + timedelta(days=28), TEN, LONDON)

    deliveries.send_due(clock=lambda: on_the_dot - timedelta(seconds=1))
    before = len(smtp_server.messages)
    deliveries.send_due(clock=lambda: on_the_dot)

    assert before == 0
    assert [mail["Subject"] for mail in smtp_server.messages] == ["You can book your next visit"]
    assert Notice.objects.get().due_at == on_the_dot


@pytest.mark.parametrize("day", [FORWARD, BACK])
def test_the_next_visit_four_weeks_on_at_ten_is_booked_at_ten(day, mia, microneedling, ana):
    first = wall_time.instant(day, TEN, LONDON)

    visit = booking.visit(
        mia, microneedling, ana, starts_at=wall_time.days_later(first, 28, LONDON), at=first - timedelta(days=1)
    )

    assert wall(visit.starts_at, LONDON) == (day + timedelta(days=28), TEN)
    assert appointments.Appointment.objects.get() == visit
