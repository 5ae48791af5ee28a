from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare import rules
from clinic import wall_time

LONDON = ZoneInfo("Europe/London")
MONDAY_11_10 = datetime(2026, 3, 2, 11, 10, tzinfo=UTC)
CLOCKS_GO_FORWARD = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)  # the Saturday before


def due(ended_at, *, hours=None, days=None, zone=LONDON):
    return rules.due_at(ended_at, hours=hours, days=days, zone=zone)


def test_hours_are_hours_that_pass_even_when_the_clocks_change():
    assert due(CLOCKS_GO_FORWARD, hours=24) == CLOCKS_GO_FORWARD + timedelta(hours=24)
    assert wall_time.local(due(CLOCKS_GO_FORWARD, hours=24), LONDON).hour == 11


def test_days_are_days_on_the_calendar_at_the_same_time_of_day():
    fifth_day = wall_time.local(due(CLOCKS_GO_FORWARD, days=5), LONDON)

    assert (fifth_day.day, fifth_day.hour, fifth_day.minute) == (2, 10, 0)


def test_the_first_message_leaves_at_the_end_at_any_hour():
    at_night = MONDAY_11_10.replace(hour=21, minute=40)

    assert due(at_night, hours=0) == at_night


@pytest.mark.parametrize(
    ("ended_hour", "due_day", "due_hour"),
    [(7, 3, 8), (8, 3, 8), (19, 3, 19), (20, 4, 8), (21, 4, 8), (23, 4, 8), (0, 3, 8)],
)
def test_everything_else_comes_by_day_and_moves_forward_only(ended_hour, due_day, due_hour):
    ended_at = datetime(2026, 3, 2, ended_hour, 0, tzinfo=UTC)

    assert due(ended_at, hours=24) == datetime(2026, 3, due_day, due_hour, 0, tzinfo=UTC)


minutes = st.integers(0, 3 * 365 * 24 * 60)
moments = minutes.map(lambda count: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=count))
zones = st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]).map(ZoneInfo)


@given(moments, zones, st.sampled_from([24, 48, 72]))
def test_no_message_in_hours_is_early_or_at_night_or_half_a_day_late(ended_at, zone, hours):
    moment = due(ended_at, hours=hours, zone=zone)

    assert moment >= ended_at + timedelta(hours=hours)
    assert moment - ended_at - timedelta(hours=hours) <= timedelta(hours=13)
    assert 8 <= wall_time.local(moment, zone).hour < 20


@given(moments, zones, st.sampled_from([5, 7, 21, 28, 35, 42]))
def test_no_message_in_days_is_early_or_at_night(ended_at, zone, days):
    moment = due(ended_at, days=days, zone=zone)

    passed = wall_time.local(moment, zone).date() - wall_time.local(ended_at, zone).date()
    assert passed.days in (days, days + 1)
    assert moment >= wall_time.days_later(ended_at, days, zone)
    assert 8 <= wall_time.local(moment, zone).hour < 20


@given(moments, zones, st.booleans())
def test_what_is_read_is_never_earlier_than_the_rule_nor_a_quarter_later(ended_at, zone, later):
    said = rules.permissions(ended_at, later=later, zone=zone)

    exact = {"spf_from": 24, "makeup_from": 48 if later else 24, "exercise_from": 72, "actives_earliest": 72}
    for name, hours in exact.items():
        late = said[name] - ended_at - timedelta(hours=hours)
        assert timedelta(0) <= late < timedelta(minutes=15)
        assert said[name].minute % 15 == 0
    assert wall_time.days_later(ended_at, 5, zone) <= said["actives_from"]


def test_a_full_quarter_is_said_as_it_is():
    assert rules.next_quarter(MONDAY_11_10) == MONDAY_11_10.replace(minute=15)
    assert rules.next_quarter(MONDAY_11_10.replace(minute=15)) == MONDAY_11_10.replace(minute=15)


@pytest.mark.parametrize(("deepest_mm", "deep"), [("1.49", False), ("1.50", True), (None, True)])
def test_work_of_a_millimetre_and_a_half_is_deep_and_so_is_an_unknown_depth(deepest_mm, deep):
    assert rules.is_deep(Decimal(deepest_mm) if deepest_mm else None) == deep


@pytest.mark.parametrize(
    ("is_signed", "deepest_mm", "later"), [(False, "0.50", True), (True, "0.50", False), (True, "1.50", True)]
)
def test_until_it_is_signed_the_later_permissions_hold(is_signed, deepest_mm, later):
    assert rules.waits_longer(is_signed=is_signed, deepest_mm=Decimal(deepest_mm)) == later


@pytest.mark.parametrize(
    ("fitzpatrick", "history", "marks"), [(3, False, False), (4, False, True), (1, True, True), (None, False, True)]
)
def test_skin_that_darkens_or_may_darken_gets_the_words_about_sun(fitzpatrick, history, marks):
    assert rules.marks_easily(fitzpatrick=fitzpatrick, has_pigment_history=history) == marks


def test_a_message_is_due_after_hours_or_after_days():
    with pytest.raises(ValueError, match="after hours or after days"):
        due(MONDAY_11_10)
