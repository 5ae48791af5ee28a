from celery import shared_task
from django.utils import timezone

from booking import claims


@shared_task
def tidy() -> int:
    """Let go of the holds that ran out."""
    return claims.tidy(at=timezone.now())
