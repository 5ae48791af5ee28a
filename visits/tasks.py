from celery import shared_task
from django.utils import timezone

from visits import courses, purging, reports, waiting


@shared_task
def go_through_the_waitlist() -> int:
    """End what is over on the waitlist, and offer freed times on to the next."""
    return waiting.expire(at=timezone.now())


@shared_task
def list_what_is_due_for_deletion() -> int:
    """List the records whose time is over, for a person to decide about; nothing is deleted here."""
    return purging.list_due(at=timezone.now())


@shared_task
def close_lapsed_courses() -> int:
    """Close the courses that had no session for too long."""
    return courses.lapse_what_is_over(at=timezone.now())


@shared_task
def escalate_reports() -> int:
    """Write to whoever covers for what patients told and nobody took on in time."""
    return reports.escalate(at=timezone.now())
