"""Consent: which words stand, and that a patient agreed to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from intake.models import Consent, ConsentText
from patients.models import Patient


@dataclass(frozen=True)
class Block:
    """A piece of the consent text: a heading, a paragraph or a list of bullets."""

    kind: str
    lines: tuple[str, ...]


def blocks(words: str) -> list[Block]:
    """Return a consent text in pieces: "## " begins a heading, "- " a bullet, an empty line parts paragraphs."""
    found: list[Block] = []
    for line in words.splitlines():
        if line.startswith("## "):
            found.append(Block("heading", (line[3:].strip(),)))
        elif line.startswith("- ") and found and found[-1].kind == "bullets":
            found[-1] = Block("bullets", (*found[-1].lines, line[2:].strip()))
        elif line.startswith("- "):
            found.append(Block("bullets", (line[2:].strip(),)))
        elif not line.strip():
            found.append(Block("gap", ()))
        elif found and found[-1].kind in ("text", "bullets"):
            *before, last = found[-1].lines
            found[-1] = Block(found[-1].kind, (*before, f"{last} {line.strip()}"))
        else:
            found.append(Block("text", (line.strip(),)))
    return [block for block in found if block.kind != "gap"]


class NoConsentText(Refused):
    """Raised when the clinic has no consent words yet, so nobody can agree to them."""


class TextReplaced(Refused):
    """Raised when somebody agrees to words that were replaced meanwhile; the new ones must be read."""


def current_text() -> ConsentText:
    """Return the words that a patient agrees to today: the highest version. Raises NoConsentText."""
    text = ConsentText.objects.first()
    if text is None:
        sentence = _("No consent text is set up. A manager adds one before the next session.")
        raise NoConsentText(Refusal("consent.no_text", _("There is nothing to agree to yet."), sentence))
    return text


@transaction.atomic
def publish(words: str, *, at: datetime) -> ConsentText:
    """Make these words the current version and return it; the same words twice are one version."""
    digest = hashlib.sha256(words.encode()).hexdigest()
    last = ConsentText.objects.first()
    if last is not None and last.digest == digest:
        return last
    highest = ConsentText.objects.aggregate(highest=Max("version"))["highest"] or 0
    return ConsentText.objects.create(version=highest + 1, words=words, digest=digest, current_from=at)


@transaction.atomic
def record(patient: Patient, *, text: ConsentText, by: Actor, at: datetime) -> Consent:
    """Keep that the patient agreed, now, to this version of the text. Raises TextReplaced."""
    if text.pk != current_text().pk:
        sentence = _("The consent text changed a moment ago. Read version %(version)s with the patient.") % {
            "version": current_text().version
        }
        raise TextReplaced(Refusal("consent.replaced", _("These words were replaced."), sentence))
    consent = Consent.objects.create(patient=patient, text=text, given_at=at, recorded_by=by.user)
    audit.record("consent.given", consent, by=by, at=at, patient=patient, fields={"version": text.version})
    return consent


@transaction.atomic
def withdraw(consent: Consent, *, by: Actor, at: datetime) -> Consent:
    """Keep that the patient took the agreement back; what was done under it stays as recorded."""
    if Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=at):
        audit.record("consent.withdrawn", consent, by=by, at=at, patient=consent.patient)
    consent.refresh_from_db()
    return consent


def standing(patient: Patient) -> Consent | None:
    """Return the patient's latest agreement to the current text that was not taken back, or None."""
    return (
        Consent.objects.filter(patient=patient, text=current_text(), withdrawn_at=None)
        .select_related("text", "recorded_by")
        .first()
    )


def standing_among(patients: Iterable[Patient]) -> set[int]:
    """Return the ids of those patients who agreed to the current text, in two queries."""
    agreed = Consent.objects.filter(patient__in=list(patients), text=current_text(), withdrawn_at=None)
    return set(agreed.values_list("patient_id", flat=True))
