"""A rule passed for one visit by a named person, with the reason kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from booking.models import Appointment, Override
from clinic import audit
from clinic.actors import Actor
from clinic.models import User
from clinic.refusals import Refusal, Refused


class ReasonMissing(Refused):
    """Raised when a rule is to be passed without saying why."""


@transaction.atomic
def record(
    appointment: Appointment,
    *,
    rule: str,
    reason: str,
    agreed_by: User,
    by: Actor,
    at: datetime,
    code: str = "",
    answer: dict[str, Any] | None = None,
    letter: UUID | None = None,
) -> Override:
    """Keep who agreed that this visit passes a rule, and why. Raises ReasonMissing.

    agreed_by: the person who answers for it. by: who wrote it down, a person too. code, answer: the question whose
    answer is passed, and a copy of it. letter: the id of what stands behind it in the place of a prescriber. Whether
    the rule may be passed, and by whom, was judged before.
    """
    if not reason.strip():
        raise ReasonMissing(
            Refusal(
                rule="override.reason",
                title=_("The reason is missing"),
                sentence=_("Write in a few words why this visit is possible all the same."),
            )
        )
    if by.user is None:
        raise ValueError("only a person passes a rule")
    override = Override.objects.create(
        appointment=appointment,
        rule=rule,
        reason=reason.strip(),
        agreed_by=agreed_by,
        recorded_by=by.user,
        roles=" ".join(sorted(agreed_by.roles)),
        code=code,
        answer=answer,
        letter=letter,
        at=at,
    )
    audit.record(
        "override",
        appointment,
        by=by,
        at=at,
        patient=appointment.patient,
        reason=reason.strip(),
        fields={"rule": rule, "agreed_by": agreed_by.pk}
        | ({"code": code} if code else {})
        | ({"letter": letter} if letter else {}),
    )
    return override
