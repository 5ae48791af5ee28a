"""What stands about privacy on pages that are about something else."""

from __future__ import annotations

from typing import Any

from django import template

from patients.models import Patient

register = template.Library()


@register.inclusion_tag("desk/privacy/_links.html", takes_context=True)
def privacy_links(context: template.Context, person: Patient) -> dict[str, Any]:
    """Show what those who look after records can do with this one, and to whom it is closed, how it opens."""
    request = context["request"]
    return {
        "person": person,
        "may_keep": request.actor.may("keep_records"),
        "is_closed": request.closed_record == person,
    }


@register.inclusion_tag("desk/privacy/_banner.html", takes_context=True)
def glass_banner(context: template.Context) -> dict[str, Any]:
    """Say on every page of a record that the glass before it is broken, by whom it is read, and until when."""
    request = context["request"]
    return {"glass": getattr(request, "open_glass", None), "csrf_token": context.get("csrf_token")}
