"""Rules of the needle: how deep, how many, when again. Pure functions; lengths are Decimal millimetres.

Every number comes from docs/clinical.md by its id. A hard limit refuses; a finding asks for a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from clinic import clinical
from clinic.refusals import Refusal

HARD_MIN_MM = Decimal(clinical.value("depth.hard_min_mm"))  # C-01
HARD_MAX_MM = Decimal(clinical.value("depth.hard_max_mm"))  # C-02
TYPICAL_MIN_MM = Decimal(clinical.value("depth.typical_min_mm"))  # C-03
TYPICAL_MAX_MM = Decimal(clinical.value("depth.typical_max_mm"))  # C-04
SOFT_MM = Decimal(clinical.value("depth.soft_threshold_mm"))  # C-05
PIGMENT_SOFT_MM = Decimal(clinical.value("depth.pigment_soft_mm"))  # C-09
PIGMENT_FROM_TYPE = 4  # Fitzpatrick IV (C-09)
PASSES = (clinical.value("passes.min"), clinical.value("passes.max"))  # C-10, C-11
NEEDLING_MINUTES = (clinical.value("needling.min_minutes"), clinical.value("needling.max_minutes"))  # C-14, C-15
CREAM_WARN_MINUTES = clinical.value("anaesthetic.warn_on_minutes")  # C-26
LIDOCAINE_WARN_PERCENT = clinical.value("anaesthetic.lidocaine_warn_above_percent")  # C-24
COURSE_SESSIONS = (3, 6)  # C-67, C-68


@dataclass(frozen=True)
class Limit:
    """One upper limit of depth: how deep, and the words that say whose it is."""

    max_mm: Decimal
    words: str


@dataclass(frozen=True)
class ZoneCap:
    """A zone as the rules see it (table b, C-121 onwards)."""

    label: str
    max_mm: Decimal
    is_prohibited: bool = False


@dataclass(frozen=True)
class ConcernRange:
    """A concern's usual depth (table a, C-101 onwards)."""

    label: str
    min_mm: Decimal
    max_mm: Decimal


@dataclass(frozen=True)
class Range:
    """A depth to start from, both ends included."""

    min_mm: Decimal
    max_mm: Decimal


@dataclass(frozen=True)
class DepthFinding:
    """Something about a depth that asks for a reason. code is stable and keeps the reason; words are for people."""

    code: str
    words: str


