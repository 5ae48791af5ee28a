from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbox import rules
from outbox.rules import Stage, Verdict

LONDON = ZoneInfo("Europe/London")
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEN_AT_NIGHT = NINE.replace(hour=22)


@pytest.mark.parametrize(
    ("purpose", "wants_mail", "has_address", "has_phone", "channel"),
    [
        ("aftercare", True, True, True, "mail"),
        ("appointment", True, True, False, "mail"),
        ("aftercare", True, False, True, "sheet"),
        ("aftercare", False, True, True, "sheet"),
        ("follow_up", True, False, True, "call"),
        ("appointment", False, True, True, "call"),
        ("follow_up", False, True, False, "sheet"),
    ],
)
def test_without_mail_care_is_printed_and_the_rest_is_a_call(purpose, wants_mail, has_address, has_phone, channel):
    chosen = rules.channel_for(purpose, wants_mail=wants_mail, has_address=has_address, has_phone=has_phone)

    assert chosen == channel


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 180), (6, 180), (40, 180)])
def test_the_next_try_comes_later_each_time_and_every_three_hours_at_last(tries, minutes):
    assert rules.next_try(NINE, tries=tries) == NINE + timedelta(minutes=minutes)


def at_night(due_at, *, any_hour=False, at=TEN_AT_NIGHT):
    return rules.held_until(at, due_at=due_at, any_hour=any_hour, zone=LONDON)


def test_a_late_message_waits_for_the_morning():
    assert at_night(NINE) == NINE.replace(day=3, hour=8)


def test_a_message_planned_for_this_very_hour_leaves_at_night():
    assert at_night(NINE.replace(hour=21)) is None


def test_a_message_an_hour_and_a_second_late_is_late():
    assert at_night(NINE.replace(hour=20, minute=59, second=59)) == NINE.replace(day=3, hour=8)


def test_the_message_at_the_end_of_a_treatment_leaves_at_any_hour():
    assert at_night(NINE, any_hour=True) is None


def test_by_day_nothing_is_held():
    assert at_night(NINE, at=NINE.replace(hour=19, minute=59)) is None


@pytest.mark.parametrize(
    ("stage", "code", "words", "verdict"),
    [
        (Stage.CONTENT, 250, "2.0.0 OK", Verdict.ACCEPTED),
        (Stage.OPEN, None, "Connection refused", Verdict.PAUSED),
        (Stage.OPEN, 421, "4.3.2 Shutting down", Verdict.PAUSED),
        (Stage.OPEN, 535, "5.7.8 Credentials invalid", Verdict.PAUSED),
        (Stage.OPEN, 554, "No SMTP here", Verdict.PAUSED),
        (Stage.SENDER, None, "Connection unexpectedly closed", Verdict.PAUSED),
        (Stage.SENDER, 530, "5.7.0 Must issue STARTTLS first", Verdict.PAUSED),
        (Stage.SENDER, 550, "Sender rejected", Verdict.PAUSED),
        (Stage.SENDER, 451, "4.3.0 Try later", Verdict.DELAYED),
        (Stage.RECIPIENT, None, "timed out", Verdict.DELAYED),
        (Stage.RECIPIENT, 450, "4.2.1 Greylisted", Verdict.DELAYED),
        (Stage.RECIPIENT, 421, "4.7.0 Too many", Verdict.DELAYED),
        (Stage.RECIPIENT, 550, "5.1.1 No such user", Verdict.BOUNCED),
        (Stage.RECIPIENT, 553, "Mailbox name not allowed", Verdict.BOUNCED),
        (Stage.RECIPIENT, 552, "5.2.2 Mailbox full", Verdict.DELAYED),
        (Stage.RECIPIENT, 550, "5.7.1 Relaying denied", Verdict.PAUSED),
        (Stage.RECIPIENT, 530, "Authentication required", Verdict.PAUSED),
        (Stage.CONTENT, 452, "4.3.1 No space", Verdict.DELAYED),
        (Stage.CONTENT, None, "timed out", Verdict.UNKNOWN),
        (Stage.CONTENT, 552, "5.3.4 Message too big", Verdict.REFUSED),
        (Stage.CONTENT, 554, "5.7.1 Rejected by policy", Verdict.PAUSED),
    ],
)
def test_each_answer_of_a_mail_server_means_one_thing(stage, code, words, verdict):
    assert rules.verdict(stage, code, words) == verdict


@pytest.mark.parametrize(("code", "minutes"), [(None, 1), (421, 1), (535, 5)])
def test_a_server_that_turns_us_away_is_left_alone_longer_than_one_that_is_away(code, minutes):
    assert rules.pause_length(code) == timedelta(minutes=minutes)
