from celery import shared_task
from django.utils import timezone

from booking import claims, notices


@shared_task
def tidy() -> int:
    """Let go of the holds that ran out."""
    return claims.tidy(at=timezone.now())


@shared_task
def heal() -> None:
    """Derive again what every visit to come wants said; nothing changes when nothing was missing."""
    notices.heal(at=timezone.now())
