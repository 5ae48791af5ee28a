"""A worker killed in the middle of its work, and a broker that forgets everything: no message is lost.

Real workers, a real broker, a real mail server. Beside each proof stands its control: the same crash in a house that
keeps its messages in the queue only, where they are lost. STIPPLE_PROOFS=full runs a thousand messages through ten
kills and five flushes.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import redis
from django.db.models import F
from django.utils import timezone

from booking import appointments
from booking import notices as visit_notices
from clinic import wall_time
from clinic.actors import Actor
from outbox import notices, rules, waking
from outbox.models import Notice
from tests import servers
from tests.factories import clinic
from tests.factories import patients as people
from tests.plugins.running import Celery, wait_until
from tests.proofs import enqueue_only, quick_beat

FULL = os.environ.get("STIPPLE_PROOFS") == "full"
MESSAGES, KILLS, FLUSHES = (1000, 10, 5) if FULL else (100, 1, 1)
PATIENCE = 300 if FULL else 60  # seconds
HOUSE = Actor.system("tests")
State = Notice.State
HELD = (State.SENDING, State.HANDED)


@dataclass
class SlowSmtpServer(servers.SmtpServer):
    """A mail server that takes its time, so that a kill finds a mail on its way.

    seconds_to_think: before it takes a recipient, and so before it has a mail that is cut off.
    """

    seconds_to_think: float = 0.01
    asked_for: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        self.asked_for += 1
        await asyncio.sleep(self.seconds_to_think)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.01)
        return answer


@pytest.fixture
def sink(settings) -> Iterator[SlowSmtpServer]:
    server = SlowSmtpServer()
    controller = server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    yield server
    controller.stop()


@pytest.fixture
def confirmations(transactional_db, sink) -> list[str]:
    """Book a visit for each of a hundred people, some minutes ago: every confirmation is due now.

    Return their addresses.
    """
    site = clinic.site()
    ana = clinic.ana(site)
    review = clinic.service("review", practitioners=[ana], rooms=[clinic.room(site)])
    booked_at = timezone.now() - timedelta(minutes=10)
    addresses = [f"ida{number}@post.example" for number in range(MESSAGES)]
    for address, starts_at in zip(addresses, free_quarters(site.zone), strict=False):
        somebody = people.patient(f"Ida {address}", email=address, at=booked_at)
        appointments.book(
            patient=somebody, service=review, practitioner=ana, starts_at=starts_at, by=HOUSE, at=booked_at
        )
        wanted = visit_notices.desired(somebody, at=booked_at)
        notices.reconcile(owner=visit_notices.OWNER, patient=somebody, desired=wanted, at=booked_at)
    Notice.objects.exclude(kind="CONFIRMATION").delete()
    return addresses


def free_quarters(zone) -> Iterator:
    """Yield the starts of Ana's mornings, from next week on."""
    day = wall_time.local(timezone.now(), zone).date() + timedelta(days=7)
    while True:
        opens = wall_time.instant(day, wall_time.time(9), zone)
        if day.weekday() < 5:
            yield from (opens + timedelta(minutes=15 * number) for number in range(16))
        day += timedelta(days=1)


def sent() -> int:
    return Notice.objects.filter(state=State.SENT).count()


def on_the_way() -> int:
    """Return how many mails may have left without an answer; what is only held has not."""
    return Notice.objects.filter(state=State.HANDED).count()


def the_lease_runs_out() -> None:
    """Let three minutes pass for what a dead worker held; nobody alive holds anything."""
    Notice.objects.filter(state__in=HELD).update(lease_until=F("lease_until") - 2 * rules.LEASE)


