"""What follows a session: begun when the treatment ended, derived again from the record whenever it is asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from aftercare import clinical, recovery_links
from aftercare.facts import OWNER, Facts
from aftercare.models import Plan, Protocol, Step
from aftercare.story import Story
from clinic import audit
from clinic.actors import Actor
from clinic.often import often
from outbox import notices
from outbox.models import Notice
from outbox.notices import Desired, Tally
from patients.models import Patient
from treatments.models import Session

REACH = timedelta(days=200)  # beyond the last message of a plan, day 180, and the week in which it may still leave


@transaction.atomic
def start(session: Session, *, by: Actor, at: datetime) -> Plan:
    """Begin what follows a session that has ended, by the protocol of today; once begun, the same plan is returned.

    The first message leaves with the next reconciliation of the patient's notices.
    """
    plan = Plan.objects.filter(session=session).first()
    if plan is None:
        plan = Plan.objects.create(session=session, protocol=_current_protocol(at), started_at=at)
        audit.record("aftercare.started", plan, by=by, at=at, patient=session.patient)
        recovery_links.give(session, at=at)
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
    facts = Facts(patient, at)
    plans = running(at).filter(session__patient=patient)
    return [message for plan in plans for message in Story(plan, facts).messages()]


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
    story = Story(plan, Facts(plan.session.patient, at))
    reason = story.reason_against(step)
    if not reason and story.turn(step).due_at > max(at, notice.due_at):
        return _("Its time has changed.")
    return reason


def heal(*, at: datetime) -> Tally:
    """Bring the notices of every patient with a running plan in line with the record; return what that took."""
    recovery_links.give_missing(_since(at - recovery_links.OPEN_FOR).values_list("session", flat=True), at=at)
    patient_ids = running(at).order_by().values_list("session__patient", flat=True).distinct()
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


def running(at: datetime):
    """Return plans that still have, or may have, something to say."""
    return _with_all(_since(at - REACH))


def _since(since: datetime) -> QuerySet[Plan]:
    return Plan.objects.filter(stopped_at=None, session__struck_at=None, session__ended_at__gt=since)
