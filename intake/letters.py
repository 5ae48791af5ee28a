"""Letters of doctors: kept in the vault, named and dated; one that is current stands in for a prescriber.

A clinic that has nobody who may prescribe cannot decide what asks for a prescriber. There the letter of a doctor is the
decision, and a practitioner who has read it passes the answer, for one visit (`treatments.decisions`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import audit, vault
from clinic.actors import Actor
from clinic.capabilities import roles_with
from clinic.models import User
from clinic.refusals import Refusal, Refused
from intake import freshness, proofs, rules, signatures
from intake.models import Consent, Letter
from intake.signatures import Signature
from patients.models import Patient
from patients.patients import hold
from patients.writing import clean_text, unusable

LASTS_DAYS = 180  # as long as the answers that it is about (C-54)


class NothingAsked(Refused):
    """Raised when there is no outcome that a letter could be about."""


@transaction.atomic
def keep(
    patient: Patient, *, content: bytes, from_whom: str, about: str, written_on: date, by: Actor, at: datetime
) -> Letter:
    """Keep a letter with the outcome of the patient's newest full screening.

    content: a PDF, JPEG or PNG of at most 15 MB, judged by what is in it. Raises NotUsable with the field at fault,
    NothingAsked before the health questions, and Stale.
    """
    named = {name: _named(name, text) for name, text in (("from_whom", from_whom), ("about", about))}
    today = timezone.localtime(at).date()
    if not date(1900, 1, 1) <= written_on <= today:
        raise unusable("written_on", _("Write the day that stands on the letter, up to today."))
    held = hold(patient)
    screening = freshness.latest(held)
    if screening is None:
        sentence = _("A letter is about the answers to the health questions. Ask them first.")
        raise NothingAsked(Refusal("letter.nothing_asked", _("Nothing has been asked yet"), sentence))
    paper = signatures.read(Signature(how=Consent.How.PAPER, name="", paper=content))
    file = vault.keep(paper.content)
    try:
        letter = Letter.objects.create(
            patient=held,
            screening=screening,
            **named,
            written_on=written_on,
            file=file,
            content_type=paper.content_type,
            digest=proofs.digest_of_file(paper.content),
            kept_at=at,
            kept_by=by.user,
        )
        audit.record("letter.kept", letter, by=by, at=at, patient=held, fields=named | {"digest": letter.digest})
    except BaseException:
        vault.throw_away(file)
        raise
    return letter


def _named(field: str, text: str) -> str:
    said = clean_text(Letter, field, text)
    if not said:
        words = {"from_whom": _("Write whose letter it is."), "about": _("Write what it is about.")}
        raise unusable(field, words[field])
    return said


@transaction.atomic
def strike(letter: Letter, *, because: str, by: Actor, at: datetime) -> None:
    """Strike a letter that was wrong: it stands behind no decision any more. A struck one stays as it is."""
    reason = clean_text(Letter, "struck_because", because)
    if not reason:
        raise unusable("struck_because", _("Write in a few words why this is struck."))
    struck = {"struck_at": at, "struck_by_name": by.name[:120], "struck_because": reason}
    if Letter.objects.standing().filter(pk=letter.pk).update(**struck):
        audit.record("letter.struck", letter, by=by, at=at, patient=letter.patient, reason=reason)
    letter.refresh_from_db()


def is_current(letter: Letter, *, on: date) -> bool:
    """Return whether a letter counts for a session on that day."""
    return letter.struck_at is None and letter.written_on <= on <= letter.written_on + timedelta(days=LASTS_DAYS)


def standing_in(patient: Patient, *, on: date) -> Letter | None:
    """Return the newest letter that is current on that day, where nobody of the clinic may prescribe; else None."""
    rows = Letter.objects.standing().filter(patient=patient, written_on__lte=on).order_by("-written_on", "-pk")
    letter = rows.filter(written_on__gte=on - timedelta(days=LASTS_DAYS)).first()
    return letter if letter is not None and not has_prescriber() else None


def has_prescriber() -> bool:
    """Return whether somebody of this clinic may decide what asks for a prescriber."""
    return User.objects.filter(is_active=True, grants__role__in=roles_with(rules.PRESCRIBER)).exists()


def marked(overrides: QuerySet) -> QuerySet:
    """Return what was passed, each with `letter_stands`: whether the letter behind it was not struck since."""
    return overrides.annotate(letter_stands=Exists(Letter.objects.standing().filter(uuid=OuterRef("letter"))))
