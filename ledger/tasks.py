from celery import shared_task
from django.utils import timezone

from clinic import wall_time
from clinic.models import Site
from ledger import packages


@shared_task
def expire_packages() -> int:
    """Take away what is left of packages past their last day of use, once that day is over at every site."""
    now = timezone.now()
    days = [wall_time.local(now, site.zone).date() for site in Site.objects.all()]
    return packages.expire(today=min(days), at=now) if days else 0
