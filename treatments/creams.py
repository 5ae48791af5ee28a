"""Numbing creams under the health answers of a patient: what these keep away, and who passed that for one visit.

A decision belongs to one cream as it was then and to one answer as it was then; it never serves another visit (C-56).
It lets a cream go on and nothing else: that the session goes on at all is decided by itself (treatments/decisions.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
from intake.models import Answer, Letter
from intake.models.question import UNSURE
from patients.models import Patient
from stock.models import Product
from treatments import cream_rules, decisions
from treatments.cream_rules import Bar
from treatments.models import Session

PREFIX = "cream."
Wanted = Sequence[tuple[Product, str]]  # the cream of each row, and the reason beside it


@dataclass(frozen=True)
class Objection:
    """One answer that keeps one cream away. passed: what was decided about it for this visit, if it holds."""

    answer: Answer
    refusal: Refusal
    passed: Override | None = None


def bars(patient: Patient) -> list[tuple[Answer, Bar]]:
    """Return the standing answers of a patient that keep creams away, each with what it keeps away."""
    found = []
    for code, answer in answers.standing(patient).items():
        if answer.is_yes:
            is_sure = answer.option != UNSURE
            one = cream_rules.bar(code, action=answer.action, note=answer.note, is_sure=is_sure)
            found += [(answer, one)] if one else []
    return found


def refusals(standing: Sequence[tuple[Answer, Bar]], product: Product) -> Iterator[tuple[Answer, Refusal]]:
    """Yield what keeps one cream away."""
    for answer, one in standing:
        refusal = cream_rules.refusal(one, product=product.name, agents=product.agents)
        if refusal:
            yield answer, refusal


def objections(session: Session, products: Collection[Product]) -> dict[int, list[Objection]]:
    """Return what keeps each of these creams (by id) away from this patient.

    Nothing does where all was done already, and what was signed is not judged again by what was answered later.
    """
    is_open = not session.is_afterwards and not session.is_signed
    standing = bars(session.patient) if products and is_open else []
    if not standing:
        return {one.pk: [] for one in products}
    made = _made(session)
    return {
        product.pk: [
            Objection(answer, refusal, next((one for one in made if _holds(one, answer, refusal, product)), None))
            for answer, refusal in refusals(standing, product)
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
    """Keep who let these creams go on for this visit and why, with copies of cream and answer; what stands, stands."""
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
                answer=_copy(one.answer, product),
                letter=letter.uuid if letter and by_letter else None,
            )


def _letter(session: Session) -> Letter | None:
    on = wall_time.local(session.started_at, session.appointment.site.zone).date()
    return letters.standing_in(session.patient, on=on)


def _may(by: Actor, refusal: Refusal, letter: Letter | None) -> bool:
    return by.user is not None and rules.may_pass(refusal.overridable_by, by.may, has_letter=letter is not None)


def _copy(answer: Answer, product: Product) -> dict[str, Any]:
    named = {"product": product.pk, "product_name": product.name, "agents": sorted(product.agents)}
    return answers.snapshot(answer) | named


def _holds(one: Override, answer: Answer, refusal: Refusal, product: Product) -> bool:
    """Return whether a decision still is about this cream and this answer, made by somebody who still may."""
    told = one.answer or {}
    is_of_it = (one.rule, told.get("product"), told.get("agents"), told.get("note")) == (
        refusal.rule,
        product.pk,
        sorted(product.agents),
        answer.note,
    )
    return is_of_it and answers.is_as_decided(answer, told) and decisions.may_still(one, refusal.overridable_by)
