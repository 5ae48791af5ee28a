"""What the review says of money: which package the treatment will use, or used."""

from __future__ import annotations

from typing import Any

from django import template

from clinic import wall_time
from desk.packages import reading
from ledger import packages
from treatments.models import Session

register = template.Library()


@register.inclusion_tag("desk/packages/_used.html", takes_context=True)
def package_of(context: template.Context, session: Session) -> dict[str, Any]:
    """Say which package the end of this treatment uses, or used, and what is left of it then."""
    visit = session.appointment
    today = wall_time.local(context["request"].now, visit.site.zone).date()
    if session.ended_at is None:
        found = packages.next_for(session.patient, service_code=visit.service.code, on=today)
        return {"held": reading.shown(found, today=today) if found else None, "then": found.left - 1 if found else 0}
    used = packages.used_by(session.uuid)
    return {"used": used.package if used else None, "then": packages.left(used.package) if used else 0}
