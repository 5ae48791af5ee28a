"""The rest between two sessions that follow each other: which day misses it, and who may agree to that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from clinic.refusals import Refusal
from patients.rules import day_words
from treatments.planning import Spacing
from visits.treatment import SOFT_DAYS

RULE = "series.spacing"


def refusal(day: date, before: date | None, spacing: Spacing) -> Refusal | None:
    """Return why a day is too soon after the session before it, or None; too late is never refused (C-65).

    A few days before the window a practitioner may agree; sooner than that only a prescriber decides.
    """
    if before is None or day >= spacing.after(before).opens_on:
        return None
    window = spacing.after(before)
    words = {"day": day_words(day), "before": day_words(before), "opens": day_words(window.opens_on)}
    return Refusal(
        rule=RULE,
        title=_("Too soon after the session before"),
        sentence=_("%(day)s is too soon after %(before)s: the next session is possible from %(opens)s.") % words,
        earliest=window.opens_on,
        overridable_by="agree_early" if day >= window.opens_on - timedelta(days=SOFT_DAYS) else "prescribe",
        values={"asked": day, "opens": window.opens_on, "closes": window.closes_on, "counted_from": before},
    )


def beside(found: Sequence[Refusal], day: date, before: date | None, spacing: Spacing) -> list[Refusal]:
    """Return what is said against a day already, and the rest that it misses.

    The rest after a session that was performed is said once, by the restriction that it wrote.
    """
    too_soon = refusal(day, before, spacing)
    is_said = any(one.values.get("counted_from") == before for one in found)
    return [*found, too_soon] if too_soon and not is_said else [*found]
