import logging

from celery import shared_task
from django.utils import timezone

from treatments import records

log = logging.getLogger(__name__)
AN_HOUR = 3600  # seconds; a chain has many records to look through


@shared_task(soft_time_limit=AN_HOUR, time_limit=AN_HOUR + 60)
def verify_records(**kwargs: object) -> int:
    """Look through what was signed, keep what was found for the manager, and return how many faults there are."""
    done = records.check(at=timezone.now())
    if done.faults:
        log.error("%s records are not as they were signed; run manage.py verify_records", len(done.faults))
    return len(done.faults)
