from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from outbox import deliveries, heartbeats
from outbox.deliveries import Outcome
from outbox.models import Heartbeat


@shared_task
def sweep(*, from_beat: bool = False) -> None:
    """Send what is due. Beat wakes it; what there is to do stands in the database.

    from_beat: whether it was beat that asked, which shows that beat is alive.
    """
    at = timezone.now()
    heartbeats.show(Heartbeat.Name.WORKER, at=at)
    if from_beat:
        heartbeats.show(Heartbeat.Name.BEAT, at=at)
    if deliveries.send_due(clock=timezone.now)[Outcome.SENT]:
        heartbeats.show(Heartbeat.Name.SENT, at=timezone.now())
