from celery import shared_task
from django.utils import timezone

from aftercare import plans


@shared_task
def heal() -> None:
    """Derive again what every running plan wants said; nothing changes when nothing was missing."""
    plans.heal(at=timezone.now())
