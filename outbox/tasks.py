from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from outbox import deliveries


@shared_task
def sweep() -> None:
    """Send what is due. Beat wakes it; what there is to do stands in the database."""
    deliveries.send_due(clock=timezone.now)
