"""Sessions planned ahead: each a window after the one before, and all of them before a day that matters."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.planning import BENEFIT, Aim, Spacing, plan_backwards, window_of, windows
from treatments.rules import Window

USUAL = Spacing(28, 35, 42)
WEDDING = date(2026, 6, 14)

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
SESSIONS = st.integers(1, 6)
SPACINGS = st.tuples(st.integers(1, 90), st.integers(0, 30), st.integers(0, 30)).map(
    lambda drawn: Spacing(drawn[0], drawn[0] + drawn[1], drawn[0] + drawn[1] + drawn[2])
)


def gaps(days):
    return [(later - sooner).days for sooner, later in pairwise(days)]


def test_windows_are_counted_on_from_the_best_day_of_the_one_before():
    assert windows(date(2026, 3, 2), sessions=2, spacing=USUAL) == [
        Window(date(2026, 3, 30), date(2026, 4, 6), date(2026, 4, 13)),
        Window(date(2026, 5, 4), date(2026, 5, 11), date(2026, 5, 18)),
    ]


@pytest.mark.parametrize(
    ("first_possible", "sessions", "planned", "days_before"),
    [
        # time enough: 35 days between two, and 35 before the event; the first one waits
        (date(2026, 1, 5), 4, [date(2026, 1, 25), date(2026, 3, 1), date(2026, 4, 5), date(2026, 5, 10)], 35),
        # twelve days short: three from each gap and from the rest before the event
        (date(2026, 2, 6), 4, [date(2026, 2, 6), date(2026, 3, 10), date(2026, 4, 11), date(2026, 5, 13)], 32),
        # the last day on which four fit, at 28 days each
        (date(2026, 2, 22), 4, [date(2026, 2, 22), date(2026, 3, 22), date(2026, 4, 19), date(2026, 5, 17)], 28),
        # a day later only three fit, and they have their time again
        (date(2026, 2, 23), 4, [date(2026, 3, 1), date(2026, 4, 5), date(2026, 5, 10)], 35),
        (date(2026, 5, 17), 3, [date(2026, 5, 17)], 28),
        (date(2026, 5, 18), 3, [], 0),
        (date(2026, 6, 15), 1, [], 0),
    ],
)
def test_the_table_of_a_wedding_on_14_june(first_possible, sessions, planned, days_before):
    plan = plan_backwards(WEDDING, sessions, USUAL, first_possible)

    assert (list(plan.days), plan.days_before) == (planned, days_before)


def test_a_plan_says_from_which_day_all_would_have_fitted():
    plan = plan_backwards(WEDDING, 4, USUAL, date(2026, 3, 1))

    assert (plan.fitting, plan.all_fit, plan.all_from) == (3, False, date(2026, 2, 22))


def test_a_session_that_is_due_does_not_wait_for_an_event_that_is_far():
    plan = plan_backwards(date(2026, 9, 14), 2, USUAL, date(2026, 3, 2), first_by=date(2026, 3, 16))

    assert (plan.days, plan.days_before) == ((date(2026, 3, 16), date(2026, 4, 20)), 147)


@given(SESSIONS, SPACINGS, DAYS, DAYS)
def test_planned_sessions_are_always_spaced_and_never_too_soon(sessions, spacing, event_on, first_possible):
    plan = plan_backwards(event_on, sessions, spacing, first_possible)

    assert all(spacing.earliest <= gap <= spacing.latest for gap in gaps(plan.days))
    assert all(day >= first_possible for day in plan.days)
    if plan.days:
        assert BENEFIT.earliest <= plan.days_before <= BENEFIT.latest


@given(SESSIONS, SPACINGS, DAYS, DAYS, st.integers(0, 60))
def test_a_first_day_that_must_not_be_later_is_kept(sessions, spacing, event_on, first_possible, play):
    by = first_possible + timedelta(days=play)

    plan = plan_backwards(event_on, sessions, spacing, first_possible, first_by=by)

    assert all(spacing.earliest <= gap <= spacing.latest for gap in gaps(plan.days))
    if plan.days:
        assert first_possible <= plan.days[0] <= by
        assert plan.days_before >= BENEFIT.earliest


@given(SESSIONS, SPACINGS, DAYS, DAYS, st.integers(0, 400))
def test_more_time_never_means_fewer_sessions(sessions, spacing, event_on, first_possible, more):
    less_time = plan_backwards(event_on, sessions, spacing, first_possible)
    more_time = plan_backwards(event_on, sessions, spacing, first_possible - timedelta(days=more))
    later_event = plan_backwards(event_on + timedelta(days=more), sessions, spacing, first_possible)

    assert less_time.fitting <= min(more_time.fitting, later_event.fitting)


@given(SESSIONS, SPACINGS, DAYS)
def test_the_day_from_which_all_fit_is_the_last_such_day(sessions, spacing, event_on):
    all_from = plan_backwards(event_on, sessions, spacing, event_on).all_from

    assert plan_backwards(event_on, sessions, spacing, all_from).all_fit
    assert not plan_backwards(event_on, sessions, spacing, all_from + timedelta(days=1)).all_fit


@given(st.data(), SESSIONS, SPACINGS, DAYS, st.none() | DAYS)
def test_whatever_day_of_each_window_is_chosen_the_rest_still_fits(data, sessions, spacing, first_on, event_on):
    aim = Aim(spacing, sessions, spacing.beginning(first_on), may_wait=True, event_on=event_on)
    expected = sessions if event_on is None else plan_backwards(event_on, sessions, spacing, first_on).fitting
    chosen = []
    for _number in range(expected):
        window = window_of(aim, chosen)
        assert first_on <= window.opens_on <= window.best_on <= window.closes_on
        chosen.append(data.draw(st.dates(window.opens_on, window.closes_on)))

    assert all(spacing.earliest <= gap <= spacing.latest for gap in gaps(chosen))
    if event_on is not None and chosen:
        assert BENEFIT.earliest <= (event_on - chosen[-1]).days <= BENEFIT.latest
    if expected < sessions:
        assert window_of(aim, chosen) is None


def test_a_course_without_an_event_begins_when_it_can():
    aim = Aim(USUAL, 2, USUAL.beginning(date(2026, 3, 10)))

    assert window_of(aim, []) == Window(date(2026, 3, 10), date(2026, 3, 10), date(2026, 3, 24))
    assert window_of(aim, [date(2026, 3, 12)]) == USUAL.after(date(2026, 3, 12))
    assert window_of(aim, [date(2026, 3, 12), date(2026, 4, 16)]) is None


def test_an_event_that_is_too_far_to_be_reached_leaves_the_windows_as_they_are():
    first = Window(date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16))
    aim = Aim(USUAL, 2, first, event_on=date(2026, 9, 14))

    assert (window_of(aim, []), window_of(aim, [date(2026, 3, 9)])) == (first, USUAL.after(date(2026, 3, 9)))


def test_an_event_within_reach_draws_the_sessions_nearer_to_it():
    first = Window(date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16))
    aim = Aim(USUAL, 2, first, event_on=date(2026, 6, 5))

    assert window_of(aim, []) == Window(date(2026, 3, 13), date(2026, 3, 16), date(2026, 3, 16))


def test_days_that_are_no_spacing_are_refused():
    with pytest.raises(ValueError, match="no spacing"):
        Spacing(0, 1, 2)
    with pytest.raises(ValueError, match="no spacing"):
        Spacing(28, 27, 42)
