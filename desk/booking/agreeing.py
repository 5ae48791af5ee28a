"""Booking all the same: whether the person at the screen may pass what stands in the way, or who else may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.actors import Actor
from clinic.capabilities import roles_with
from clinic.models import Role, User
from clinic.refusals import Refusal
from visits.judging import NAMED


@dataclass(frozen=True)
class AllTheSame:
    """What the page offers beside refusals that somebody may pass.

    may: this person can, in their own name or by naming who agreed. names: the practitioner who agreed is named here.
    who_may: the sentence that says whose decision it is.
    """

    may: bool
    names: bool = False
    who_may: str = ""


def judge(refusals: Sequence[Refusal], *, by: Actor) -> AllTheSame | None:
    """Return what can be done about refusals; None when there are none, or when nobody may pass one of them."""
    if not refusals or any(one.is_hard for one in refusals):
        return None
    needed = [one.overridable_by for one in refusals]
    missing = [capability for capability in needed if capability not in NAMED and not by.may(capability)]
    if missing:
        return AllTheSame(may=False, who_may=_who_may(missing[0]))
    if any(capability in NAMED for capability in needed):
        words = _("A practitioner may agree to it: name them and say why below.")
        return AllTheSame(may=True, names=True, who_may=words)
    return AllTheSame(may=True, who_may=_("You may decide it all the same: say why below."))


def who_agree() -> QuerySet[User]:
    """Return everybody whom the desk may name: they may agree to whatever can be agreed to for somebody else."""
    roles = set.intersection(*(set(roles_with(capability)) for capability in NAMED))
    return User.objects.filter(is_active=True, grants__role__in=roles).distinct().order_by("name")


def said(given: dict[str, Any]) -> dict[str, Any]:
    """Return what a form says about who agreed and why, as the steps of a visit take it."""
    return {"agreed_by": given.get("agreed_by"), "agreed_reason": given.get("agreed_reason", "")}


def _who_may(capability: str) -> str:
    roles = ", ".join(str(Role(role).label) for role in roles_with(capability))
    return _("Only these roles may book it all the same, with a reason: %(roles)s.") % {"roles": roles}
