"""Who is in front of us, on every page that is about one patient: contact for everybody, the rest for clinicians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import audit, wall_time
from clinic.actors import Actor
from patients import health
from patients.models import Patient

Pill = tuple[str, str]  # its tone, and the words


@dataclass(frozen=True)
class Banner:
    """The head of a page. facts: label and value. alerts: what a clinician must not miss; for the desk there are none.

    allergies: in one line; None for a reader who may not know.
    """

    age: int | None
    initials: str
    facts: tuple[tuple[str, str], ...]
    allergies: str | None
    alerts: tuple[Pill, ...]
    has_allergies: bool = False


def banner(patient: Patient, *, reader: Actor, today: date) -> Banner:
    """Return the head of a page for this reader; whoever shows it to a clinician puts the reading into the trail."""
    facts = [(_("Phone"), patient.phone_words), (_("E-mail"), patient.email)]
    if patient.pronouns:
        facts.insert(0, (_("Pronouns"), patient.pronouns))
    if not reader.may("see_clinical"):
        return Banner(patient.age_on(today), patient.initials, tuple(facts), None, _standing(patient))
    facts.append((_("Skin type"), patient.get_fitzpatrick_display() or ""))
    allergies = health.allergy_words(patient)
    return Banner(
        patient.age_on(today),
        patient.initials,
        tuple(facts),
        allergies,
        (*_standing(patient), *flags(patient)),
        has_allergies=bool(allergies) and not patient.no_known_allergies,
    )


def _standing(patient: Patient) -> tuple[Pill, ...]:
    """Return, for everybody, that somebody has died or no longer comes."""
    if patient.died_on is not None:
        return (("none", _("Died %(day)s") % {"day": date_format(patient.died_on, "j F Y")}),)
    if patient.archived_on is not None:
        return (("none", _("No longer comes since %(day)s") % {"day": date_format(patient.archived_on, "j F Y")}),)
    return ()


def flags(patient: Patient) -> tuple[Pill, ...]:
    """Return what a clinician must not miss of the skin profile."""
    found = (
        (patient.has_keloid_history, "warn", _("Raised scars before")),
        (patient.has_pigment_history, "warn", _("Marks darken easily")),
        (patient.avoids_nsaids, "warn", _("No anti-inflammatories")),
        (patient.has_cold_sores, "info", _("Cold sores before")),
    )
    return tuple((tone, words) for is_set, tone, words in found if is_set)


def of_page(request: HttpRequest, patient: Patient) -> Banner:
    """Return the head of a page for who asks for it; what a clinician reads there is in the trail before they do."""
    if request.actor.may("see_clinical"):
        audit.read(patient, by=request.actor, at=request.now, patient=patient)
    return banner(patient, reader=request.actor, today=wall_time.local(request.now, request.site.zone).date())
