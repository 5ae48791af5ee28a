"""The last look before a message leaves: is it still wanted, still allowed, still in time?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from outbox import owners, rules
from outbox.models import Notice
from outbox.notices import Reach


class Way(StrEnum):
    """Where the gate sends a message."""

    OUT = "out"
    BACK = "back"
    TOO_LATE = "too_late"
    BY_HAND = "by_hand"
    LATER = "later"


@dataclass(frozen=True)
class Pass:
    """The gate's answer. reason: why not. until: when later. channel: sheet or call. address: where it goes."""

    way: Way
    reason: str = ""
    until: datetime | None = None
    channel: str = ""
    address: str = ""


def judge(notice: Notice, *, at: datetime) -> Pass:
    """Return whether this message may leave now, judged from the facts of now and not from when it was planned."""
    reason = _reason_against(notice, at=at)
    if reason:
        return Pass(Way.BACK, reason=reason)
    if notice.patient is not None:
        reach = Reach.of(notice.patient)
        channel = reach.channel(notice.purpose)
        if channel != Notice.Channel.MAIL:
            return Pass(Way.BY_HAND, channel=channel)
    if notice.not_after < at:
        return Pass(Way.TOO_LATE, reason=_("Its time had passed before it could be sent."))
    until = rules.held_until(at, due_at=notice.due_at, any_hour=notice.any_hour, zone=notice.site.zone)
    if until is not None:
        return Pass(Way.LATER, until=until)
    return Pass(Way.OUT, address=notice.patient.email if notice.patient else notice.to_address)


def _reason_against(notice: Notice, *, at: datetime) -> str:
    if notice.crossed_at is not None:
        return notice.state_reason
    if notice.patient is not None and notice.patient.died_on is not None:
        return _("The patient has died.")
    return owners.reason_against(notice, at=at)
