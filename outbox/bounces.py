"""What a provider tells later about a mail it took: it bounced, or somebody called it spam.

Told twice, or late, it changes nothing more. What arrived, or was opened, is nobody's business here.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outbox import suppressions
from outbox.models import Notice

log = logging.getLogger(__name__)
FAILURES = {"bounced", "rejected", "failed"}
DEAD = {"bounced", "invalid", "unsubscribed"}  # reasons that say something about the address and not the moment


def hear(sender: Any, event: Any, esp_name: str, **more: Any) -> None:
    """Take in one event of a provider, as Anymail tells it."""
    note(
        kind=event.event_type,
        address=event.recipient or "",
        reason=event.reject_reason or "",
        words=event.description or event.mta_response or "",
        notice_id=_named(event),
        at=timezone.now(),
    )


@transaction.atomic
def note(*, kind: str, address: str, reason: str, words: str, notice_id: UUID | None, at: datetime) -> None:
    """Mark a mail that did not arrive as failed, and stop mail to an address that is dead or complained.

    kind, reason: in Anymail's words. notice_id: of the mail, None when the provider did not say.
    """
    if kind not in FAILURES | {"complained"}:
        return
    said = " ".join(words.split())[:200] or reason or kind
    if kind == "complained" or reason in DEAD:
        prefix = _("Called spam by whoever reads there") if kind == "complained" else _("Came back")
        if address:
            suppressions.suppress(address, reason=f"{prefix}: {said}", at=at)
    if kind in FAILURES and notice_id:
        sent = Notice.objects.filter(uuid=notice_id, state=Notice.State.SENT, to_address__iexact=address)
        sent.update(state=Notice.State.FAILED, settled_at=at, state_reason=f"{_('Came back')}: {said}"[:250])
    log.info("A mail %s", kind)


def _named(event: Any) -> UUID | None:
    """Return which message an event is about: as we told the provider, or by the Message-ID that it bore."""
    told = (event.metadata or {}).get("notice") or (event.message_id or "").strip("<>").partition("@")[0]
    try:
        return UUID(str(told))
    except ValueError:
        return None
