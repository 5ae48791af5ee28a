"""What a patient is to be told about visits and offered times: derived from the record whenever it is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import formats, translation
from django.utils.translation import gettext as _

from booking import form_notices, history, offer_notices, telling, visit_links
from booking.models import Appointment, Change, Offer
from booking.telling import Announcement, Hours, News
from clinic import wall_time, words
from clinic.models import Phase, Service, User
from clinic.often import often
from clinic.words import days
from intake.models import HealthForm
from outbox import notices
from outbox.models import Notice
from outbox.notices import Desired, Tally
from patients import links
from patients.models import Patient

State = Appointment.State

OWNER = "booking"
TO_COME = (State.BOOKED, State.CONFIRMED)
SPOKEN_OF = (*TO_COME, State.CANCELLED)
SUBJECT = visit_links.SUBJECT


def desired(patient: Patient, *, at: datetime) -> list[Desired]:
    """Return every message that visits to come, open offers and an open form want said, whether it has left or not.

    For whoever reads mail each visit that stands has the link to its page from then on.
    """
    visits = _spoken_of(patient.pk, at)
    for visit in visits:
        visit.patient = patient
    told = _told(visits)
    if patient.email and notices.wants_mail(patient, Notice.Purpose.APPOINTMENT):
        visit_links.see_to([one.visit for one in told if one.current.news is not None], at=at)
    said, about_forms = _said(patient, told), list(form_notices.desired(patient, owner=OWNER, at=at))
    next_one = next((one for one in told if one.current.news is not None), None)
    about_visits = [
        message
        for one in told
        for message in _messages(one, said.get(one.subject, ()), asks_for_form=bool(about_forms) and one is next_one)
    ]
    return [*about_visits, *offer_notices.desired(patient, owner=OWNER, at=at), *about_forms]


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why this message should not leave, judged from what it is about as it stands now; "" when it should."""
    if notice.kind == offer_notices.KIND:
        return offer_notices.still_wanted(notice, at=at)
    if notice.kind in form_notices.PURPOSES:
        return form_notices.still_wanted(notice, at=at)
    visit = _visit.first(int(notice.subject.removeprefix(SUBJECT)))
    if visit is None:
        return _("There is no such visit.")
    if visit.starts_at <= at:
        return _("The visit has begun.")
    if visit.state == State.CANCELLED and notice.kind != "CANCELLATION":
        return _("The visit was cancelled.")
    if visit.state not in SPOKEN_OF:
        return _("The visit has moved on.")
    (told,) = _told([visit])
    said = _said(visit.patient, [told]).get(told.subject, ())
    if (notice.kind, notice.occasion) not in {(kind, occasion) for kind, occasion, _hours in _plan(told, said)}:
        return _("The visit was changed since.")
    return ""


def heal(*, at: datetime) -> Tally:
    """Bring the notices of all with a visit to come, an open offer or form in line with the record; return the work."""
    to_come = Appointment.objects.filter(starts_at__gt=at, state__in=SPOKEN_OF).order_by().values_list("patient")
    offered = Offer.objects.filter(expires_at__gt=at, state=Offer.State.OPEN).order_by().values_list("entry__patient")
    asked = HealthForm.objects.open(at).order_by().values_list("patient")
    patient_ids = [pk for (pk,) in to_come.union(offered, asked)]
    return notices.heal(owner=OWNER, patient_ids=patient_ids, desired=desired, at=at)


