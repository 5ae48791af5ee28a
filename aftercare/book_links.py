"""The address of the page on which a patient chooses the next visit of a course: one and the same for a course."""

from __future__ import annotations

from datetime import datetime, timedelta

from patients import links
from patients.models import Link
from treatments.models import Course, Session

PURPOSE = "book"
SUBJECT = "course:"
OPEN_FOR = timedelta(days=200)  # from the last session on: until the last word about maintenance (C-72)


def give(session: Session, *, at: datetime) -> Link:
    """Return the link to the page of the session's course, open for so long after this session at least.

    session: one that has ended, of a course.
    """
    given = {"subject": subject(session.course), "expires_at": session.ended_at + OPEN_FOR, "at": at}
    return links.standing(patient=session.patient, purpose=PURPOSE, **given)


def placeholder(session: Session, *, at: datetime) -> str:
    """Return what stands in a message for the address of the page; "" where a session is of no course."""
    return links.placeholder(give(session, at=at)) if session.course else ""


def subject(course: Course) -> str:
    return f"{SUBJECT}{course.pk}"
