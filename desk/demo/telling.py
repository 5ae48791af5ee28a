"""Telling the whole of it: build the house, fill the shelf, run the script up to one moment of the day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from clinic import wall_time
from clinic.actors import Actor
from clinic.models import Site
from desk.demo import charts, diary, house, letters, people, shelf, waiting
from desk.demo.charts import Shelf
from desk.demo.house import House
from desk.demo.lives import DESK, Teller
from desk.demo.script import Script
from outbox import history, notices, waking
from outbox.models import Notice
from stock import lots, movements
from stock.models import Lot, Product
from treatments import phrases
from treatments import recalls as known_recalls
from treatments.models import Recall
from visits import notices as visit_notices
from visits import recalls

FIRST, LAST = time(11), time(16)  # between these every status stands on the board
WROTE_MAILS_FROM = 30  # days ago; before, the house kept its records but its messages went another way
SETTLED_WITHIN = timedelta(hours=20)  # a sheet is printed, a call is made
HISTORY_WORDS = "Part of the demo's history; no mail left the house."
BOUNCED, BOUNCED_SINCE = "hakan@post.example", 8  # an address that stopped working, days ago
BOUNCED_WORDS = "550 5.1.1 No such mailbox. Part of the demo's history; no mail left the house."


def moment_of(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment up to which the day is told: the clock's, kept between 11:00 and 16:00."""
    return wall_time.instant(day, min(max(clock.replace(second=0, microsecond=0), FIRST), LAST), zone)


def tell(*, moment: datetime, zone: ZoneInfo) -> int:
    """Build the house and tell a year up to `moment`; return how many events that were.

    Messages due since midnight are left for the worker, which sends them in earnest.
    """
    day = wall_time.local(moment, zone).date()
    place, script = house.build(day), Script(day, zone)
    teller = Teller(place, script, Shelf())
    _fill_shelf(script, place.actor("Max"))
    letters.tell(script, place.actor("Max"))
    for practitioner in place.practitioners:
        written = {"by": place.actor(practitioner.short_name), "at": moment - timedelta(days=30)}
        phrases.write(practitioner, charts.PHRASES, **written)
    lives = {comer.name: teller.tell(comer) for comer in people.everybody()}
    for entry in diary.TODAY:
        diary.tell(entry, teller, lives[entry.name])
    for waiter in waiting.WAITERS:
        waiting.tell(waiter, teller, lives[waiter.name])
    post, wrote_from = Post(place, script), script.instant(WROTE_MAILS_FROM, time(0))
    with hurried(), waking.asleep():
        with visit_notices.postponed():
            told = script.run(until=wrote_from)
        for life in lives.values():
            if life.patient:
                with transaction.atomic():
                    visit_notices.reconcile(life.patient, at=wrote_from)
        return told + script.run(until=moment, before_each=post.goes_out)


@dataclass(frozen=True)
class Post:
    """What happens to messages between two events of the past."""

    house: House
    script: Script

    def goes_out(self, at: datetime) -> None:
        """Settle what was due by now: mails as history, sheets and calls by the desk."""
        before = min(at, self.script.instant(0, time(0)))
        if at >= self.script.instant(BOUNCED_SINCE, time(0)):
            history.count_as_bounced(BOUNCED, before=before, words=BOUNCED_WORDS)
        history.count_as_sent(before=before, words=HISTORY_WORDS)
        for notice in Notice.objects.for_people().filter(due_at__lt=before - SETTLED_WITHIN).select_related("patient"):
            notices.settle(notice, by=self.house.actor(DESK), at=at)


def _fill_shelf(script: Script, by: Actor) -> None:
    products = {what: Product.objects.create(**fields) for what, fields in shelf.PRODUCTS.items()}
    for what, number, expires_in, received, count in shelf.LOTS:
        lot = {"number": number, "expires_on": script.day + timedelta(days=expires_in), "received_count": count}
        script.add(
            script.instant(received, time(8, 30)),
            lambda at, product=products[what], lot=lot: lots.receive(product, **lot, by=by, at=at),
        )
    _recall(script, by)
    counted, counted_ago, there, why = shelf.COUNTED
    script.add(
        script.instant(counted_ago, time(17, 30)),
        lambda at: movements.correct(Lot.objects.get(number=counted), counted=there, reason=why, by=by, at=at),
    )
    past, discarded_ago, units, because = shelf.DISCARDED
    script.add(
        script.instant(discarded_ago, time(17, 40)),
        lambda at: movements.discard(Lot.objects.get(number=past), units, reason=because, by=by, at=at),
    )


def _recall(script: Script, by: Actor) -> None:
    """Let a maker recall a lot: two patients had it in the weeks that are meant, and one of them knows."""
    number, days_ago, reason = shelf.RECALLED
    since = script.day - timedelta(days=shelf.USED_SINCE)

    def happen(at: datetime) -> None:
        said = {"reason": reason, "maker_asks": shelf.RECALLED_ASKS, "used_from_on": since}
        recalls.open(Lot.objects.get(number=number), site=Site.objects.get(), by=by, at=at, **said)

    script.add(script.instant(days_ago, time(8, 45)), happen)
    for tried_ago, how, is_reached, words in shelf.TOLD:
        told = {"how": how, "is_reached": is_reached, "words": words}
        script.add(script.instant(tried_ago, time(17, 50)), lambda at, told=told: _try(by, at, told))


def _try(by: Actor, at: datetime, told: dict[str, Any]) -> None:
    recall = Recall.objects.select_related("site", "lot").get()
    for person in known_recalls.people(recall)[:1]:
        recalls.contact(recall, person.patient, by=by, at=at, **told)


@contextmanager
def hurried() -> Iterator[None]:
    """Let the database answer before its disk does: should the machine fail now, the demo is simply told again."""
    if connection.in_atomic_block:  # a test's transaction: the disk is never asked
        yield
        return
    ways = {
        "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA synchronous=FULL"),
        "postgresql": ("SET synchronous_commit TO off", "RESET synchronous_commit"),
    }
    hurry, take_time = ways[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(hurry)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(take_time)
