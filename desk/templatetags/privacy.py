"""What stands about privacy on pages that are about something else."""

from __future__ import annotations

from typing import Any

from django import template

from patients.models import Patient

register = template.Library()


@register.inclusion_tag("desk/privacy/_links.html", takes_context=True)
def privacy_links(context: template.Context, person: Patient) -> dict[str, Any]:
    """Show what those who look after records can do with this one; nothing for anybody else."""
    return {"person": person, "may_keep": context["request"].actor.may("keep_records")}
