"""Telling the people of the house something by mail, at once and at any hour; it names nobody and nothing clinical."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from clinic.models import Site, User
from clinic.words import Words
from outbox import waking
from outbox.models import Notice

IN_VAIN_AFTER = timedelta(days=2)


@transaction.atomic
def tell(
    people: Iterable[User],
    words: Words,
    *,
    owner: str,
    kind: str,
    subject: str,
    occasion: str,
    site: Site,
    at: datetime,
) -> int:
    """Plan one mail to each of these people, to leave at once; return how many are new.

    owner, kind, subject and occasion are those of `outbox.notices.Desired`: told twice, it is said once. The owner is
    asked again before each leaves.
    """
    rows = [
        Notice(
            key=f"{owner}:{kind}:{subject}:{occasion}:{user.pk}",
            owner=owner,
            kind=kind,
            subject=subject,
            occasion=f"{occasion}:{user.pk}",
            purpose=Notice.Purpose.STAFF,
            site=site,
            channel=Notice.Channel.MAIL,
            to_address=user.email,
            language=settings.LANGUAGE_CODE[:2],
            headline=words.subject,
            body_text=words.text,
            body_html=words.html,
            due_at=at,
            not_after=at + IN_VAIN_AFTER,
            planned_at=at,
            any_hour=True,
        )
        for user in people
    ]
    known = set(Notice.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    new = Notice.objects.bulk_create(row for row in rows if row.key not in known)
    if new:
        transaction.on_commit(waking.wake)
    return len(new)
