"""How a message travels: on which way, when again, and what a mail server's answer means. No database, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic import wall_time

BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180)]
LEASE = timedelta(minutes=3)  # longer than an SMTP conversation may take
PUNCTUAL = timedelta(hours=1)
FRESH = timedelta(hours=1)  # what became due since then goes before what waited longer
MINUTE = 60  # seconds
ONE_MAIL_IN = timedelta(minutes=10)  # to one patient, but for what is exempt
EXEMPT = ("appointment", "form", "staff")  # news of a visit cannot wait for a letter that left before it
ON_PAPER = ("aftercare", "form")  # what nobody keeps from a call
POLICY = re.compile(r"\b5\.7\.\d+")
MAILBOX_FULL = re.compile(r"\b5\.2\.2\b")


class Stage(StrEnum):
    """How far the conversation with the mail server had come when its last answer came, or none."""

    OPEN = "open"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class Verdict(StrEnum):
    """What a mail server's answer means for the message."""

    ACCEPTED = "accepted"
    DELAYED = "delayed"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    REFUSED = "refused"
    PAUSED = "paused"


def channel_for(purpose: str, *, wants_mail: bool, has_address: bool, has_phone: bool) -> str:
    """Return mail, sheet or call: how a message reaches the patient.

    has_address: an e-mail address that mail may go to. Without mail, care is printed, and so is the way to a form;
    the rest is a call, or a sheet when there is no phone either.
    """
    if wants_mail and has_address:
        return "mail"
    return "call" if has_phone and purpose not in ON_PAPER else "sheet"


def next_try(at: datetime, *, tries: int) -> datetime:
    """Return when a message is tried again after `tries` tries failed (1 or more): 1, 5, 15, 60, then 180 minutes."""
    return at + BACKOFF[min(tries, len(BACKOFF)) - 1]


def turn(at: datetime, *, due_at: datetime, not_after: datetime) -> tuple[bool, datetime, datetime]:
    """Return what messages are sorted by: fresh ones before late ones, the most urgent of each first.

    After days of standstill today's messages do not wait for last week's.
    """
    return at - due_at > FRESH, not_after, due_at


def let_out_since(let_out: Sequence[Sequence[int]], *, second: int) -> list[list[int]]:
    """Return what was let out in the minute up to a second; what lies further ahead than that was a wrong clock."""
    return [[when, count] for when, count in let_out if abs(second - when) < MINUTE and count > 0]


def granted(wanted: int, *, let_out: Sequence[Sequence[int]], most: int) -> int:
    """Return how many mails more may leave now. let_out: of the last minute; most: in any minute."""
    return max(min(wanted, most - sum(count for _when, count in let_out)), 0)


def held_until(at: datetime, *, due_at: datetime, any_hour: bool, zone: ZoneInfo) -> datetime | None:
    """Return the morning until which a message is held back, or None when it may leave now.

    A message that is late does not arrive at night; one on time was meant for this hour by whoever planned it (C-46).
    """
    morning = wall_time.into_daytime(at, zone)
    if any_hour or at - due_at <= PUNCTUAL or morning == at:
        return None
    return morning


def verdict(stage: Stage, code: int | None, words: str) -> Verdict:
    """Return what an SMTP answer means.

    code: of the last answer, None when none came. words: its text with the enhanced status code, if any. Where the
    server turns away the house rather than the message (no connection, sign-in, encryption, policy), sending pauses.
    """
    if code is not None and 200 <= code < 300 and stage == Stage.CONTENT:
        return Verdict.ACCEPTED
    if stage == Stage.OPEN or (stage == Stage.SENDER and (code is None or code >= 500)):
        return Verdict.PAUSED
    if code is None:
        return Verdict.UNKNOWN if stage == Stage.CONTENT else Verdict.DELAYED
    if code < 500 or MAILBOX_FULL.search(words):
        return Verdict.DELAYED
    if code in (530, 534, 535, 538) or POLICY.search(words):
        return Verdict.PAUSED
    return Verdict.BOUNCED if stage == Stage.RECIPIENT else Verdict.REFUSED


def pause_length(code: int | None) -> timedelta:
    """Return how long nothing is tried: a minute when the server is away, five when it turned us away (5xx)."""
    return timedelta(minutes=5) if code is not None and code >= 500 else timedelta(minutes=1)
