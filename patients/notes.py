"""Dated notes on a patient: written once, never edited, struck where they were wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from patients.models import ClinicalNote, DeskNote, Note, Patient
from patients.patients import hold, must_be_a_clinician
from patients.writing import clean_lines, clean_text, unusable

AnyNote = TypeVar("AnyNote", bound=Note)


class AlreadyStruck(Refused):
    """Raised for a note that was struck before."""


@transaction.atomic
def write(kind: type[AnyNote], patient: Patient, *, words: str, by: Actor, at: datetime) -> AnyNote:
    """Write a note. Raises NotUsable without words, Stale for a record that was merged a moment ago.

    A clinical note asks for `see_clinical` (MayNot).
    """
    if kind is ClinicalNote:
        must_be_a_clinician(by)
    text = clean_lines("words", words)
    if not text:
        raise unusable("words", _("Write the note."))
    note = kind.objects.create(patient=hold(patient), words=text, at=at, by=by.user, by_name=by.name)
    audit.record("note.write", note, by=by, at=at, patient=patient, fields={"words": text})
    return note


@transaction.atomic
def strike(note: Note, *, because: str, by: Actor, at: datetime) -> None:
    """Strike a note that was wrong; its words stay to be read, with the reason. Raises AlreadyStruck and NotUsable."""
    if isinstance(note, ClinicalNote):
        must_be_a_clinician(by)
    reason = clean_text(type(note), "struck_because", because)
    if not reason:
        raise unusable("struck_because", _("Write in a few words why this is struck."))
    said = {"struck_at": at, "struck_by_name": by.name, "struck_because": reason}
    if not type(note).objects.filter(pk=note.pk, struck_at=None).update(**said):
        sentence = _("This note was struck before; nothing was changed.")
        raise AlreadyStruck(Refusal(rule="note.struck", title=_("Already struck"), sentence=sentence))
    note.refresh_from_db()
    audit.record("note.strike", note, by=by, at=at, patient=note.patient, fields={"struck_because": reason})


def kinds_for(reader: Actor) -> list[type[Note]]:
    """Return the kinds of note that this reader may see and write."""
    return [DeskNote, ClinicalNote] if reader.may("see_clinical") else [DeskNote]
