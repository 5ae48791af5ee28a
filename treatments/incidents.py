"""Incidents: what was done without what should have come first is recorded as it was, with a reason, for the lead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.capabilities import capabilities_of
from clinic.models import User
from clinic.refusals import Refusal, Refused
from treatments.models import Incident, IncidentReview, Session

LONGEST = 4000  # letters
CAPABILITY = "review_incidents"


class ReasonMissing(Refused):
    """Raised for an incident without a reason, and for a review that says nothing."""


class ReviewedBefore(Refused):
    """Raised when another lead looked at the incident a moment ago."""


@transaction.atomic
def record(session: Session, *, stopped_by: Iterable[Refusal], reason: str, by: Actor, at: datetime) -> Incident:
    """Keep that a session was held although these rules say no. Raises ReasonMissing."""
    incident = Incident.objects.create(
        session=session,
        stopped_by=[{"rule": one.rule, "title": str(one.title), "sentence": str(one.sentence)} for one in stopped_by],
        reason=_said(reason, _("Say what happened, and why it was not stopped.")),
        recorded_by=by.user,
        recorded_at=at,
    )
    rules = " ".join(one["rule"] for one in incident.stopped_by)
    audit.record("incident.recorded", incident, by=by, at=at, patient=session.patient, fields={"rules": rules})
    return incident


@transaction.atomic
def review(incident: Incident, *, words: str, by: Actor, at: datetime) -> IncidentReview:
    """Keep that a lead looked at it and what follows. Raises ReasonMissing and ReviewedBefore."""
    words = _said(words, _("Say what follows from it, if only that nothing does."))
    try:
        with transaction.atomic():
            found = IncidentReview.objects.create(incident=incident, words=words, reviewed_by=by.user, reviewed_at=at)
    except IntegrityError as error:
        sentence = _("Somebody looked at this a moment ago. Read what they wrote.")
        raise ReviewedBefore(Refusal("incident.reviewed", _("Nothing was changed"), sentence)) from error
    audit.record("incident.reviewed", incident, by=by, at=at, patient=incident.session.patient)
    return found


def leads() -> list[User]:
    """Return who hears of an incident: everybody here who may look at it."""
    here = User.objects.filter(is_active=True).prefetch_related("grants")
    return [user for user in here if CAPABILITY in capabilities_of(user.roles)]


def _said(words: str, sentence: str) -> str:
    words = words.strip()
    if not words or len(words) > LONGEST:
        if words:
            sentence = _("Say it in at most %(longest)s letters.") % {"longest": LONGEST}
        raise ReasonMissing(Refusal("incident.reason", _("A reason is missing"), sentence))
    return words
