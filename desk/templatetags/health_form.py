"""Where a patient's health form stands, on pages that are about the patient or a visit."""

from __future__ import annotations

from typing import Any

from django import template

from intake import health_forms
from intake.models import HealthForm
from outbox.models import Notice
from outbox.notices import Reach
from patients.models import ClinicalChange, Patient

register = template.Library()
MOST_NEWS = 12  # lines; the rest is in the record itself


@register.inclusion_tag("desk/health_forms/_state.html", takes_context=True)
def health_form(context: template.Context, person: Patient, *, with_news: bool = False) -> dict[str, Any]:
    """Show how far the form is and what the reader can do with it.

    with_news: a clinician reads, too, what the patient wrote; only for a page that puts the reading into the trail.
    """
    request = context["request"]
    form = health_forms.of(person)
    return {
        "person": person,
        "form": form,
        "state": health_forms.standing(form, at=request.now),
        "may_send": request.actor.may("edit_patients") and person.died_on is None,
        "goes_by_mail": Reach.of(person).channel(Notice.Purpose.FORM) == Notice.Channel.MAIL,
        "told": _news(person, form) if with_news and request.actor.may("see_clinical") else (),
        "next": request.get_full_path() if request.method == "GET" else "",
        "csrf_token": context.get("csrf_token"),
        "request": request,
    }


def _news(person: Patient, form: HealthForm | None) -> list[ClinicalChange]:
    """Return what the patient wrote into the record with this form, the latest first."""
    if form is None or form.begun_at is None:
        return []
    told = ClinicalChange.objects.filter(patient=person, by_name=person.name, at__gte=form.begun_at)
    return list(told[:MOST_NEWS])
