"""Consent: that somebody agreed to the words that stand, signed; what counts today, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit, vault, wall_time
from clinic.actors import Actor
from clinic.models import Site
from clinic.refusals import Refusal, Refused
from intake import agreeing, papers, proofs, signatures, texts
from intake.models import Consent, ConsentText, Purpose
from intake.signatures import NotUsable, Signature
from patients import opening
from patients.models import Patient

EARLIEST_CLOCK = timedelta(hours=14)  # where on earth a day begins first, ahead of UTC


class TextReplaced(Refused):
    """Raised when somebody signs words that were replaced meanwhile; the new ones must be read."""


class RecordChanged(Refused):
    """Raised when the record was changed while its consent was being written out; what was signed is judged anew."""

    def __init__(self) -> None:
        sentence = _("The record was changed a moment ago. Nothing was kept; look at the name and sign again.")
        super().__init__(Refusal("consent.record_changed", _("Nothing was kept"), sentence))


@dataclass(frozen=True)
class Draft:
    """A consent that was judged and rendered, and of which nothing is kept yet. version: of the record it was for."""

    consent: Consent
    version: int
    signed_with: bytes
    document: bytes


def sign(patient: Patient, *, text: ConsentText, signature: Signature, site: Site, by: Actor, at: datetime) -> Consent:
    """Keep that somebody signed this text now, as a proof with its document, and return it.

    by: who saw it signed; the patient, when they sign behind a link of their own. Raises as `draft` and `keep`.
    """
    return keep(draft(patient, text=text, signature=signature, site=site, by=by, at=at), by=by, at=at)


def draft(patient: Patient, *, text: ConsentText, signature: Signature, site: Site, by: Actor, at: datetime) -> Draft:
    """Return a consent with its document, ready to be kept: rendering takes its time, so it holds no lock.

    Raises TextReplaced, NotUsable with the field at fault, and Refused for a record that is not open.
    """
    patient = opening.fresh(patient)
    _refuse_old_words(text)
    consent = _unsigned(patient, text, signature, by=by, at=at)
    _refuse_signature(consent, signature, site)
    signed_with = signatures.read(signature)
    consent.signature_type = signed_with.content_type
    consent.signature_digest = proofs.digest_of_file(signed_with.content)
    consent.record_digest = proofs.digest(proofs.content(consent))
    drawing = signed_with.content if consent.how == Consent.How.DRAWN else b""
    document = papers.pdf(consent, site=site, drawing=drawing)
    consent.pdf_digest = proofs.digest_of_file(document)
    return Draft(consent, patient.version, signed_with.content, document)


@transaction.atomic
def keep(drafted: Draft, *, by: Actor, at: datetime) -> Consent:
    """Keep what was drafted a moment ago, and return it.

    Raises TextReplaced and RecordChanged when words or record are others since, Refused for a record that is not open.
    """
    consent, kept = drafted.consent, []
    _refuse_old_words(consent.text)
    if opening.hold(consent.patient).version != drafted.version:
        raise RecordChanged
    try:
        if drafted.signed_with:
            consent.signature = vault.keep(drafted.signed_with)
            kept.append(consent.signature)
        consent.pdf = vault.keep(drafted.document)
        kept.append(consent.pdf)
        consent.save(force_insert=True)
        audit.record(proofs.SIGNED, consent, by=by, at=at, patient=consent.patient, fields=proofs.anchored(consent))
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
        patient_names=(consent.patient_name, *filter(None, [consent.patient.legal_name])),
        guardian_name=consent.patient.guardian_name,
        age=consent.patient.age_on(consent.signed_on or today),
    )
    text_from = wall_time.local(consent.text.current_from, site.zone).date()
    problem = agreeing.signing_problem(signed, today=today, text_from=text_from)
    if problem:
        raise NotUsable(*problem)


def guardian_refusal(patient: Patient, *, site: Site, at: datetime) -> Refusal | None:
    """Return why nobody can sign for this patient today, who is under age, or None."""
    age = _age_at(patient, site, at)
    return agreeing.guardian_refusal(age=age, guardian_name=patient.guardian_name)


def signer_for(patient: Patient, *, site: Site, at: datetime) -> str:
    """Return who signs for this patient today: below 18 a guardian."""
    binds = agreeing.binds(Consent.Signer.PATIENT, age=_age_at(patient, site, at))
    return Consent.Signer.PATIENT if binds else Consent.Signer.GUARDIAN


def _age_at(patient: Patient, site: Site, at: datetime) -> int | None:
    return patient.age_on(wall_time.local(at, site.zone).date())


@transaction.atomic
def withdraw(consent: Consent, *, by: Actor, at: datetime, reason: str = "") -> Consent:
    """Keep that the agreement to this purpose was taken back, at once; what was done under it stays as recorded.

    Whatever else the patient signed for the same purpose ends with it. Raises Refused for a record that is not open.
    """
    opening.hold(consent.patient)
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
    """Return what was signed for the patient to today's words of a purpose and not taken back, or None; the latest."""
    return covered(patient).get(purpose)


