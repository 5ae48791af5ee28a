"""What becomes of messages when a patient's address is put right: the unsent follow, and today's can leave again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from outbox.models import Notice
from outbox.notices import Reach
from patients.models import Patient

State, Channel, Purpose = Notice.State, Notice.Channel, Notice.Purpose
TODAY = timedelta(hours=24)


def follow(patient: Patient, *, at: datetime) -> int:
    """Send what has not begun to leave, whoever planned it, by the way that leads to the patient now; return how many.

    So a sheet that was printed for want of an address becomes a mail again. The old address may be one that mail no
    longer goes to; that says nothing about the new one.
    """
    reach, changed = Reach.of(patient), 0
    for notice in Notice.objects.open().filter(patient=patient):
        channel = reach.channel(notice.purpose)
        way = {"channel": channel, "to_address": patient.email if channel == Channel.MAIL else ""}
        if all(getattr(notice, name) == value for name, value in way.items()):
            continue
        afresh = {"state": State.DUE, "lease_until": None, "next_try_at": None, "planned_at": at}
        changed += Notice.objects.open().filter(pk=notice.pk).update(**way, **afresh)
    return changed


def missed(patient: Patient, *, at: datetime) -> QuerySet[Notice]:
    """Return the aftercare of the last 24 hours that did not reach the patient and is not too late: the first first.

    It failed, or it left for an address that is theirs no more. None while there is no address that mail may go to.
    """
    if not Reach.of(patient).may_mail or not patient.wants_aftercare_mail:
        return Notice.objects.none()
    elsewhere = Q(state=State.SENT) & ~Q(to_address__iexact=patient.email)
    of_today = Notice.objects.filter(patient=patient, purpose=Purpose.AFTERCARE, channel=Channel.MAIL)
    of_today = of_today.filter(settled_at__gt=at - TODAY, not_after__gt=at)
    return of_today.filter(Q(state=State.FAILED) | elsewhere).order_by("due_at", "id")
