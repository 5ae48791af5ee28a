from celery import shared_task
from django.utils import timezone

from patients import imports, twins


@shared_task
def look_for_twins() -> int:
    """Write which records may be one person; return how many pairs are new."""
    return twins.check(at=timezone.now())


@shared_task
def work_on_imports() -> int:
    """Check and import the tables that wait; return how many."""
    return imports.work()
