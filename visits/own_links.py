"""A link of a patient that ran out, sent once more to the address on record: to whoever asks for it on its page.

What it led to decides what is sent: a visit that is over leads to the next one, or to the recovery after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from aftercare import book_links, recovery_links
from booking import visit_links
from booking.models import Appointment
from clinic import words
from clinic.models import Site
from outbox import notices as outbox
from outbox.models import Notice
from outbox.notices import Desired, Reach
from patients import links
from patients.models import Link, Patient
from treatments import courses
from treatments.course_states import GOING_ON
from treatments.models import Course, Session
from visits.transactions import step

OWNER, KIND, WORDS_OF = "links", "NEW_LINK", "booking"
SUBJECT = "link:"
PURPOSES = (visit_links.PURPOSE, book_links.PURPOSE, recovery_links.PURPOSE)
OPEN_AGAIN_FOR = timedelta(days=14)
IN_VAIN_AFTER = timedelta(days=1)
BOOKED_FOR = (*GOING_ON, Course.State.FINISHED, Course.State.MAINTENANCE)


@dataclass(frozen=True)
class Following:
    """What takes the place of a link that ran out: the same page or the one after it. until: how long it opens."""

    purpose: str
    subject: str
    until: datetime
    site: Site


def following(link: Link, *, at: datetime) -> Following | None:
    """Return what would be sent in the place of a link that ran out; None where nothing is, as to who reads no mail."""
    patient = link.patient
    if patient.closed_at is not None or patient.died_on is not None:
        return None
    if Reach.of(patient).channel(Notice.Purpose.APPOINTMENT) != Notice.Channel.MAIL:
        return None
    lead = {visit_links.PURPOSE: _of_a_visit, book_links.PURPOSE: _of_a_course, recovery_links.PURPOSE: _of_a_session}
    return lead[link.purpose](link, at) if link.purpose in lead else None


def _of_a_visit(link: Link, at: datetime) -> Following | None:
    ahead = Appointment.objects.standing().filter(patient=link.patient, starts_at__gt=at).select_related("site")
    visit = ahead.order_by("starts_at").first()
    if visit is not None:
        until = visit.ends_at + visit_links.AFTER_THE_VISIT
        return Following(visit_links.PURPOSE, visit_links.subject(visit), until, visit.site)
    pk = link.subject.removeprefix(visit_links.SUBJECT)
    session = Session.objects.standing().filter(appointment=pk, patient=link.patient).first()
    return _recovery(session, at)


def _of_a_course(link: Link, at: datetime) -> Following | None:
    known = Course.objects.filter(patient=link.patient, state__in=BOOKED_FOR)
    course = known.filter(pk=link.subject.removeprefix(book_links.SUBJECT)).first()
    last = courses.last_session(course) if course else None
    if last is None:
        return None
    return Following(link.purpose, link.subject, at + OPEN_AGAIN_FOR, last.appointment.site)


def _of_a_session(link: Link, at: datetime) -> Following | None:
    known = Session.objects.standing().filter(patient=link.patient)
    return _recovery(known.filter(pk=link.subject.removeprefix(recovery_links.SUBJECT)).first(), at)


def _recovery(session: Session | None, at: datetime) -> Following | None:
    if session is None or session.ended_at is None:
        return None
    about = recovery_links.subject(session.pk)
    return Following(recovery_links.PURPOSE, about, at + OPEN_AGAIN_FOR, session.appointment.site)


@step
def send_anew(link: Link, *, at: datetime) -> bool:
    """Send what takes the place of a link that ran out; return whether something was sent.

    It is sent once: from then on the old address opens its page again, or the new one is on its way.
    """
    patient = outbox.hold(link.patient)
    current = Link.objects.filter(pk=link.pk, revoked_at=None, expires_at__lte=at).first()
    if current is None:
        return False
    current.patient = patient
    found = following(current, at=at)
    if found is None or _was_sent(current):
        return False
    new = links.standing(patient=patient, purpose=found.purpose, subject=found.subject, expires_at=found.until, at=at)
    outbox.reconcile(owner=OWNER, patient=patient, desired=[_message(current, new, found.site, at=at)], at=at)
    return True


def _was_sent(old: Link) -> bool:
    """Return whether something was sent in the place of this link and its secret, whatever became of it."""
    return Notice.objects.filter(owner=OWNER, subject=_subject(old), occasion=old.nonce).exists()


def _message(old: Link, new: Link, site: Site, *, at: datetime) -> Desired:
    patient: Patient = old.patient
    letter = words.load(WORDS_OF, patient.language, KIND)
    with translation.override(letter.language):
        values = words.late() | {"first_name": patient.first_name, "link": links.placeholder(new)}
    return Desired(
        kind=KIND,
        subject=_subject(old),
        occasion=old.nonce,
        purpose=Notice.Purpose.APPOINTMENT,
        site=site,
        due_at=at,
        not_after=at + IN_VAIN_AFTER,
        words=words.render(letter, values, frozenset({"link"})),
        language=letter.language,
        any_hour=True,  # they sit there and wait for it
    )


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why a link that was asked for need not be sent any more; "" while it should."""
    old = Link.objects.filter(pk=notice.subject.removeprefix(SUBJECT), patient=notice.patient_id).first()
    if old is None or old.revoked_at is not None:
        return _("The link was taken back.")
    return ""


def _subject(link: Link) -> str:
    return f"{SUBJECT}{link.pk}"
