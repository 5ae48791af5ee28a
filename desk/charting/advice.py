"""What a zone advises for a concern: in words, and as depths for one tap."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from treatments import rules


def hint(cap: rules.ZoneCap, concern: rules.ConcernRange | None) -> str:
    """Return what a zone advises for a concern, in words."""
    if concern is None:
        return _("advisable up to %(limit)s") % {"limit": rules.mm(cap.max_mm)}
    advised = rules.suggested_range(concern, cap)
    depths = {"low": rules.mm(advised.min_mm), "high": rules.mm(advised.max_mm)}
    if advised.min_mm == advised.max_mm:
        return _("suggested %(high)s, the most this zone takes") % depths
    if cap.max_mm < concern.max_mm:
        return _("suggested %(low)s to %(high)s, the most this zone takes") % depths
    return _("suggested %(low)s to %(high)s") % depths


def quick_depths(cap: rules.ZoneCap, concern: rules.ConcernRange | None, step_mm: Decimal) -> tuple[str, ...]:
    """Return up to three depths in mm for one tap: the ends of what a zone advises and the step in the middle."""
    low, high = (rules.TYPICAL_MIN_MM, cap.max_mm)
    if concern is not None:
        advised = rules.suggested_range(concern, cap)
        low, high = advised.min_mm, advised.max_mm
    low = min(low, high)
    middle = low + ((high - low) / 2 / step_mm).quantize(Decimal(1)) * step_mm
    on_steps = [depth for depth in (low, middle, high) if depth > 0 and depth % step_mm == 0]
    return tuple(f"{depth:.2f}" for depth in dict.fromkeys(on_steps))
