"""The address of a patient's recovery page: one for each session, from the end of the treatment on for sixty days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from clinic.often import often
from patients import links
from patients.models import Link
from treatments.models import Session

PURPOSE = "recovery"
OPEN_FOR = timedelta(days=60)
SUBJECT = "session:"


def give(session: Session, *, at: datetime) -> Link:
    """Return the link to the recovery page of a session that has ended, made where there is none that stands."""
    given = {"subject": subject(session.pk), "expires_at": session.ended_at + OPEN_FOR, "at": at}
    return links.standing(patient=session.patient, purpose=PURPOSE, **given)


def give_missing(session_ids: Iterable[int], *, at: datetime) -> None:
    """Give those of these sessions a link that never had one. One that was revoked stays so."""
    known = set(Link.objects.filter(purpose=PURPOSE, expires_at__gt=at).values_list("subject", flat=True))
    missing = [pk for pk in session_ids if subject(pk) not in known]
    if not missing:
        return
    for session in Session.objects.filter(pk__in=missing, ended_at__gt=at - OPEN_FOR).select_related("patient"):
        give(session, at=at)


def placeholder(session: Session) -> str:
    """Return what stands in a message for the address of the page; "" where there is none."""
    found = _standing.first(subject(session.pk))
    return links.placeholder(Link(uuid=found[0])) if found else ""


def address(session: Session, *, at: datetime) -> str:
    """Return the whole address of the page, for the patient's own eyes; "" where none is open."""
    named = Link.objects.filter(
        purpose=PURPOSE, subject=subject(session.pk), revoked_at=None, expires_at__gt=at
    ).first()
    return links.url(named) if named else ""


def subject(session_id: int) -> str:
    return f"{SUBJECT}{session_id}"


@often
def _standing(subject: str) -> QuerySet[Link]:
    named = Link.objects.filter(purpose=PURPOSE, subject=subject, revoked_at=None)
    return named.order_by().values_list("uuid")[:1]
