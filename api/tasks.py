from celery import shared_task
from django.utils import timezone

from api import answers


@shared_task
def tidy() -> None:
    answers.tidy(at=timezone.now())
