"""Health forms as the desk sends them and patients open them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.test import Client

from clinic.actors import Actor
from clinic.models import Site
from intake.health_forms import link_of
from intake.models import HealthForm
from patients import links
from patients.models import Patient
from tests.factories.booking import SUNDAY
from visits import health_forms

HOUSE = Actor.system("tests")
BORN = date(1994, 5, 21)  # Mia


def sent(patient: Patient, *, by: Actor = HOUSE, at: datetime = SUNDAY) -> HealthForm:
    return health_forms.send(patient, site=Site.objects.get(), by=by, at=at)


def address(form: HealthForm, step: str = "") -> str:
    """Return where the form is, or one screen of it."""
    return f"/f/{links.token(link_of(form))}/" + (f"{step}/" if step else "")


def date_in_boxes(born_on: date = BORN) -> dict[str, Any]:
    return {"day": born_on.day, "month": born_on.month, "year": born_on.year}


def telephone() -> Client:
    """Return a telephone that nobody is signed in on and that checks forms as browsers do."""
    return Client(enforce_csrf_checks=True)


def opened(form: HealthForm, born_on: date = BORN) -> Client:
    """Return a telephone on which the date of birth was just given."""
    phone = telephone()
    assert phone.post(address(form), date_in_boxes(born_on)).status_code == 303
    return phone
