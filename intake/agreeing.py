"""Rules of consent: what a treatment asks to be signed, who may sign, and from when it counts. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from clinic.refusals import Refusal
from intake.models import Consent, Purpose
from patients.rules import ADULT_YEARS, fold, is_one_line

NAME_AT_MOST, RELATION_AT_MOST = 120, 60  # letters
SHOWN_PHOTOS = (Purpose.TEACHING_PHOTOS, Purpose.MARKETING_PHOTOS)  # seen by others; no treatment depends on them
PHOTOS = (Purpose.CLINICAL_PHOTOS, *SHOWN_PHOTOS)
# What is done beside the needling, each with words of its own to agree to (C-476, C-477, C-509, C-619).
BESIDE = (Purpose.OFF_LABEL, Purpose.PRP, Purpose.PEEL, Purpose.LASER, Purpose.RADIOFREQUENCY)
# A use of a product (`stock.models.Product.Use`) that asks for its own words; the procedure's cover every other.
PURPOSE_OF_USE = {"off_label": Purpose.OFF_LABEL, "prp": Purpose.PRP, "peel": Purpose.PEEL}


def purposes_needed(beside: Iterable[str] = (), uses: Iterable[str] = ()) -> tuple[str, ...]:
    """Return every purpose that must be signed for a session, the procedure's first.

    beside: purposes of BESIDE that are planned; uses: of the products that are used.
    """
    asked = {*beside, *(PURPOSE_OF_USE[one] for one in uses if one in PURPOSE_OF_USE)}
    return (Purpose.PROCEDURE, *(purpose for purpose in BESIDE if purpose in asked))


@dataclass(frozen=True)
class Signed:
    """Who signed and how, as it was said.

    patient_names, guardian_name, age: as the record has them: the name that is used first, then the legal one if there
    is one; "" where no guardian is named; None where the date of birth is not known.
    """

    how: str
    name: str
    signer: str
    relation: str
    signed_on: date | None
    patient_names: tuple[str, ...]
    guardian_name: str
    age: int | None

    @property
    def is_guardian(self) -> bool:
        return self.signer == Consent.Signer.GUARDIAN

    @property
    def is_minor(self) -> bool:
        return self.age is not None and self.age < ADULT_YEARS

    def is_named(self, names: Iterable[str]) -> bool:
        """Return whether who signs wrote one of these names, however it is written."""
        return fold(self.name) in {fold(name) for name in names}


def binds(signer: str, *, age: int | None) -> bool:
    """Return whether a signature can bind at all: for somebody under age only a guardian's does.

    age: of the patient on the day of the signature, by what the record says now.
    """
    return signer == Consent.Signer.GUARDIAN or age is None or age >= ADULT_YEARS


def guardian_refusal(*, age: int | None, guardian_name: str) -> Refusal | None:
    """Return why nobody can sign yet for somebody under age: any adult could come, and the record names no guardian.

    Nobody decides otherwise, as nobody lets such a patient book: whom to ask is no matter of judgement.
    """
    if age is None or age >= ADULT_YEARS or guardian_name:
        return None
    sentence = _(
        "Below %(years)s years a parent or guardian signs, and none is named yet. Write the name and a phone number or "
        "an e-mail address with the patient's details first, then sign here."
    )
    title = _("The guardian is not known.")
    return Refusal("consent.no_guardian", title, sentence % {"years": ADULT_YEARS})


def signing_problem(signed: Signed, *, today: date, text_from: date) -> tuple[str, str] | None:
    """Return what is wrong with a signature as (field, sentence), or None.

    today: on the clinic's wall. text_from: since when the words stand.
    """
    for field, is_wrong, sentence in (
        ("name", not signed.name, _("Write the name of who signs.")),
        ("name", not is_one_line(signed.name), _("Write the name in one line.")),
        ("name", len(signed.name) > NAME_AT_MOST, _("Write the name with fewer letters.")),
        ("relation", len(signed.relation) > RELATION_AT_MOST, _("Say it in fewer letters.")),
        ("signer", signed.signer not in Consent.Signer.values, _("Say who signs.")),
    ):
        if is_wrong:
            return field, sentence
    who = _guardian_problem(signed) if signed.is_guardian else _patient_problem(signed)
    return who or _paper_problem(signed, today=today, text_from=text_from)


def _patient_problem(signed: Signed) -> tuple[str, str] | None:
    if signed.is_minor:
        return "signer", _("Below %(years)s years a parent or guardian signs.") % {"years": ADULT_YEARS}
    if not signed.is_named(signed.patient_names):
        return "name", _("Write the name as the record has it: %(name)s.") % {"name": signed.patient_names[0]}
    return None


def _guardian_problem(signed: Signed) -> tuple[str, str] | None:
    """Return what keeps a guardian from signing. Whom the record names is not said: a stranger may be asking."""
    if refusal := guardian_refusal(age=signed.age, guardian_name=signed.guardian_name):
        return "signer", str(refusal.sentence)
    if not signed.guardian_name:
        return "signer", _("The record names no guardian, so the patient signs.")
    if signed.is_named(signed.patient_names):
        return "name", _("Write the name of the parent or guardian, not the patient's.")
    if not signed.is_named([signed.guardian_name]):
        return "name", _("The record names another guardian. Write that name, or have the record put right first.")
    if not signed.relation:
        return "relation", _("Say how the parent or guardian is related to the patient.")
    return None


def _paper_problem(signed: Signed, *, today: date, text_from: date) -> tuple[str, str] | None:
    if signed.how != Consent.How.PAPER:
        return None
    if signed.signed_on is None:
        return "signed_on", _("Write the day that stands on the paper.")
    if signed.signed_on > today:
        return "signed_on", _("The day on the paper has not come yet.")
    if signed.signed_on < text_from:
        return "signed_on", _("These words did not stand yet on that day. Let the patient read today's.")
    return None


def counts_from(given_on: date, *, cooling_days: int) -> date:
    """Return the first day on which a treatment may follow a consent: its own, or when the time to think is over."""
    return given_on + timedelta(days=cooling_days)


def cooling_refusal(given_on: date | None, *, on: date, today: date, cooling_days: int) -> Refusal | None:
    """Return why a treatment on that day would leave too little time to think, or None.

    given_on: when the consent was signed; None: not yet, so today at the earliest.
    """
    first = counts_from(given_on or today, cooling_days=cooling_days)
    if cooling_days == 0 or on >= first:
        return None
    if given_on is None:
        sentence = _("This clinic leaves %(days)s days between the signature and the treatment; it is not signed yet.")
    else:
        sentence = _("This clinic leaves %(days)s days between the signature and the treatment.")
    named = {"days": cooling_days}
    return Refusal("consent.cooling", _("There must be time to think."), sentence % named, earliest=first)
