"""Who is in front of us, on pages that are about something else of theirs: a visit, a series, a message."""

from __future__ import annotations

from typing import Any

from django import template

from clinic import wall_time
from desk.patients.banner import of_page
from patients import restrictions
from patients.models import Patient

register = template.Library()


@register.inclusion_tag("_person.html", takes_context=True)
def banner_of(context: template.Context, person: Patient) -> dict[str, Any]:
    """Draw the patient's banner under another heading; what a clinician reads in it is in the trail.

    Whoever reads nothing clinical sees the one word of the desk in its place.
    """
    request = context["request"]
    drawn = {"person": person, "banner": of_page(request, person), "heading": "h2"}
    if not request.actor.may("see_clinical"):
        today = wall_time.local(request.now, request.site.zone).date()
        drawn["desk_word"] = restrictions.word_for_desk(person, on=today)
    return drawn


@register.inclusion_tag("_alerts.html", takes_context=True)
def alerts_of(context: template.Context, person: Patient) -> dict[str, Any]:
    """Draw what must not be missed of a patient beside what a panel says of them already."""
    return {"banner": of_page(context["request"], person)}