def _with_all(visits: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """Return visits with everything that their messages are made of, beside the patient."""
    numbing = Phase.objects.filter(service=OuterRef("service"), kind=Phase.Kind.NUMBING)
    whole = visits.select_related("practitioner", "site", "service").order_by("starts_at", "id")
    return whole.annotate(is_numbed=Exists(numbing))


@often
def _spoken_of(patient: int, at: datetime) -> QuerySet[Appointment]:
    visits = Appointment.objects.filter(patient=patient, starts_at__gt=at, state__in=SPOKEN_OF)
    return _with_all(visits).annotate(**visit_links.known())


@often
def _visit(pk: int) -> QuerySet[Appointment]:
    return _with_all(Appointment.objects.select_related("patient").filter(pk=pk))


@often
def _changes(visits: list[int]) -> QuerySet[Change]:
    return Change.objects.filter(appointment__in=visits).order_by("id")


def _told(visits: list[Appointment]) -> list[Told]:
    """Return the visits with their histories."""
    changes: dict[int, list[Change]] = {visit.pk: [] for visit in visits}
    for change in _changes(list(changes)) if changes else ():
        changes[change.appointment_id].append(change)
    return [Told.of(visit, changes[visit.pk]) for visit in visits]


@dataclass(frozen=True)
class Told:
    """A visit, everything that could be heard of it, what of that holds now, and what of it was known before."""

    visit: Appointment
    announcements: list[Announcement]
    current: Announcement
    before: Announcement | None

    @classmethod
    def of(cls, visit: Appointment, changes: list[Change]) -> Told:
        announcements = history.announcements(changes)
        return cls(visit, announcements, *telling.standing(announcements))

    @property
    def subject(self) -> str:
        return f"{SUBJECT}{self.visit.pk}"

    @property
    def known(self) -> News:
        """The time and practitioner that a message names: for one that is called off, those that were known."""
        called_off = self.before.news if self.before else None
        return self.current.news or called_off or News(self.visit.starts_at, self.visit.practitioner_id)


def _said(patient: Patient, told: list[Told]) -> dict[str, list[int]]:
    """Return by subject of which announcements a message has left, been printed or been told on the phone.

    Asked only of visits of which there was more than one.
    """
    subjects = [one.subject for one in told if len(one.announcements) > 1]
    if not subjects:
        return {}
    left = Notice.objects.filter(owner=OWNER, patient=patient, subject__in=subjects)
    said: dict[str, list[int]] = {}
    for subject, occasion in left.filter(state__in=Notice.HEARD).order_by().values_list("subject", "occasion"):
        said.setdefault(subject, []).append(int(occasion))
    return said


def _plan(told: Told, said: Collection[int]) -> Iterator[tuple[str, str, Hours]]:
    """Yield kind, occasion and hours of each message; the occasion is the announcement's number.

    said: as from `_said`. Whoever read that a visit is off is told that it stands, whatever was ticked for it.
    The calendar's sequence rises with these, and with the length and the place, which no message is about.
    """
    visit, current = told.visit, told.current
    occasion, zone = str(current.number), visit.site.zone
    kind = telling.kind_of(current, told.before)
    hours = telling.news_hours(current.at, visit.starts_at)
    was_called_off = telling.was_called_off(told.announcements, current, said)
    if kind and hours and (visit.tell_patient or was_called_off or kind == "CANCELLATION"):
        yield kind, occasion, hours
    if current.news is None:
        return
    prepare = telling.preparation_hours(current.at, visit.starts_at, zone)
    if prepare and visit.service.kind == Service.Kind.NEEDLING:
        yield "PRE_7D", occasion, prepare
    if remind := telling.reminder_hours(current.at, visit.starts_at, zone):
        yield "PRE_24H", occasion, remind


def _messages(told: Told, said: Collection[int], *, asks_for_form: bool) -> Iterator[Desired]:
    visit = told.visit
    was = telling.time_to_name(told.known, telling.said_before(told.announcements, told.current, said))
    for kind, occasion, hours in _plan(told, said):
        letter = words.load(OWNER, visit.patient.language, kind)
        with translation.override(letter.language):
            values = words.late() | _values(told, was, hours)
        yield Desired(
            kind=kind,
            subject=told.subject,
            occasion=occasion,
            purpose=Notice.Purpose.APPOINTMENT,
            site=visit.site,
            due_at=hours.due_at,
            not_after=hours.not_after,
            words=words.render(letter, values, _conditions(visit, was, asks_for_form) & letter.conditions),
            language=letter.language,
        )


def _values(told: Told, was: datetime | None, hours: Hours) -> dict[str, str]:
    visit, known, zone = told.visit, told.known, told.visit.site.zone
    by = telling.tell_us_by(visit.starts_at, read_at=hours.due_at, zone=zone)
    is_with = visit.practitioner
    if known.practitioner_id != is_with.pk:
        is_with = User.objects.get(pk=known.practitioner_id)
    return {
        "first_name": visit.patient.first_name,
        "practitioner_name": is_with.short_name or is_with.name,
        "appointment_when": _when(wall_time.local(known.starts_at, zone)),
        "appointment_until": formats.date_format(wall_time.local(visit.ends_at, zone), "H:i"),
        "appointment_where": "{clinic_address}",
        "appointment_was": _when(wall_time.local(was or known.starts_at, zone)),
        "tell_us_by": _when(wall_time.local(by, zone)),
        "link": links.placeholder_of(visit.link_uuid) if visit.link_uuid else "",
    }


def _conditions(visit: Appointment, was: datetime | None, asks_for_form: bool) -> frozenset[str]:
    holds = {
        "numbing": visit.is_numbed,
        "by_clinic": visit.cancelled_by == Appointment.CalledOffBy.CLINIC,
        "was": was is not None,
        "link": visit.link_uuid is not None,
        "form": visit.link_uuid is not None and asks_for_form,
    }
    return frozenset(name for name, is_so in holds.items() if is_so)


def _when(wall: datetime) -> str:
    return days.moment(wall)
