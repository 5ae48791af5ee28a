"""Where a patient's health form stands, on pages that are about the patient or a visit."""

from __future__ import annotations

from typing import Any

from django import template

from intake import health_forms
from outbox.models import Notice
from outbox.notices import Reach
from patients.models import Patient

register = template.Library()


@register.inclusion_tag("desk/health_forms/_state.html", takes_context=True)
def health_form(context: template.Context, person: Patient) -> dict[str, Any]:
    """Show how far the form is, never what is in it, and what the reader can do with it."""
    request = context["request"]
    form = health_forms.of(person)
    return {
        "person": person,
        "form": form,
        "state": health_forms.standing(form, at=request.now),
        "may_send": request.actor.may("edit_patients") and person.died_on is None,
        "goes_by_mail": Reach.of(person).channel(Notice.Purpose.FORM) == Notice.Channel.MAIL,
        "next": request.get_full_path() if request.method == "GET" else "",
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }
