"""How fast messages leave, measured inside the house: python -m tools.bench.sending STEP

`fill` writes a million messages, `idle` sweeps where none of them is due, `claim` takes and marks some that are,
`ready` makes mails due and `send` sends until none is. Each prints what it found as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - after Django is set up
from django.utils import timezone  # noqa: E402

from clinic.models import Site  # noqa: E402
from outbox import claims, deliveries  # noqa: E402
from outbox.models import Notice  # noqa: E402
from patients.models import Patient  # noqa: E402

ROWS, TO_CLAIM, TO_SEND, SWEEPS = 1_000_000, 100_000, 3_000, 200
LETTER = "What to do today, in plain words, with dates and a phone. " * 30
PAGE = f"<html><body>{'<p>What to do today, in plain words, with dates and a phone.</p>' * 80}</body></html>"
FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO outbox_notice (uuid, key, owner, kind, subject, occasion, purpose, site_id, patient_id, channel, to_address,
    language, headline, body_text, body_html, state, due_at, not_after, planned_at, any_hour, attempt_count, message_id,
    settled_at, state_reason, maybe_twice)
SELECT {uuid}, 'bench:' || i, 'bench', 'AFTER_24H', 'session:' || i, '', 'appointment', {site},
    {first} + i % {people}, 'mail', 'bench@bench.example', 'en', 'A message for you', 'Words', '',
    CASE WHEN i % 10 = 0 THEN 'due' ELSE 'sent' END,
    {later}, {last}, {now}, {yes}, 0, '', CASE WHEN i % 10 = 0 THEN NULL ELSE {now} END, '', {no}
FROM n
"""


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Answer the gate: what is measured is how messages leave, and not what their owners look up."""
    return ""


def fill() -> dict[str, Any]:
    """Write a million messages: nine in ten have left, the others are due in a month."""
    people = list(Patient.objects.order_by("pk").values_list("pk", flat=True))
    is_postgres = connection.vendor == "postgresql"
    now = timezone.now()
    moment = "CAST('{}+00' AS timestamptz)" if is_postgres else "'{}'"
    quoted = {
        name: moment.format((now + timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S"))
        for name, days in (("now", 0), ("later", 30), ("last", 60))
    }
    statement = FILL.format(
        rows=ROWS,
        uuid="gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))",
        site=Site.objects.values_list("pk", flat=True)[0],
        first=people[0],
        people=len(people),
        yes="TRUE" if is_postgres else "1",
        no="FALSE" if is_postgres else "0",
        **quoted,
    )
    with connection.cursor() as cursor:
        if is_postgres:
            cursor.execute("SET statement_timeout = 0")
        cursor.execute(statement)
        cursor.execute("ANALYZE")
    return {"rows": Notice.objects.count()}


def idle() -> dict[str, Any]:
    """Sweep where nothing is due; milliseconds of one sweep."""
    took = [_timed(lambda: deliveries.send_due(clock=timezone.now)) for _ in range(SWEEPS)]
    took = sorted(took[10:])
    return {"median_ms": statistics.median(took) * 1000, "p95_ms": took[int(len(took) * 0.95)] * 1000}


def claim() -> dict[str, Any]:
    """Take messages out of the million as a worker does, and mark them sent, five hundred at a time; rows a second."""
    now = timezone.now()
    chosen = list(Notice.objects.filter(state="due").order_by("pk").values_list("pk", flat=True)[:TO_CLAIM])
    Notice.objects.filter(pk__gte=chosen[0], pk__lte=chosen[-1], state="due").update(due_at=now)
    began, done = time.perf_counter(), 0
    while found := claims.look(at=timezone.now()):
        taken = claims.take(found, at=timezone.now())
        ours = Notice.objects.filter(pk__in=taken.ids, lease_until=taken.lease_until)
        done += ours.update(state="sent", settled_at=timezone.now(), lease_until=None)
    return {"rows": done, "per_second": done / (time.perf_counter() - began)}


def ready() -> dict[str, Any]:
    """Make mails due to different people."""
    now, site = timezone.now(), Site.objects.all()[0]
    people = list(Patient.objects.order_by("pk")[:TO_SEND])
    for number, one in enumerate(people):
        one.email = f"p{number}@bench.example"
    Patient.objects.bulk_update(people, ["email"], batch_size=500)
    Notice.objects.bulk_create(
        Notice(
            key=f"bench:ready:{number}",
            owner="bench",
            kind="AFTER_24H",
            subject=f"ready:{number}",
            purpose=Notice.Purpose.AFTERCARE,
            site=site,
            patient=people[number % len(people)],
            channel=Notice.Channel.MAIL,
            headline="A message for you",
            body_text=LETTER,
            body_html=PAGE,
            due_at=now,
            not_after=now + timedelta(days=1),
            planned_at=now,
            any_hour=True,
        )
        for number in range(len(people))
    )
    return {"mails": len(people)}


def send() -> dict[str, Any]:
    """Send until nothing is due, as one of two workers."""
    began, sent = time.perf_counter(), 0
    while tally := deliveries.send_due(clock=timezone.now):
        sent += tally[deliveries.Outcome.SENT]
    return {"sent": sent, "seconds": time.perf_counter() - began}


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "fill": fill,
        "idle": idle,
        "claim": claim,
        "ready": ready,
        "send": send,
    }
    print(json.dumps(steps[sys.argv[1]]()))
