"""Addenda: what is said of a sealed record afterwards, with its own date; never altered."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from treatments.models import Addendum, Session


class NotSigned(Refused):
    """Raised for a draft: what is wrong there is corrected on the chart itself."""


class NothingSaid(Refused):
    """Raised when the reason or the words are empty."""


@transaction.atomic
def add(session: Session, *, reason: str, words: str, by: Actor, at: datetime) -> Addendum:
    """Write an addendum to a signed record and return it. Raises NotSigned or NothingSaid.

    The same words under the same reason by the same person are written once: a double press stays one, for nothing
    here is ever taken away.
    """
    session = Session.objects.select_for_update(of=("self",)).select_related("patient").get(pk=session.pk)
    if not session.is_signed:
        sentence = _("This record is not signed yet. Correct it on the chart.")
        raise NotSigned(Refusal("addendum.not_signed", _("An addendum follows a signature."), sentence))
    if not reason.strip() or not words.strip():
        sentence = _("An addendum says why it is written and what it corrects.")
        raise NothingSaid(Refusal("addendum.empty", _("Something is missing."), sentence))
    said = {"session": session, "reason": reason.strip(), "words": words.strip(), "written_by": by.user}
    addendum, is_new = Addendum.objects.get_or_create(**said, defaults={"written_at": at})
    if not is_new:
        return addendum
    audit.record("addendum.written", addendum, by=by, at=at, patient=session.patient, reason=addendum.reason)
    return addendum