@dataclass(frozen=True)
class Window:
    """When the next session may be, best is and should be at the latest: local dates, both ends included."""

    opens_on: date
    best_on: date
    closes_on: date

    def holds(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on


def mm(depth: Decimal) -> str:
    """Return a depth as it is read: 1.50 mm."""
    return _("%(depth)s mm") % {"depth": number_format(depth, decimal_pos=2)}


def device_limit(name: str, max_mm: Decimal) -> Limit:
    return Limit(max_mm, _("The deepest setting of %(device)s is %(limit)s") % {"device": name, "limit": mm(max_mm)})


def cartridge_limit(name: str, needle_mm: Decimal) -> Limit:
    return Limit(
        needle_mm, _("The needles of %(cartridge)s are %(limit)s long") % {"cartridge": name, "limit": mm(needle_mm)}
    )


def practitioner_limit(name: str, max_mm: Decimal) -> Limit:
    return Limit(max_mm, _("%(name)s may needle to %(limit)s") % {"name": name, "limit": mm(max_mm)})


def house_limit() -> Limit:
    return Limit(HARD_MAX_MM, _("Nobody needles deeper than %(limit)s here") % {"limit": mm(HARD_MAX_MM)})


def hard_limit(limits: Iterable[Limit]) -> Limit:
    """Return the least of the given limits and the house's 3.00 mm; of equals the first given (C-06)."""
    return min([*limits, house_limit()], key=lambda limit: limit.max_mm)


def depth_refusal(
    depth_mm: Decimal, *, zone: ZoneCap, limits: Iterable[Limit], step_mm: Decimal | None = None
) -> Refusal | None:
    """Return why this depth cannot be recorded on this zone, or None (C-01, C-02, C-06, C-07).

    limits: those known so far (device, cartridge, practitioner). step_mm: the device's, None while none is chosen.
    """
    values = {"depth_mm": depth_mm, "zone": zone.label}
    if zone.is_prohibited:
        sentence = _("%(zone)s is never needled; this can't be recorded.") % {"zone": zone.label}
        return Refusal("depth.prohibited_zone", _("This zone is never needled."), sentence, values=values)
    limit = hard_limit(limits)
    if depth_mm > limit.max_mm:
        return _refused("depth.above_limit", limit.words, depth_mm, values | {"limit_mm": limit.max_mm})
    if depth_mm < HARD_MIN_MM:
        words = _("The shallowest depth that counts is %(limit)s") % {"limit": mm(HARD_MIN_MM)}
        return _refused("depth.below_limit", words, depth_mm, values | {"limit_mm": HARD_MIN_MM})
    if step_mm is not None and depth_mm % step_mm:
        words = _("The device is set in steps of %(step)s") % {"step": mm(step_mm)}
        return _refused("depth.off_step", words, depth_mm, values | {"step_mm": step_mm})
    return None


def _refused(rule: str, words: str, depth_mm: Decimal, values: dict) -> Refusal:
    sentence = _("%(limit_words)s; %(depth)s can't be recorded.") % {"limit_words": words, "depth": mm(depth_mm)}
    return Refusal(rule, _("This depth is outside the limits."), sentence, values=values)


def suggested_range(concern: ConcernRange, zone: ZoneCap) -> Range:
    """Return the depth to start from: the concern's usual range, cut at the zone's cap (zone beats concern, C-08)."""
    return Range(min(concern.min_mm, zone.max_mm), min(concern.max_mm, zone.max_mm))


def depth_findings(
    depth_mm: Decimal, *, zone: ZoneCap, concern: ConcernRange | None, fitzpatrick: int | None
) -> list[DepthFinding]:
    """Return everything about this depth that asks for a reason, the zone first (C-03 to C-05, C-08, C-09).

    concern None: the session belongs to no course. fitzpatrick: 1 to 6, None when unknown.
    """
    found = [*_zone_findings(depth_mm, zone), *_concern_findings(depth_mm, zone, concern)]
    if depth_mm > SOFT_MM:
        words = _("%(depth)s is above %(limit)s, beyond which the labels give no evidence.")
        found.append(DepthFinding("above_evidence", words % {"depth": mm(depth_mm), "limit": mm(SOFT_MM)}))
    if not TYPICAL_MIN_MM <= depth_mm <= TYPICAL_MAX_MM:
        words = _("%(depth)s is outside the usual %(low)s to %(high)s.")
        limits = {"depth": mm(depth_mm), "low": mm(TYPICAL_MIN_MM), "high": mm(TYPICAL_MAX_MM)}
        found.append(DepthFinding("outside_usual", words % limits))
    if fitzpatrick is not None and fitzpatrick >= PIGMENT_FROM_TYPE and depth_mm > PIGMENT_SOFT_MM:
        words = _("Skin types IV to VI mark easily above %(limit)s.")
        found.append(DepthFinding("pigment", words % {"limit": mm(PIGMENT_SOFT_MM)}))
    return found


def _zone_findings(depth_mm: Decimal, zone: ZoneCap) -> Iterable[DepthFinding]:
    if depth_mm > zone.max_mm:
        words = _("%(zone)s: %(depth)s is above the advisable %(limit)s.")
        yield DepthFinding("above_zone", words % {"zone": zone.label, "depth": mm(depth_mm), "limit": mm(zone.max_mm)})


def _concern_findings(depth_mm: Decimal, zone: ZoneCap, concern: ConcernRange | None) -> Iterable[DepthFinding]:
    if concern is None:
        return
    low = suggested_range(concern, zone).min_mm
    named = {"depth": mm(depth_mm), "concern": concern.label}
    if depth_mm > concern.max_mm:
        words = _("%(depth)s is above what %(concern)s usually needs, %(limit)s.")
        yield DepthFinding("above_concern", words % (named | {"limit": mm(concern.max_mm)}))
    elif depth_mm < low:
        words = _("%(depth)s is below what %(concern)s usually needs here, %(limit)s.")
        yield DepthFinding("below_concern", words % (named | {"limit": mm(low)}))


def window(performed_on: date, *, earliest_days: int, target_days: int, latest_days: int) -> Window:
    """Return when the next session falls, in days of the site's calendar after the one performed (C-61 to C-63, C-76).

    Days, never months, so the window never shifts at a month's end (C-77).
    """
    return Window(
        performed_on + timedelta(days=earliest_days),
        performed_on + timedelta(days=target_days),
        performed_on + timedelta(days=latest_days),
    )


def cream_minutes_words(minutes: int) -> str:
    """Return a warning when a numbing cream was on longer than an hour, else an empty text (C-26)."""
    if minutes <= CREAM_WARN_MINUTES:
        return ""
    words = _("The cream was on for %(minutes)s minutes; more than %(limit)s is a warning.")
    return words % {"minutes": minutes, "limit": CREAM_WARN_MINUTES}


def cream_strength_words(percent: Decimal | None) -> str:
    """Return a warning for a cream above 4 %, else an empty text (C-24)."""
    if percent is None or percent <= LIDOCAINE_WARN_PERCENT:
        return ""
    words = _("%(percent)s %% is above %(limit)s %%: lidocaine as strong as this needs a prescription.")
    return words % {"percent": number_format(percent, decimal_pos=1), "limit": LIDOCAINE_WARN_PERCENT}


def needling_minutes_words(minutes: int) -> str:
    """Return a note when the needles worked for less or more than is usual, else an empty text (C-14, C-15)."""
    low, high = NEEDLING_MINUTES
    if low <= minutes <= high:
        return ""
    words = _("Needling took %(minutes)s minutes; %(low)s to %(high)s is usual.")
    return words % {"minutes": minutes, "low": low, "high": high}
