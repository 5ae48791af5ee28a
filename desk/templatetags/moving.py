"""Whether messages are moving, said on every page to those who see messages."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import DatabaseError

from desk.status import words
from outbox import vitals

register = template.Library()


@register.inclusion_tag("desk/status/_banner.html", takes_context=True)
def moving_banner(context: template.Context) -> dict[str, Any]:
    """Say above the page what keeps messages from moving; nothing when they move, or the reader sees no messages."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    here = getattr(request, "resolver_match", None)
    if actor is None or not actor.may("see_messages") or (here and here.view_name == "desk:status"):
        return {}
    try:
        troubles = vitals.troubles(at=request.now)
    except DatabaseError:  # a page about an error is drawn all the same
        return {}
    return {"trouble": words.in_short(troubles[0]) if troubles else ""}
