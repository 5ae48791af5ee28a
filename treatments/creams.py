"""Numbing creams under the answers and allergies of a patient: what these keep away, and who passed it for one visit.

A decision belongs to one cream and to one answer or allergy as they were then; it never serves another visit (C-56).
It lets a cream go on and nothing else: that the session goes on at all is decided by itself (treatments/decisions.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from booking import overrides
from booking.models import Override
from clinic import wall_time
from clinic.actors import Actor
from clinic.refusals import Refusal
from intake import answers, letters, rules
from intake.models import Answer, Letter, Question
from intake.models.question import UNSURE
from patients.models import Allergy, Patient
from stock.models import Product
from treatments import cream_rules, decisions
from treatments.cream_rules import Bar
from treatments.models import Session

PREFIX = "cream."
Wanted = Sequence[tuple[Product, str]]  # the cream of each row, and the reason beside it


@dataclass(frozen=True)
class Ground:
    """An answer that was given or an allergy on the record, and what it keeps away."""

    said: Answer | Allergy
    bar: Bar

    def copy(self) -> dict[str, Any]:
        """Return what was said, to be kept beside what was decided about it."""
        if isinstance(self.said, Answer):
            return answers.snapshot(self.said)
        return {"allergy": str(self.said.uuid), "note": self.said.substance, "reaction": self.said.reaction}

    def is_as_decided(self, told: Mapping[str, Any]) -> bool:
        """Return whether it still says what was decided about."""
        if isinstance(self.said, Answer):
            return told.get("note") == self.said.note and answers.is_as_decided(self.said, told)
        return all(told.get(name) == value for name, value in self.copy().items())


@dataclass(frozen=True)
class Objection:
    """What keeps one cream away, and why. passed: what was decided about it for this visit, if it holds."""

    ground: Ground
    refusal: Refusal
    passed: Override | None = None


def grounds(patient: Patient) -> list[Ground]:
    """Return the standing answers and allergies of a patient that keep creams away."""
    found = []
    for code, answer in answers.standing(patient).items():
        if answer.is_yes:
            is_sure = answer.option != UNSURE
            one = cream_rules.bar(code, action=answer.action, note=answer.note, is_sure=is_sure)
            found += [Ground(answer, one)] if one else []
    return [*found, *_on_record(patient)]


def _on_record(patient: Patient) -> Iterator[Ground]:
    """Yield the allergies that keep creams away; who may pass them is what the question of today says of a yes."""
    allergies = list(patient.allergies.standing())
    if not allergies:
        return
    asked = Question.objects.filter(code=cream_rules.ALLERGY).order_by("-question_set__version").first()
    action = asked.ways[-1]["action"] if asked else Question.Action.OVERRIDE_DOCTOR
    for allergy in allergies:
        one = cream_rules.bar_on_record(allergy.substance, action=action)
        if one:
            yield Ground(allergy, one)


def refusals(standing: Sequence[Ground], product: Product) -> Iterator[tuple[Ground, Refusal]]:
    """Yield what keeps one cream away."""
    for ground in standing:
        refusal = cream_rules.refusal(ground.bar, product=product.name, agents=product.agents)
        if refusal:
            yield ground, refusal


def objections(session: Session, products: Collection[Product]) -> dict[int, list[Objection]]:
    """Return what keeps each of these creams (by id) away from this patient.

    Nothing does where all was done already, and what was signed is not judged again by what was answered later.
    """
    is_open = not session.is_afterwards and not session.is_signed
    standing = grounds(session.patient) if products and is_open else []
    if not standing:
        return {one.pk: [] for one in products}
    made = _made(session)
    return {
        product.pk: [
            Objection(ground, refusal, next((one for one in made if _holds(one, ground, refusal, product)), None))
            for ground, refusal in refusals(standing, product)
        ]
        for product in products
    }


def reasons(session: Session, products: Collection[Product]) -> dict[int, str]:
    """Return why each of these creams (by id) may go on all the same, where all that kept it away was passed."""
    if session.is_signed and products:
        made = _made(session)
        passed = {pk: [one for one in made if (one.answer or {}).get("product") == pk] for pk in _ids(products)}
    else:
        passed = {
            pk: [one.passed for one in found]
            for pk, found in objections(session, products).items()
            if all(one.passed for one in found)
        }
    return {pk: "; ".join(dict.fromkeys(one.reason for one in rows)) for pk, rows in passed.items() if rows}


def _ids(products: Collection[Product]) -> set[int]:
    return {one.pk for one in products}


def _made(session: Session) -> list[Override]:
    """Return what was passed about creams for this visit, the newest first."""
    rows = session.appointment.overrides.filter(rule__startswith=PREFIX).select_related("agreed_by")
    return sorted(letters.marked(rows), key=lambda one: (one.at, one.pk), reverse=True)


def refused(session: Session, wanted: Wanted, *, kept: Collection[int], decides: bool, by: Actor) -> dict[int, Refusal]:
    """Return why creams cannot go on the chart, by the number of the row.

    kept: the ids of what is on the chart already; that stays, and its reason is asked for before the end. decides:
    whether the reason beside a row passes what keeps its cream away, where this person may.
    """
    against = objections(session, [product for product, _why in wanted])
    letter = _letter(session) if any(against.values()) else None
    found: dict[int, Refusal] = {}
    for number, (product, reason) in enumerate(wanted):
        for one in against[product.pk]:
            is_said = bool(reason.strip())
            is_theirs = is_said and _may(by, one.refusal, letter)
            is_passed = one.passed or (is_theirs and decides)
            if not is_passed and (is_said or product.pk not in kept):
                found.setdefault(number, _waiting(one.refusal) if is_theirs else one.refusal)
    return found


def _waiting(refusal: Refusal) -> Refusal:
    """Return a refusal that a reason is being written against."""
    return replace(refusal, sentence=f"{refusal.sentence} {_('The reason counts once you press Save.')}")


def keep(session: Session, wanted: Wanted, *, by: Actor, at: datetime) -> None:
    """Keep who let these creams go on for this visit and why, with copies of cream and ground; what stands, stands."""
    against = objections(session, [product for product, _why in wanted])
    letter = _letter(session) if any(against.values()) else None
    for product, reason in wanted:
        said = reason.strip()
        for one in against[product.pk]:
            is_news = said and (one.passed is None or one.passed.reason != said)
            if not is_news or not _may(by, one.refusal, letter):
                continue
            by_letter = one.refusal.overridable_by == rules.PRESCRIBER and not by.may(rules.PRESCRIBER)
            overrides.record(
                session.appointment,
                rule=one.refusal.rule,
                reason=said,
                agreed_by=by.user,
                by=by,
                at=at,
                answer=_copy(one.ground, product),
                letter=letter.uuid if letter and by_letter else None,
            )


def _letter(session: Session) -> Letter | None:
    on = wall_time.local(session.started_at, session.appointment.site.zone).date()
    return letters.standing_in(session.patient, on=on)


def _may(by: Actor, refusal: Refusal, letter: Letter | None) -> bool:
    return by.user is not None and rules.may_pass(refusal.overridable_by, by.may, has_letter=letter is not None)


def _copy(ground: Ground, product: Product) -> dict[str, Any]:
    named = {"product": product.pk, "product_name": product.name, "agents": sorted(product.agents)}
    return ground.copy() | named


def _holds(one: Override, ground: Ground, refusal: Refusal, product: Product) -> bool:
    """Return whether a decision still is about this cream and what was said, made by somebody who still may."""
    told = one.answer or {}
    is_of_it = (one.rule, told.get("product"), told.get("agents")) == (
        refusal.rule,
        product.pk,
        sorted(product.agents),
    )
    return is_of_it and ground.is_as_decided(told) and decisions.may_still(one, refusal.overridable_by)
