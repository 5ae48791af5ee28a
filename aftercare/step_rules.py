"""What a step of aftercare may be: when it leaves, for whom, and which one is never taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from aftercare.models import Step

FIRST = "AFTER_0H"  # the written aftercare, which every patient gets when the treatment ends
FACTS = ("title", "offset_hours", "offset_days", "not_after_hours", "every_session", "only_if")
MOST_HOURS = 72  # table d: elapsed hours up to here, calendar days after it
MOST_DAYS = 365
SOONEST_STALE, LATEST_STALE = 1, 24 * 31  # hours
CONDITIONS = ("deep", "pigment_care", "cold_sores", "prp", "serum")  # of a treatment and of whom it was for
CARE = "care"


def fault(code: str, purpose: str, facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the field at fault with a sentence, None where the step may be so (C-46 to C-48)."""
    hours, days = facts["offset_hours"], facts["offset_days"]
    if not facts["title"].strip():
        return "title", _("Write what this message is for.")
    if (hours is None) == (days is None):
        return "offset", _("Say after how many hours, or after how many days, it leaves.")
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        return "offset", _("In hours it leaves after 0 to %(most)s. Later than that, count in days.") % {
            "most": MOST_HOURS
        }
    if days is not None and not 1 <= days <= MOST_DAYS:
        return "offset", _("In days it leaves after 1 to %(most)s.") % {"most": MOST_DAYS}
    if purpose != CARE and days is None:
        return "offset", _("Only messages of care count in hours. Say after how many days it leaves.")
    if not SOONEST_STALE <= facts["not_after_hours"] <= LATEST_STALE:
        sentence = _("Write a whole number of hours from %(least)s to %(most)s.")
        return "not_after_hours", sentence % {"least": SOONEST_STALE, "most": LATEST_STALE}
    if unknown := [name for name in facts["only_if"] if name not in CONDITIONS]:
        return "only_if", _("The condition “%(name)s” is not known here.") % {"name": unknown[0]}
    if code == FIRST and (hours != 0 or not facts["every_session"] or facts["only_if"]):
        return "offset", first_stays()
    return None


def first_stays() -> str:
    return _("The first message leaves at the end of every treatment, for everybody. It stays, and so does its time.")


def hours(step: Step) -> int:
    """Return after how many hours a step leaves, days counted as 24 of them; only for their order."""
    return step.offset_hours if step.offset_hours is not None else 24 * (step.offset_days or 0)
