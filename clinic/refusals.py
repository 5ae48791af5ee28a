"""A refusal: the same "no" on every door, with its reason, its date and who may decide otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Refusal:
    """Why something was not done.

    rule: a stable code such as `claim.taken`. title and sentence are for people and may be read aloud to the
    patient: they hold no clinical detail. earliest: the first date or instant at which it becomes possible.
    overridable_by: the capability that may pass it with a reason; empty when nobody can.
    alternatives: instants to offer instead, soonest first.
    """

    rule: str
    title: str
    sentence: str
    earliest: date | datetime | None = None
    overridable_by: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    alternatives: tuple[Any, ...] = ()

    @property
    def is_hard(self) -> bool:
        return not self.overridable_by


class Refused(Exception):
    """Raised by an action that a rule stops; nothing was changed. Its words may be shown as they are."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal.sentence))
        self.refusal = refusal


class Stale(Exception):
    """Raised when somebody else changed the record since it was read; nothing was changed."""

    def __init__(self, sentence: str = "", changed: dict[str, tuple[Any, Any]] | None = None) -> None:
        super().__init__(str(sentence or _("Somebody changed this a moment ago. Look at it and save again.")))
        self.changed = changed or {}
