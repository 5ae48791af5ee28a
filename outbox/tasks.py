from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import KombuError

from outbox import deliveries

log = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Send what is due. Beat wakes it; what there is to do stands in the database."""
    deliveries.send_due(clock=timezone.now)


def wake() -> None:
    """Ask for a sweep at once. Losing this costs at most one beat, so a broker that is away is not our trouble."""
    try:
        sweep.apply_async(expires=60, retry=False)
    except (KombuError, OSError) as trouble:
        log.warning("No sweep could be asked for (%s); the next beat brings one.", type(trouble).__name__)
