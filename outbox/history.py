"""Messages of a past that was not lived in this house: a demo's year, or records brought from another system.

Nothing leaves here. The rows say what became of each message, and in their reason that this house did not send it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from outbox import suppressions
from outbox.models import Notice

State, Channel = Notice.State, Notice.Channel


def count_as_sent(*, before: datetime, words: str) -> int:
    """Settle every mail that was due before an instant as sent when it was due; return how many. words: why."""
    due = Notice.objects.filter(state=State.DUE, channel=Channel.MAIL, due_at__lt=before)
    return due.update(state=State.SENT, settled_at=F("due_at"), state_reason=words)


@transaction.atomic
def count_as_bounced(address: str, *, before: datetime, words: str) -> int:
    """Settle the mails to an address that were due before an instant as failed, and stop mail to it."""
    due = Notice.objects.filter(state=State.DUE, channel=Channel.MAIL, to_address=address, due_at__lt=before)
    failed = due.update(state=State.FAILED, settled_at=F("due_at"), state_reason=words)
    if failed:
        suppressions.suppress(address, reason=words, at=before)
    return failed
