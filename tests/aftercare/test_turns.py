"""Three messages a day apart, and what becomes of those that could not leave in time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aftercare import turns
from aftercare.turns import Turn

END = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def turn(code, hours, lasts=24):
    return Turn(code, END + hours * HOUR, END + (hours + lasts) * HOUR)


AT_ONCE, DAY, TWO, THREE = turn("0H", 0), turn("24H", 24), turn("48H", 48), turn("72H", 72, lasts=168)
ALL = [AT_ONCE, DAY, TWO, THREE]


def overtaken(at, left=()):
    return {one.code for one in ALL if turns.is_overtaken(one, ALL, left=left, at=at)}


def test_in_the_ordinary_course_no_message_takes_anothers_place():
    assert overtaken(END) == set()
    assert overtaken(END + 24 * HOUR, left={"0H"}) == set()
    assert overtaken(END + 72 * HOUR, left={"0H", "24H", "48H"}) == set()


def test_of_several_that_are_due_the_newest_speaks_for_all():
    at = END + 72 * HOUR

    assert overtaken(at) == {"0H", "24H", "48H"}
    assert turns.spoken_for(THREE, ALL, left=(), at=at) == {"0H", "24H", "48H"}


def test_what_has_left_is_not_said_again_by_the_newest():
    assert turns.spoken_for(THREE, ALL, left={"0H", "24H"}, at=END + 73 * HOUR) == {"48H"}


def test_an_older_one_stays_unsaid_after_the_newest_has_left():
    at = END + 72 * HOUR

    assert overtaken(at + HOUR, left={"72H"}) == {"0H", "24H", "48H"}


def test_the_next_carries_what_ran_out_of_time_before_it():
    at = END + 60 * HOUR  # the second day's may still leave until the end of the third

    assert turns.spoken_for(THREE, ALL, left={"0H"}, at=at) == {"24H"}


def test_nothing_is_carried_of_what_will_leave_by_itself():
    assert turns.spoken_for(DAY, ALL, left=(), at=END + HOUR) == set()


def test_what_left_matters_only_once_two_came_due():
    assert not turns.must_ask(ALL, at=END)
    assert turns.must_ask(ALL, at=END + 24 * HOUR)
    assert not turns.must_ask(ALL, at=END + (72 + 169) * HOUR)


@given(
    lengths=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 170)), min_size=1, max_size=7),
    left=st.sets(st.integers(0, 6)),
    hour=st.integers(0, 400),
)
def test_at_most_one_may_leave_and_every_fact_is_said_or_carried(lengths, left, hour):
    """What may leave now is one message at most; what came due before it has left, or it carries that."""
    plan = sorted((turn(str(n), *length) for n, length in enumerate(lengths)), key=lambda one: one.due_at)
    plan = [
        turn(str(n), (one.due_at - END) // HOUR, lasts=(one.not_after - one.due_at) // HOUR)
        for n, one in enumerate(plan)
    ]
    gone, at = {str(n) for n in left}, END + hour * HOUR

    leaving = [
        one
        for one in plan
        if one.code not in gone and one.is_open(at) and not turns.is_overtaken(one, plan, left=gone, at=at)
    ]

    assert len(leaving) <= 1
    for one in leaving:
        before = {older.code for older in plan[: plan.index(one)]}
        assert before - gone == turns.spoken_for(one, plan, left=gone, at=at)
