"""The people who come: dull and fixed, entered as the front desk enters them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from clinic.actors import Actor
from patients import health, patients
from patients.models import Allergy, Patient

ENTERED_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HOUSE = Actor.system("tests")


def patient(name: str = "Grace Whitfield", *, at: datetime = ENTERED_AT, by: Actor = HOUSE, **fields: Any) -> Patient:
    """Return a new patient; without phone and e-mail they get a phone number."""
    if not fields.get("phone") and not fields.get("email"):
        fields["phone"] = "0113 496 0200"
    return patients.register(name=name, by=by, at=at, **fields)


def mia(**fields: Any) -> Patient:
    """Return Mia Okafor, whom the story is about; she has an e-mail address."""
    known = {"phone": "0113 496 0417", "email": "mia.okafor@post.example", "born_on": date(1994, 5, 21)}
    return patient("Mia Okafor", **(known | fields))


def tomasz(**fields: Any) -> Patient:
    """Return Tomasz Wrona, who has a phone and no e-mail."""
    known = {"phone": "0113 496 0418", "born_on": date(1971, 11, 2)}
    return patient("Tomasz Wrona", **(known | fields))


def zoe(**fields: Any) -> Patient:
    """Return Zoë Ångström-Łuczak, whose name has letters that few keyboards have."""
    known = {"email": "zoe@post.example", "born_on": date(1988, 2, 29)}
    return patient("Zoë Ångström-Łuczak", **(known | fields))


def allergy(
    patient: Patient, substance: str = "Latex", *, by: Actor = HOUSE, at: datetime = ENTERED_AT, **fields: str
) -> Allergy:
    return health.note(Allergy, patient, substance=substance, by=by, at=at, **fields)
