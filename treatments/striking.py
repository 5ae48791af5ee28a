"""Entered in error: a session that is struck is kept, says why, and counts for nothing; what was written into the wrong
record is written anew into the right one, and both point to each other.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from treatments import drafts, sessions
from treatments.incidents import LONGEST
from treatments.models import Session, Strike


class StruckBefore(Refused):
    """Raised when a session is struck already."""

    def __init__(self) -> None:
        sentence = _("This session was struck before; read why beside it.")
        super().__init__(Refusal("session.struck", _("Struck already."), sentence))


class ReasonMissing(Refused):
    """Raised when nobody says what was wrong."""


@transaction.atomic
def strike(session: Session, *, reason: str, by: Actor, at: datetime, moved_to: Session | None = None) -> Strike:
    """Strike a session, draft or signed; nothing of it is altered. Raises StruckBefore and ReasonMissing.

    The seal of a signed one still holds, for what was signed stays; its visit and its cartridge may have another.
    """
    reason = _said(reason)
    now = Session.objects.select_for_update().get(pk=session.pk)
    if now.struck_at is not None:
        raise StruckBefore
    kept = Strike.objects.create(session=now, moved_to=moved_to, reason=reason, struck_by=by.user, struck_at=at)
    Session.objects.filter(pk=now.pk).update(struck_at=at)
    audit.record("session.struck", session, by=by, at=at, patient=session.patient, reason=reason)
    return kept


def may_move(session: Session, *, by: Actor) -> None:
    """Raise Refused unless this person may write it into another record: only who did it knows what was done."""
    if session.struck_at is not None:
        raise StruckBefore
    if by.user is None or by.user.pk != session.practitioner_id:
        sentence = _("%(name)s did this session and moves it.") % {"name": session.practitioner.name}
        raise Refused(Refusal("session.not_yours", _("Somebody else moves this."), sentence))


@transaction.atomic
def copy_chart(of: Session, onto: Session, *, reason: str, by: Actor, at: datetime) -> Session:
    """Write the chart of a struck session into the draft of the right one, unit and device included; return the draft.

    It was done, so a cream that an answer would keep away goes along with the reason of the move. Raises
    sessions.DraftRefused for what may never be recorded, of whomever.
    """
    Session.objects.filter(pk=onto.pk).update(device=of.device, cartridge=of.cartridge)
    draft = drafts.of(of)
    creams = tuple(replace(row, reason=row.reason or reason) for row in draft.creams)
    return sessions.save(
        Session.objects.get(pk=onto.pk), replace(draft, creams=creams), version=onto.version, by=by, at=at
    )


def _said(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        sentence = _("Say what was wrong with this record.")
    elif len(reason) > LONGEST:
        sentence = _("Say it in at most %(longest)s letters.") % {"longest": LONGEST}
    else:
        return reason
    raise ReasonMissing(
        Refusal("session.strike_reason", _("A reason is missing"), sentence, values={"field": "reason"})
    )
