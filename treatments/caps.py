"""Zones and concerns of the clinic as the rules of the needle see them."""

from __future__ import annotations

from treatments import rules
from treatments.models import Concern, Zone


def zone_cap(zone: Zone) -> rules.ZoneCap:
    return rules.ZoneCap(zone.label, zone.max_mm, zone.is_prohibited)


def concern_range(concern: Concern | None) -> rules.ConcernRange | None:
    return rules.ConcernRange(concern.label, concern.min_mm, concern.max_mm) if concern else None
