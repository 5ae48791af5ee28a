from celery import shared_task
from django.utils import timezone

from booking import claims, closures, notices


@shared_task
def tidy() -> int:
    """Let go of the holds that ran out."""
    return claims.tidy(at=timezone.now())


@shared_task
def close_gaps() -> int:
    """Close what a closure left open: a new room, a person's new hours, a time that was let go."""
    return closures.sweep(at=timezone.now())


@shared_task
def heal() -> None:
    """Derive again what every visit to come wants said; nothing changes when nothing was missing."""
    notices.heal(at=timezone.now())
