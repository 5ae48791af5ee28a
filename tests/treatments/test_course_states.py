"""The states of a course: which step follows which, and when a course has lapsed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import course_states
from treatments.course_states import GOING_ON, OPEN, OVER, TRANSITIONS, State

DAY = date(2026, 3, 2)


def test_a_planned_course_begins_rests_or_ends_but_is_not_finished():
    assert course_states.steps_from(State.PLANNED) == ("change", "begin", "pause", "finish_early", "lapse")


def test_a_running_course_rests_ends_or_lapses():
    assert course_states.steps_from(State.RUNNING) == ("change", "pause", "finish", "finish_early", "lapse")


def test_a_course_that_rests_is_resumed_or_ended():
    assert course_states.steps_from(State.PAUSED) == ("change", "resume", "finish_early")


def test_a_lapsed_course_takes_a_consultation_or_a_waiver_to_go_on():
    assert course_states.steps_from(State.LAPSED) == ("finish_early", "take_up", "waive")


def test_maintenance_follows_only_what_was_finished():
    assert [state for state in State if course_states.may("maintain", state)] == [State.FINISHED, State.EARLY]
    assert course_states.steps_from(State.MAINTENANCE) == ("end_maintenance",)


def test_a_course_that_goes_on_again_is_what_it_was():
    assert course_states.led_to("resume", was=State.PAUSED, begun=True) == State.RUNNING
    assert course_states.led_to("resume", was=State.PAUSED, begun=False) == State.PLANNED


def test_a_step_that_the_state_may_not_take_is_an_error():
    with pytest.raises(ValueError, match="no resume from finished"):
        course_states.led_to("resume", was=State.FINISHED, begun=True)


@given(st.lists(st.tuples(st.sampled_from(sorted(TRANSITIONS)), st.booleans()), max_size=30))
def test_no_way_through_the_table_leads_out_of_it(ways):
    state = State.PLANNED
    for verb, begun in ways:
        if not course_states.may(verb, state):
            continue
        became = course_states.led_to(verb, was=state, begun=begun)
        assert became in (TRANSITIONS[verb].leads_to or {state})
        if state in OVER and became in OPEN:
            assert (state in (State.LAPSED, State.FINISHED), became in GOING_ON) == (True, True)
        state = became


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 400), st.integers(1, 365))
def test_a_course_lapses_on_the_day_after_the_last_and_stays_so(day, since, after_days):
    is_over = course_states.has_lapsed(day, on=day + timedelta(days=since), after_days=after_days)

    assert is_over == (since > after_days)


def test_the_eighty_fourth_day_is_still_in_time():
    in_time, late = (DAY + timedelta(days=days) for days in (84, 85))

    assert not course_states.has_lapsed(DAY, on=in_time, after_days=84)
    assert course_states.has_lapsed(DAY, on=late, after_days=84)
