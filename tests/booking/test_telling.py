from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking import telling
from booking.telling import Announcement, Hours, News

LONDON = ZoneInfo("Europe/London")
T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # when the first news was made
TUESDAY = News(datetime(2026, 3, 10, 10, 0, tzinfo=UTC), practitioner_id=1)
FRIDAY = News(datetime(2026, 3, 13, 15, 0, tzinfo=UTC), practitioner_id=1)
MONDAY = News(datetime(2026, 3, 16, 15, 0, tzinfo=UTC), practitioner_id=1)
OFF = None


def told(*steps):
    """Return announcements from (minutes after the first, news)."""
    return [Announcement(number, T + timedelta(minutes=m), news) for number, (m, news) in enumerate(steps)]


@pytest.mark.parametrize(
    ("steps", "kind", "number"),
    [
        ([(0, TUESDAY)], "CONFIRMATION", 0),
        ([(0, TUESDAY), (60, FRIDAY)], "CHANGE", 1),
        ([(0, TUESDAY), (2, FRIDAY)], "CONFIRMATION", 1),
        ([(0, TUESDAY), (60, OFF)], "CANCELLATION", 1),
        ([(0, TUESDAY), (2, OFF)], "", 1),
        ([(0, TUESDAY), (60, OFF), (61, TUESDAY)], "CONFIRMATION", 0),
        ([(0, TUESDAY), (60, OFF), (120, TUESDAY)], "CONFIRMATION", 2),
        ([(0, TUESDAY), (60, FRIDAY), (61, TUESDAY)], "CONFIRMATION", 0),
        ([(0, TUESDAY), (60, FRIDAY), (120, TUESDAY)], "CHANGE", 2),
        ([(0, TUESDAY), (60, FRIDAY), (61, OFF)], "CANCELLATION", 2),
        ([(0, TUESDAY), (2, FRIDAY), (4, TUESDAY)], "CONFIRMATION", 2),
        ([(0, TUESDAY), (3, FRIDAY)], "CHANGE", 1),
    ],
    ids=[
        "a booking is confirmed",
        "a move is told as a change",
        "a move within the grace is confirmed once, as it is now",
        "a cancellation is told",
        "a booking called off within the grace was never heard of",
        "a cancellation taken back within the grace changes nothing",
        "a visit called off and booked again later is confirmed anew",
        "a move taken back within the grace changes nothing",
        "a move taken back later is a change again",
        "moved and called off at once: only the cancellation is told",
        "several changes within the grace are one confirmation",
        "at the end of the grace the first message has left",
    ],
)
def test_what_is_told(steps, kind, number):
    current, before = telling.standing(told(*steps))

    assert (telling.kind_of(current, before), current.number) == (kind, number)


def test_a_time_that_stood_for_a_minute_was_never_known():
    _current, before = telling.standing(told((0, TUESDAY), (60, News(T, 1)), (61, FRIDAY)))

    assert before.news == TUESDAY


@pytest.mark.parametrize(
    ("steps", "said", "last"),
    [
        ([(0, TUESDAY), (60, FRIDAY)], [0], TUESDAY),
        ([(0, TUESDAY), (60, FRIDAY)], [0, 1], TUESDAY),
        ([(0, TUESDAY), (60, FRIDAY)], [], None),
        ([(0, TUESDAY), (60, FRIDAY), (120, MONDAY)], [0], TUESDAY),
        ([(0, TUESDAY), (60, FRIDAY), (120, MONDAY)], [1, 0], FRIDAY),
        ([(0, TUESDAY), (60, FRIDAY), (120, TUESDAY)], [0], TUESDAY),
        ([(0, TUESDAY), (60, OFF), (120, FRIDAY)], [0, 1], None),
    ],
    ids=[
        "the booking was confirmed",
        "what a change says itself is not what was before it",
        "nothing has left before it",
        "moved without a word, then moved and told: the confirmation was the last word",
        "moved without a word, and the reminder named the time",
        "moved without a word and moved back: the confirmation was the last word",
        "called off, and told so",
    ],
)
def test_what_was_before_a_change_is_what_the_last_message_said(steps, said, last):
    announcements = told(*steps)

    assert telling.said_before(announcements, announcements[-1], said) == last


