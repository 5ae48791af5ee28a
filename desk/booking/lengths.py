"""How long the needling is planned: by the zones of the running course, else as the service says; always editable."""

from __future__ import annotations

from collections.abc import Mapping

from booking.rules import needling_minutes
from clinic.models import Phase, Service
from treatments.models import Course

OFFERED = (15, 20, 25, 30, 35, 40, 45, 60)  # whole minutes


def usual(service: Service | None, course: Course | None) -> int | None:
    """Return the minutes that are proposed; None for a service without needling."""
    if service is None or service.kind != Service.Kind.NEEDLING:
        return None
    zones = course.zones.count() if course else 0
    return needling_minutes(zones) if zones else _own(service)


def _own(service: Service) -> int | None:
    return next((phase.minutes for phase in service.phases.all() if phase.kind == Phase.Kind.NEEDLING), None)


def to_keep(service: Service, given: int | None, *, now: int | None = None) -> int | None:
    """Return the minutes to keep with a visit; None where they are what it has anyway. now: what a moved visit has."""
    return None if given == (now or _own(service)) or service.kind != Service.Kind.NEEDLING else given


def chosen(said: Mapping[str, str], given: int | None, usual: int | None) -> int | None:
    """Return the minutes to look for: what was chosen by hand, else what is usual for whom and what is chosen now."""
    by_hand = given and said.get("usual_minutes") != str(given)
    return given if by_hand and usual is not None else usual


def to_choose(length: int | None) -> list[int]:
    """Return the lengths to choose among, the present one with them."""
    return sorted({*OFFERED, length}) if length else []
