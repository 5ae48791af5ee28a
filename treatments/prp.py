"""Platelet-rich plasma: drawn from one patient, given to nobody else (C-620, after the look-back of C-531).

The chart asks it where a kit is among the serums; the treatment does not end before both checks are done, and a label
that names somebody else stops everything: no reason passes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from clinic.models import User
from treatments.models import PrpUse, Session

Said = tuple[str, str, str]
MOMENTS = ("draw", "application")


@dataclass(frozen=True)
class Check:
    """Who somebody is, asked at one moment: two identifiers, and what the label of the tube names."""

    has_name: bool = False
    has_born: bool = False
    label: str = ""
    by: User | None = None
    at: datetime | None = None

    @property
    def is_done(self) -> bool:
        return self.has_name and self.has_born and self.label == PrpUse.Label.MATCHES and bool(self.by and self.at)


@dataclass(frozen=True)
class Prp:
    """What was drawn, when, how it was spun, and both checks."""

    draw_ml: Decimal | None = None
    drawn_at: datetime | None = None
    programme: str = ""
    draw: Check = field(default_factory=Check)
    application: Check = field(default_factory=Check)

    def checks(self) -> tuple[tuple[str, Check], ...]:
        return ("draw", self.draw), ("application", self.application)


NOTHING = Prp()


def of(session: Session) -> Prp | None:
    """Return what a session has kept of it, None for one without."""
    kept = PrpUse.objects.filter(session=session).select_related("draw_by", "application_by").first()
    if kept is None:
        return None
    checks = {
        moment: Check(*(getattr(kept, f"{moment}_{name}") for name in ("name", "born", "label", "by", "at")))
        for moment in MOMENTS
    }
    return Prp(kept.draw_ml, kept.drawn_at, kept.programme, **checks)


def keep(session: Session, prp: Prp | None) -> None:
    """Keep what the chart says of it; nothing where no kit was used."""
    if prp is None:
        PrpUse.objects.filter(session=session).delete()
        return
    told: dict[str, Any] = {"draw_ml": prp.draw_ml, "drawn_at": prp.drawn_at, "programme": prp.programme}
    for moment, check in prp.checks():
        names = {"has_name": "name", "has_born": "born"}
        told |= {f"{moment}_{names.get(one.name, one.name)}": getattr(check, one.name) for one in fields(Check)}
    PrpUse.objects.update_or_create(session=session, defaults=told)


def problems(prp: Prp | None, *, at: datetime) -> Iterator[Said]:
    """Yield what no reason can pass, as (place on the chart, code, sentence)."""
    if prp is None:
        return
    for moment, check in prp.checks():
        if check.label == PrpUse.Label.DIFFERS:
            sentence = _(
                "Stop: the tube is not this patient's. Nothing of it goes on this skin. Discard it, take the kit off "
                "the chart and write down what happened."
            )
            yield f"prp_{moment}_label", "prp.mismatch", sentence
        if check.at and check.at > at:
            yield f"prp_{moment}_at", "prp.future", _("This time has not come yet.")
    if prp.drawn_at and prp.drawn_at > at:
        yield "prp_drawn_at", "prp.future", _("This time has not come yet.")
    if prp.draw_ml is not None and prp.draw_ml <= 0:
        yield "prp_draw_ml", "prp.amount", _("Write millilitres above 0.")
    applied = prp.application.at
    if applied and prp.drawn_at and applied < prp.drawn_at:
        yield "prp_application_at", "prp.order", _("It was put on after it was drawn; check both times.")


def lacking(prp: Prp | None) -> Iterator[tuple[str, str]]:
    """Yield what is open before a treatment with a kit can end, as (place on the chart, words)."""
    prp = prp or NOTHING
    if prp.draw_ml is None:
        yield "prp_draw_ml", _("how much blood was drawn")
    if prp.drawn_at is None:
        yield "prp_drawn_at", _("when the blood was drawn")
    if not prp.draw.is_done:
        yield "prp_draw_label", _("name, date of birth and label at the draw, by whom and when")
    if not prp.application.is_done:
        yield "prp_application_label", _("name, date of birth and label before the application, by whom and when")


def sealed(prp: Prp) -> dict[str, Any]:
    """Return it as the seal covers it, times and amounts as they are."""
    told: dict[str, Any] = {"draw_ml": prp.draw_ml, "drawn_at": prp.drawn_at, "programme": prp.programme}
    for moment, check in prp.checks():
        told[moment] = [check.has_name, check.has_born, check.label, check.by and check.by.pk, check.at]
    return told
