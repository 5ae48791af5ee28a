"""The control of the crash proofs: a house that keeps its messages in the queue and nowhere else.

Workers of the control run with these settings: the house's own, and the one task.
"""

from email.message import EmailMessage

from celery import shared_task

from clinic.settings import *  # noqa: F403
from outbox.post import Line

CELERY_IMPORTS = ["tests.proofs.enqueue_only"]


@shared_task
def send(address: str) -> None:
    """Send a mail of which nobody but the queue knows."""
    mail = EmailMessage()
    mail["To"], mail["Subject"] = address, "One day after your visit"
    with Line() as line:
        line.send(mail.as_bytes(), sender="clinic@example.org", to=address)