def work_through_kills(celery: Celery, flush: Callable[[], object] | None = None, **how: str) -> int:
    """Let workers send, kill each in the middle, flush the broker, start the next; return what was on its way.

    Two beats that run throughout wake them: one more than in the house, on purpose.
    """
    celery.environment |= {"DJANGO_SETTINGS_MODULE": quick_beat.__name__, "MAILS_A_MINUTE": "1000000"}
    celery.beat()
    celery.beat()
    in_flight = 0
    for number in range(KILLS):
        worker = celery.worker(**how)
        enough = (number + 1) * MESSAGES // (KILLS + 2)
        wait_until(lambda enough=enough: sent() >= enough, what="some have left", within=PATIENCE, child=worker)
        worker.kill()
        in_flight += on_the_way()
        if flush and number % (KILLS // FLUSHES) == 0:
            waking.wake()  # so that there is something to forget
            flush()
        the_lease_runs_out()
    last = celery.worker(**how)
    wait_until(lambda: sent() == MESSAGES, what="all have left", within=PATIENCE, child=last)
    return in_flight


def assert_nothing_is_lost(sink: SlowSmtpServer, addresses: list[str], *, in_flight: int) -> None:
    """Everyone has their mail; the second copies are no more than what was on its way, are the same, and are marked."""
    copies = Counter(mail["Message-ID"] for mail in sink.messages)
    twice = {message_id for message_id, count in copies.items() if count > 1}
    assert {to for (to,) in sink.recipients} == set(addresses)
    assert len(copies) == len(addresses)
    assert sum(copies.values()) - len(addresses) <= in_flight
    assert len(set(sink.raw)) == len(addresses)
    assert twice <= set(Notice.objects.filter(maybe_twice=True).values_list("message_id", flat=True))
    assert set(Notice.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.redis
def test_a_killed_worker_and_a_flushed_redis_lose_no_message(confirmations, sink, redis_broker, celery, redis_server):
    with redis.Redis.from_url(redis_server) as broker:
        in_flight = work_through_kills(celery, broker.flushall)

    assert_nothing_is_lost(sink, confirmations, in_flight=in_flight)


@pytest.mark.both_engines
def test_a_killed_worker_on_the_folder_broker_loses_no_message(confirmations, sink, celery):
    in_flight = work_through_kills(celery, pool="threads")

    assert_nothing_is_lost(sink, confirmations, in_flight=in_flight)


# --- the controls: messages that stand in the queue only ---------------------------------------------------


def lost_from_the_queue(
    sink: SlowSmtpServer, celery: Celery, messages: int, flush: Callable[[], object] | None = None
) -> int:
    """Put messages into the queue, kill the worker over the third, flush the broker, start another worker.

    Return how many are lost when the new worker has come to the end of the queue.
    """
    celery.environment["DJANGO_SETTINGS_MODULE"] = enqueue_only.__name__
    addresses = {f"ida{number}@post.example" for number in range(messages)}
    for address in addresses:
        enqueue_only.send.delay(address)
    sink.seconds_to_think = 1
    worker = celery.worker(pool="threads")
    wait_until(lambda: sink.asked_for >= 3, what="the third mail is on its way", child=worker)
    worker.kill()
    sink.seconds_to_think = 0
    if flush:
        flush()
    enqueue_only.send.delay("last@post.example")
    after = celery.worker(pool="threads", processes=1)
    wait_until(lambda: ["last@post.example"] in sink.recipients, what="the queue is at its end", child=after)
    return len(addresses - {to for (to,) in sink.recipients})


@pytest.mark.one_engine  # no database takes part
@pytest.mark.redis
def test_control_in_the_queue_alone_a_flush_loses_all_that_waited(
    transactional_db, sink, redis_broker, celery, redis_server
):
    with redis.Redis.from_url(redis_server) as broker:
        lost = lost_from_the_queue(sink, celery, 100, broker.flushall)

    assert lost > 90


@pytest.mark.one_engine
def test_control_in_the_queue_alone_a_kill_loses_what_was_on_its_way(transactional_db, sink, celery):
    assert lost_from_the_queue(sink, celery, 6) >= 1
