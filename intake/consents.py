"""Consent: that somebody agreed to the words that stand, signed; what counts today, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit, vault, wall_time
from clinic.actors import Actor
from clinic.models import Site
from clinic.refusals import Refusal, Refused
from intake import agreeing, papers, proofs, signatures, texts
from intake.models import Consent, ConsentText, Purpose
from intake.signatures import NotUsable, Signature
from patients.models import Patient


class TextReplaced(Refused):
    """Raised when somebody signs words that were replaced meanwhile; the new ones must be read."""


@transaction.atomic
def sign(patient: Patient, *, text: ConsentText, signature: Signature, site: Site, by: Actor, at: datetime) -> Consent:
    """Keep that somebody signed this text now, as a proof with its document, and return it.

    by: who saw it signed; the patient, when they sign behind a link of their own. Raises TextReplaced, and NotUsable
    with the field at fault.
    """
    _refuse_old_words(text)
    consent = _unsigned(patient, text, signature, by=by, at=at)
    _refuse_signature(consent, signature, site)
    signed_with, kept = signatures.read(signature), []
    try:
        if signed_with.content:
            consent.signature, consent.signature_type = vault.keep(signed_with.content), signed_with.content_type
            kept.append(consent.signature)
        consent.signature_digest = proofs.digest_of_file(signed_with.content)
        consent.record_digest = proofs.digest(proofs.content(consent))
        drawing = signed_with.content if consent.how == Consent.How.DRAWN else b""
        document = papers.pdf(consent, site=site, drawing=drawing)
        consent.pdf, consent.pdf_digest = vault.keep(document), proofs.digest_of_file(document)
        kept.append(consent.pdf)
        consent.save(force_insert=True)
        audit.record(proofs.SIGNED, consent, by=by, at=at, patient=patient, fields=proofs.anchored(consent))
    except BaseException:
        for name in kept:
            vault.throw_away(name)
        raise
    return consent


def _unsigned(patient: Patient, text: ConsentText, signature: Signature, *, by: Actor, at: datetime) -> Consent:
    """Return the consent as it will be, before anything of it is kept."""
    is_guardian = signature.signer == Consent.Signer.GUARDIAN
    return Consent(
        patient=patient,
        patient_uuid=patient.uuid,
        patient_name=patient.name,
        patient_born_on=patient.born_on,
        text=text,
        given_at=at,
        recorded_by=by.user,
        how=signature.how,
        signer=signature.signer,
        signer_name=signature.name.strip(),
        signer_relation=signature.relation.strip() if is_guardian else "",
        signed_on=signature.signed_on if signature.how == Consent.How.PAPER else None,
    )


def _refuse_old_words(text: ConsentText) -> None:
    version = texts.version_of(text.purpose)
    if text.version == version:
        return
    sentence = _("The consent text changed a moment ago. Read version %(version)s, then sign.") % {"version": version}
    raise TextReplaced(Refusal("consent.replaced", _("These words were replaced."), sentence))


def _refuse_signature(consent: Consent, signature: Signature, site: Site) -> None:
    if signature.how not in (Consent.How.TYPED, Consent.How.DRAWN, Consent.How.PAPER):
        raise NotUsable("how", _("Say how it is signed."))
    today = wall_time.local(consent.given_at, site.zone).date()
    signed = agreeing.Signed(
        how=consent.how,
        name=consent.signer_name,
        signer=consent.signer,
        relation=consent.signer_relation,
        signed_on=signature.signed_on,
        patient_name=consent.patient_name,
        age=consent.patient.age_on(today),
    )
    text_from = wall_time.local(consent.text.current_from, site.zone).date()
    problem = agreeing.signing_problem(signed, today=today, text_from=text_from)
    if problem:
        raise NotUsable(*problem)


@transaction.atomic
def withdraw(consent: Consent, *, by: Actor, at: datetime, reason: str = "") -> Consent:
    """Keep that the agreement to this purpose was taken back, at once; what was done under it stays as recorded.

    Whatever else the patient signed for the same purpose ends with it.
    """
    taken_back = {"withdrawn_at": at, "withdrawn_by_name": by.name[:120], "withdrawn_reason": reason.strip()[:250]}
    for one in Consent.objects.filter(
        patient=consent.patient_id, text__purpose=consent.text.purpose, withdrawn_at=None
    ):
        if Consent.objects.filter(pk=one.pk, withdrawn_at=None).update(**taken_back):
            audit.record("consent.withdrawn", one, by=by, at=at, patient=consent.patient)
    consent.refresh_from_db()
    return consent


# --- what counts today -----------------------------------------------------------------------------------


def standing(patient: Patient, purpose: str = Purpose.PROCEDURE) -> Consent | None:
    """Return what the patient signed to today's words for a purpose and did not take back, or None; the latest."""
    found = Consent.objects.standing().filter(patient=patient, text__purpose=purpose)
    return found.select_related("text", "recorded_by").first()


def covers(patient: Patient, purpose: str) -> bool:
    """Return whether a signed, current consent of the patient covers this purpose at this moment."""
    return Consent.objects.standing().filter(patient=patient, text__purpose=purpose).exists()


def covered(patient: Patient) -> dict[str, Consent]:
    """Return the standing consents of a patient by purpose, in one query."""
    found = Consent.objects.standing().filter(patient=patient).select_related("text", "recorded_by")
    return {consent.text.purpose: consent for consent in reversed(found)}


def standing_among(patients: Iterable[Patient], purpose: str = Purpose.PROCEDURE) -> set[int]:
    """Return the ids of those patients whose consent stands, in two queries. Raises NoConsentText."""
    texts.current(purpose)
    signed = Consent.objects.standing().filter(patient__in=list(patients), text__purpose=purpose)
    return set(signed.values_list("patient_id", flat=True))


def given_on(consent: Consent, site: Site) -> date:
    """Return the day on the clinic's wall on which a consent was signed here."""
    return wall_time.local(consent.given_at, site.zone).date()


@dataclass(frozen=True)
class Standing:
    """How a patient stands to one purpose. last: what was signed last, whatever became of it."""

    purpose: str
    version: int
    last: Consent | None

    @property
    def is_current(self) -> bool:
        last = self.last
        return bool(last and last.is_signed and last.withdrawn_at is None and last.text.version == self.version)

    @property
    def is_withdrawn(self) -> bool:
        return self.last is not None and self.last.withdrawn_at is not None

    @property
    def is_replaced(self) -> bool:
        """Whether it was signed and not taken back, but to words that do not stand any more."""
        return self.last is not None and not self.is_withdrawn and not self.is_current


def overview(patient: Patient) -> list[Standing]:
    """Return how a patient stands to every purpose that has words, in two queries."""
    versions = dict(
        ConsentText.objects.current().filter(language=texts.HOUSE_LANGUAGE).values_list("purpose", "version")
    )
    last: dict[str, Consent] = {}
    for consent in Consent.objects.filter(patient=patient).select_related("text", "recorded_by"):
        last.setdefault(consent.text.purpose, consent)
    return [
        Standing(purpose, versions[purpose], last.get(purpose)) for purpose in Purpose.values if purpose in versions
    ]
