"""What follows a session: begun when the treatment ended, derived again from the record whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from aftercare import clinical, rules, wording
from aftercare.models import Plan, Protocol, Step
from booking.models import Appointment
from clinic import audit, wall_time
from clinic.actors import Actor
from clinic.models import Service, Site
from clinic.often import often
from clinic.words import Words
from outbox import notices
from outbox.models import Notice
from outbox.notices import Desired, Tally
from patients.models import Patient
from treatments import courses, reactions
from treatments.models import Course, Session
from treatments.rules import Window

OWNER = "aftercare"
REACH = timedelta(days=60)  # beyond the last message of a plan, day 42, and the week in which it may still leave
LEFT_BEHIND = timedelta(days=1)  # a visit still "booked" that long after its start is forgotten, not coming
EDGES = {28: "opens_on", 35: "best_on", 42: "closes_on"}  # table d's days of the usual window, and what they stand for
PURPOSES = {Step.Purpose.CARE: Notice.Purpose.AFTERCARE, Step.Purpose.FOLLOW_UP: Notice.Purpose.FOLLOW_UP}


@transaction.atomic
def start(session: Session, *, by: Actor, at: datetime) -> Plan:
    """Begin what follows a session that has ended, by the protocol of today; once begun, the same plan is returned.

    The first message leaves with the next reconciliation of the patient's notices.
    """
    plan = Plan.objects.filter(session=session).first()
    if plan is None:
        plan = Plan.objects.create(session=session, protocol=_current_protocol(at), started_at=at)
        audit.record("aftercare.started", plan, by=by, at=at, patient=session.patient)
    return plan


@transaction.atomic
def stop(plan: Plan, *, because: str, by: Actor, at: datetime) -> None:
    """End a plan; what it has not said yet is withdrawn with the next reconciliation. A second stop changes nothing."""
    if Plan.objects.filter(pk=plan.pk, stopped_at=None).update(stopped_at=at, stopped_because=because):
        audit.record("aftercare.stopped", plan, by=by, at=at, patient=plan.session.patient, reason=because)
    plan.refresh_from_db()


def desired(patient: Patient, *, at: datetime) -> list[Desired]:
    """Return every message that the patient's plans want said, whether it has left already or not."""
    if not _any_running(patient.pk, at - REACH):  # as for most who book; the rest is wide to ask for
        return []
    running = _running(at).filter(session__patient=patient)
    return [message for plan in running for message in _Story(plan, at).messages()]


@often
def _any_running(patient: int, since: datetime) -> QuerySet[Plan]:
    return _since(since).filter(session__patient=patient).values_list("pk")[:1]


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why this message should not leave, judged from the record as it stands now; "" when it should."""
    session_id = notice.subject.removeprefix("session:")
    plan = _with_all(Plan.objects.filter(session_id=session_id)).first()
    step = next((step for step in plan.protocol.steps.all() if step.code == notice.kind), None) if plan else None
    if plan is None or step is None:
        return _("It is no longer part of the plan.")
    story = _Story(plan, at)
    reason = story.reason_against(step)
    if not reason and story.due_at(step) > max(at, notice.due_at):
        return _("Its time has changed.")
    return reason


def heal(*, at: datetime) -> Tally:
    """Bring the notices of every patient with a running plan in line with the record; return what that took."""
    patient_ids = _running(at).order_by().values_list("session__patient", flat=True).distinct()
    return notices.heal(owner=OWNER, patient_ids=list(patient_ids), desired=desired, at=at)


def _current_protocol(at: datetime) -> Protocol:
    """Return the protocol that new plans follow; a house that has none yet gets its first."""
    current = Protocol.objects.filter(is_current=True)
    if not current.exists():
        clinical.load(at)
    return current.get()


def _with_all(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """Return plans with everything that their messages are made of."""
    steps = Prefetch("protocol__steps", Step.objects.prefetch_related("words"))
    return plans.select_related(
        "session__patient", "session__practitioner", "session__course", "session__appointment__site", "protocol"
    ).prefetch_related("session__zone_passes", steps)


def _running(at: datetime):
    """Return plans that still have, or may have, something to say."""
    return _with_all(_since(at - REACH))


def _since(since: datetime) -> QuerySet[Plan]:
    return Plan.objects.filter(stopped_at=None, session__struck_at=None, session__ended_at__gt=since)


@dataclass(frozen=True)
class _Story:
    """One plan, and the facts about its patient that decide what it says; each fact is asked once."""

    plan: Plan
    at: datetime

    @property
    def session(self) -> Session:
        return self.plan.session

    @property
    def site(self) -> Site:
        return self.session.appointment.site

    @cached_property
    def window(self) -> Window | None:
        """When the next session of the course falls; None when there is none to come."""
        course = self.session.course
        return courses.window(course) if course and course.state == Course.State.RUNNING else None

    @cached_property
    def is_last(self) -> bool:
        """Whether no later session of the course was performed."""
        last = courses.last_session(self.session.course)
        return last is not None and last.pk == self.session.pk

    @cached_property
    def is_booked(self) -> bool:
        """Whether the patient comes for needling again, or is here for it now; a visit left behind does not count."""
        visits = Appointment.objects.standing().filter(
            patient=self.session.patient, service__kind=Service.Kind.NEEDLING
        )
        left_behind = max(self.session.started_at, self.at - LEFT_BEHIND)
        return visits.filter(starts_at__gt=left_behind).exists()

    @cached_property
    def waits(self) -> str:
        """Why nobody is asked for the next session although it is to come; "" where nothing holds it back."""
        return _("The next session waits for a clinician.") if reactions.holding(self.session.patient) else ""

    def messages(self) -> Iterator[Desired]:
        for step in self.plan.protocol.steps.all():
            if not self.reason_against(step):
                yield self._message(step)

    def reason_against(self, step: Step) -> str:
        """Return why a step has nothing to say now; "" when it has."""
        if self.session.struck_at is not None:
            return _("The treatment record was entered in error.")
        if self.plan.stopped_at is not None:
            return self.plan.stopped_because or _("Aftercare was stopped.")
        if step.purpose != Step.Purpose.FOLLOW_UP:
            return ""
        if self.session.patient.archived_on is not None:  # never a day to come
            return _("The patient no longer comes.")
        if self.window is None:
            return (self.session.course and self.waits) or _("No further session is planned in this course.")
        if not self.is_last:
            return _("A later session took its place.")
        if self.is_booked:
            return _("The next visit is booked.")
        return self.waits

    def due_at(self, step: Step) -> datetime:
        ended_at, zone = self.session.ended_at, self.site.zone
        edge = EDGES.get(step.offset_days or 0)
        if step.purpose == Step.Purpose.FOLLOW_UP and edge and self.window:
            clock = wall_time.local(ended_at, zone).time()
            return wall_time.into_daytime(wall_time.instant(getattr(self.window, edge), clock, zone), zone)
        return rules.due_at(ended_at, hours=step.offset_hours, days=step.offset_days, zone=zone)

    def _message(self, step: Step) -> Desired:
        def words() -> Words:
            return wording.say(step, session=self.session, site=self.site, window=self.window)

        due_at = self.due_at(step)
        return Desired(
            kind=step.code,
            subject=f"session:{self.session.pk}",
            occasion="",
            purpose=PURPOSES[step.purpose],
            site=self.site,
            due_at=due_at,
            not_after=due_at + timedelta(hours=step.not_after_hours),
            words=SimpleLazyObject(words),  # made only for a message that is still to be said
            language=wording.language(step, self.session.patient),
            any_hour=step.offset_hours == 0,
        )
