"""What a patient is to be told about visits and offered times: derived from the record whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Prefetch
from django.utils import formats, translation
from django.utils.translation import gettext as _

from booking import history, offer_notices, telling
from booking.models import Appointment, Change, Offer
from booking.telling import Announcement, Hours
from clinic import wall_time, words
from clinic.models import Phase, Service
from outbox import notices
from outbox.models import Notice
from outbox.notices import Desired, Tally
from patients.models import Patient

State = Appointment.State

OWNER = "booking"
TO_COME = (State.BOOKED, State.CONFIRMED)
SPOKEN_OF = (*TO_COME, State.CANCELLED)
REMINDERS = ("PRE_7D", "PRE_24H")


def desired(patient: Patient, *, at: datetime) -> list[Desired]:
    """Return every message that visits to come and open offers want said, whether it has left already or not."""
    visits = _with_all().filter(patient=patient, starts_at__gt=at, state__in=SPOKEN_OF)
    about_visits = [message for visit in visits for message in _messages(visit)]
    return [*about_visits, *offer_notices.desired(patient, owner=OWNER, at=at)]


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why this message should not leave, judged from what it is about as it stands now; "" when it should."""
    if notice.kind == offer_notices.KIND:
        return offer_notices.still_wanted(notice, at=at)
    visit = _with_all().filter(pk=notice.subject.removeprefix("appointment:")).first()
    if visit is None:
        return _("There is no such visit.")
    if visit.starts_at <= at:
        return _("The visit has begun.")
    if visit.state == State.CANCELLED and notice.kind != "CANCELLATION":
        return _("The visit was cancelled.")
    if visit.state not in SPOKEN_OF:
        return _("The visit has moved on.")
    if (notice.kind, notice.occasion) not in {(kind, occasion) for kind, occasion, _hours in _plan(visit)}:
        return _("The visit was changed since.")
    return ""


def heal(*, at: datetime) -> Tally:
    """Bring the notices of all with a visit to come or an open offer in line with the record; return what it took."""
    to_come = Appointment.objects.filter(starts_at__gt=at, state__in=SPOKEN_OF).order_by().values_list("patient")
    offered = Offer.objects.filter(expires_at__gt=at, state=Offer.State.OPEN).order_by().values_list("entry__patient")
    patient_ids = [pk for (pk,) in to_come.union(offered)]
    return notices.heal(owner=OWNER, patient_ids=patient_ids, desired=desired, at=at)


def _with_all():
    """Return visits with everything that their messages are made of."""
    return Appointment.objects.select_related("patient", "practitioner", "site", "service").prefetch_related(
        Prefetch("changes", Change.objects.order_by("id")), "service__phases"
    )


def _plan(visit: Appointment) -> Iterator[tuple[str, str, Hours]]:
    """Yield kind, occasion and hours of each message; the occasion is the announcement's number.

    The calendar's sequence rises with the same steps, so the two agree.
    """
    current, before = telling.standing(history.announcements(visit.changes.all()))
    occasion, zone = str(current.number), visit.site.zone
    kind = telling.kind_of(current, before)
    hours = telling.news_hours(current.at, visit.starts_at)
    if kind and hours and (visit.tell_patient or kind == "CANCELLATION"):
        yield kind, occasion, hours
    if current.news is None:
        return
    prepare = telling.preparation_hours(current.at, visit.starts_at, zone)
    if prepare and visit.service.kind == Service.Kind.NEEDLING:
        yield "PRE_7D", occasion, prepare
    if remind := telling.reminder_hours(current.at, visit.starts_at, zone):
        yield "PRE_24H", occasion, remind


def _messages(visit: Appointment) -> Iterator[Desired]:
    _current, before = telling.standing(history.announcements(visit.changes.all()))
    for kind, occasion, hours in _plan(visit):
        letter = words.load(OWNER, visit.patient.language, kind)
        with translation.override(letter.language):
            values = words.late() | _values(visit, before, hours)
        yield Desired(
            kind=kind,
            subject=f"appointment:{visit.pk}",
            occasion=occasion,
            purpose=Notice.Purpose.APPOINTMENT,
            site=visit.site,
            due_at=hours.due_at,
            not_after=hours.not_after,
            words=words.render(letter, values, _conditions(visit)),
            language=letter.language,
        )


def _values(visit: Appointment, before: Announcement | None, hours: Hours) -> dict[str, str]:
    zone = visit.site.zone
    was = before.news.starts_at if before and before.news else visit.starts_at
    by = telling.tell_us_by(visit.starts_at, read_at=hours.due_at, zone=zone)
    return {
        "first_name": visit.patient.first_name,
        "practitioner_name": visit.practitioner.short_name or visit.practitioner.name,
        "appointment_when": _when(wall_time.local(visit.starts_at, zone)),
        "appointment_until": formats.date_format(wall_time.local(visit.ends_at, zone), "H:i"),
        "appointment_where": "{clinic_address}",
        "appointment_was": _when(wall_time.local(was, zone)),
        "tell_us_by": _when(wall_time.local(by, zone)),
        "link": "",
    }


def _conditions(visit: Appointment) -> frozenset[str]:
    holds = {
        "numbing": any(phase.kind == Phase.Kind.NUMBING for phase in visit.service.phases.all()),
        "by_clinic": visit.cancelled_by == Appointment.CalledOffBy.CLINIC,
    }
    return frozenset(name for name, is_so in holds.items() if is_so)


def _when(wall: datetime) -> str:
    return formats.date_format(wall, "D j F, H:i")
