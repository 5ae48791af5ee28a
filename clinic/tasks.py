from celery import shared_task
from django.utils import timezone

from clinic import audit


@shared_task
def seal_audit(**kwargs: object) -> None:
    audit.seal_links(at=timezone.now())
