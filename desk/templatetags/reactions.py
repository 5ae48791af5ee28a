"""Adverse reactions where they are met: on the record of a session, on the chart, and on the day of a lead."""

from __future__ import annotations

from typing import Any

from django import template

from treatments import reactions
from treatments.models import Reaction, Session

register = template.Library()


@register.inclusion_tag("desk/reactions/_of_session.html", takes_context=True)
def session_reactions(context: template.Context, session: Session) -> dict[str, Any]:
    """List what harm followed a session, and lead whoever treats to where more is written down."""
    actor = context["request"].actor
    found = session.reactions.standing() if actor.may("see_clinical") else Reaction.objects.none()
    return {"session": session, "found": list(found), "may_write": actor.may("treat")}


@register.inclusion_tag("desk/reactions/_to_look_at.html", takes_context=True)
def reactions_to_look_at(context: template.Context) -> dict[str, Any]:
    """Say to a lead which grave reactions nobody who leads has looked at; they are named, and nothing more."""
    found = list(Reaction.objects.to_look_at().filter(patient__closed_at=None).select_related("patient"))
    return {"found": found if found and reactions.may_look(context["request"].whole_actor) else []}
