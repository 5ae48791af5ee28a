from celery import shared_task
from django.utils import timezone

from visits import waiting


@shared_task
def go_through_the_waitlist() -> int:
    """End what is over on the waitlist, and offer freed times on to the next."""
    return waiting.expire(at=timezone.now())
