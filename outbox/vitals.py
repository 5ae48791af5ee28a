"""Whether messages are moving: what the machinery wrote down about itself, and what is wrong with it.

Nothing here names anybody or says what a message is about.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from outbox import pauses
from outbox.models import Heartbeat, Notice, Pause

UP_SINCE = timezone.now()  # of this process; a house that has just started has heard from nobody yet
SILENT_AFTER = timedelta(minutes=3)
BEHIND_AFTER = timedelta(minutes=15)
ASKED_AGAIN_AFTER = 5  # seconds

State = Notice.State


class Trouble(StrEnum):
    """What keeps messages from moving."""

    PAUSED = "paused"
    WORKER_SILENT = "worker_silent"
    BEAT_SILENT = "beat_silent"
    BEHIND = "behind"


@dataclass(frozen=True)
class Vitals:
    """What is known at one moment. A moment is None for what never happened."""

    at: datetime
    worker_at: datetime | None
    beat_at: datetime | None
    sent_at: datetime | None
    oldest_at: datetime | None  # since when the oldest message that may leave could have left
    pause: Pause | None

    @property
    def troubles(self) -> list[Trouble]:
        """Return what is wrong, the cause before what follows from it."""
        return list(self._troubles())

    def _troubles(self) -> Iterator[Trouble]:
        if self.pause is not None:
            yield Trouble.PAUSED
        if self.is_silent(self.worker_at):
            yield Trouble.WORKER_SILENT
        elif self.is_silent(self.beat_at):
            yield Trouble.BEAT_SILENT
        if self.oldest_at is not None and self.at - self.oldest_at > BEHIND_AFTER:
            yield Trouble.BEHIND

    def is_silent(self, last: datetime | None) -> bool:
        """Return whether somebody who was last heard then should have been heard since."""
        return self.at - (last or min(UP_SINCE, self.at)) > SILENT_AFTER

    def seconds_since(self, moment: datetime | None) -> int | None:
        return None if moment is None else max(int((self.at - moment).total_seconds()), 0)


def read(*, at: datetime) -> Vitals:
    """Return the signs of life as they are now, in three questions."""
    heard = dict(Heartbeat.objects.values_list("name", "at"))
    left_lying = Notice.objects.waiting(at) | Notice.objects.abandoned(at)
    return Vitals(
        at=at,
        worker_at=heard.get(Heartbeat.Name.WORKER),
        beat_at=heard.get(Heartbeat.Name.BEAT),
        sent_at=heard.get(Heartbeat.Name.SENT),
        oldest_at=left_lying.order_by().aggregate(since=Min(Coalesce("next_try_at", "due_at")))["since"],
        pause=pauses.standing(),
    )


class _Known:
    """What this process was told last, so that a page costs no question more."""

    def __init__(self) -> None:
        self.until, self.troubles = 0.0, list[Trouble]()


_known = _Known()


def troubles(*, at: datetime) -> list[Trouble]:
    """Return what keeps messages from moving, as it was at most five seconds ago."""
    if time.monotonic() >= _known.until:
        _known.troubles = read(at=at).troubles
        _known.until = time.monotonic() + ASKED_AGAIN_AFTER
    return _known.troubles


def know(troubles: list[Trouble], *, seconds: float) -> None:
    """Take this as known for so long, and ask nothing meanwhile; 0 asks with the next page."""
    _known.troubles, _known.until = troubles, time.monotonic() + seconds