@pytest.mark.parametrize(
    ("last", "named"),
    [(TUESDAY, TUESDAY.starts_at), (FRIDAY, None), (News(FRIDAY.starts_at, practitioner_id=2), None), (None, None)],
    ids=["another time", "the same time", "the same time with somebody else", "no word of any"],
)
def test_a_message_names_the_time_before_only_where_it_was_another(last, named):
    assert telling.time_to_name(FRIDAY, last) == named


def test_news_leaves_three_minutes_later_and_never_within_half_an_hour_of_the_visit():
    assert telling.news_hours(T, T + timedelta(days=1)) == Hours(
        T + timedelta(minutes=3), T + timedelta(hours=23, minutes=30)
    )


@pytest.mark.parametrize(("minutes", "is_told"), [(34, True), (33, False)])
def test_who_books_at_the_last_moment_gets_no_message(minutes, is_told):
    assert (telling.news_hours(T, T + timedelta(minutes=minutes)) is not None) is is_told


def test_the_preparation_leaves_a_week_before_at_the_same_hour_across_the_clock_change():
    starts_at = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)  # 10:00 in London, after the clocks went forward on 29 March

    assert telling.preparation_hours(T, starts_at, LONDON) == Hours(
        due_at=datetime(2026, 3, 25, 10, 0, tzinfo=UTC), not_after=datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    )


def test_the_reminder_leaves_the_day_before_at_the_same_hour_across_the_clock_change():
    starts_at = datetime(2026, 10, 25, 10, 0, tzinfo=UTC)  # 10:00 in London, hours after the clocks went back

    assert telling.reminder_hours(T, starts_at, LONDON) == Hours(
        due_at=datetime(2026, 10, 24, 9, 0, tzinfo=UTC), not_after=datetime(2026, 10, 25, 9, 30, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("starts_at", "due_at"),
    [
        (datetime(2026, 3, 10, 7, 0, tzinfo=UTC), datetime(2026, 3, 9, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 10, 20, 30, tzinfo=UTC), datetime(2026, 3, 10, 8, 0, tzinfo=UTC)),
    ],
    ids=["at seven, moved on to eight", "at half past eight in the evening, moved on to the morning"],
)
def test_a_reminder_never_comes_at_night(starts_at, due_at):
    assert telling.reminder_hours(T, starts_at, LONDON).due_at == due_at


@pytest.mark.parametrize(
    ("announced", "is_sent"),
    [(timedelta(days=7, minutes=4), True), (timedelta(days=7, minutes=3), False), (timedelta(days=6), False)],
    ids=["a week and four minutes before", "a week and the grace before", "six days before"],
)
def test_a_preparation_whose_time_is_over_is_not_sent(announced, is_sent):
    hours = telling.preparation_hours(TUESDAY.starts_at - announced, TUESDAY.starts_at, LONDON)

    assert (hours is not None) is is_sent


def test_a_visit_booked_for_today_has_no_reminder():
    assert telling.reminder_hours(T, T + timedelta(hours=5), LONDON) is None


@pytest.mark.parametrize(
    ("read_before", "told_by"),
    [
        (timedelta(days=5), timedelta(days=2)),
        (timedelta(hours=30), timedelta(days=1)),
        (timedelta(hours=5), timedelta(hours=2)),
        (timedelta(hours=1), timedelta()),
    ],
)
def test_the_patient_is_asked_for_word_while_it_still_helps(read_before, told_by):
    starts_at = TUESDAY.starts_at

    assert telling.tell_us_by(starts_at, read_at=starts_at - read_before, zone=LONDON) == starts_at - told_by