def covers(patient: Patient, purpose: str) -> bool:
    """Return whether a signed, current consent of the patient covers this purpose at this moment."""
    return purpose in covered(patient)


def covered(patient: Patient) -> dict[str, Consent]:
    """Return the standing consents of a patient by purpose, in one query."""
    found = Consent.objects.standing().filter(patient=patient).select_related("text", "recorded_by")
    return {consent.text.purpose: consent for consent in reversed(found) if _binds(consent, patient)}


def standing_among(patients: Iterable[Patient], purpose: str = Purpose.PROCEDURE) -> set[int]:
    """Return the ids of those patients whose consent stands, in two queries. Raises NoConsentText."""
    texts.current(purpose)
    known = {patient.pk: patient for patient in patients}
    signed = Consent.objects.standing().filter(patient__in=known, text__purpose=purpose)
    return {consent.patient_id for consent in signed if _binds(consent, known[consent.patient_id])}


def _binds(consent: Consent, patient: Patient) -> bool:
    """Return whether who signed may, by the patient's age as the record has it now.

    The day is that on the paper, or the one that had begun somewhere when it was signed: a birthday is never missed.
    """
    day = consent.signed_on or (consent.given_at + EARLIEST_CLOCK).date()
    return agreeing.binds(consent.signer, age=patient.age_on(day))


def given_on(consent: Consent, site: Site) -> date:
    """Return the day on which a consent was signed: that on the paper, else that on the clinic's wall."""
    return consent.signed_on or wall_time.local(consent.given_at, site.zone).date()


def was_given_by(consent: Consent, at: datetime, site: Site) -> bool:
    """Return whether a consent was signed by that instant; a paper knows its day alone."""
    if consent.signed_on:
        return consent.signed_on <= wall_time.local(at, site.zone).date()
    return consent.given_at <= at


@dataclass(frozen=True)
class Standing:
    """How a patient stands to one purpose. last: what was signed last, whatever became of it; binds: by who may."""

    purpose: str
    version: int
    last: Consent | None
    binds: bool = True

    @property
    def is_current(self) -> bool:
        last = self.last
        stands = last and last.is_signed and last.withdrawn_at is None and last.text.version == self.version
        return bool(stands and self.binds)

    @property
    def is_withdrawn(self) -> bool:
        return self.last is not None and self.last.withdrawn_at is not None

    @property
    def is_replaced(self) -> bool:
        """Whether it was signed and not taken back, but does not count (any more)."""
        return self.last is not None and not self.is_withdrawn and not self.is_current

    @property
    def needs_guardian(self) -> bool:
        """Whether somebody under age signed what a guardian must sign."""
        return self.is_replaced and not self.binds


def overview(patient: Patient) -> list[Standing]:
    """Return how a patient stands to every purpose that has words, in two queries."""
    versions = dict(
        ConsentText.objects.current().filter(language=texts.HOUSE_LANGUAGE).values_list("purpose", "version")
    )
    last: dict[str, Consent] = {}
    for consent in Consent.objects.filter(patient=patient).select_related("text", "recorded_by"):
        last.setdefault(consent.text.purpose, consent)
    return [
        Standing(one, versions[one], last.get(one), binds=one not in last or _binds(last[one], patient))
        for one in Purpose.values
        if one in versions
    ]
