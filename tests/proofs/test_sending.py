"""A house that stood still for a week, a mail server in every bad mood, a row that poisons, a broker that is away.

With STIPPLE_PROOFS=full a thousand messages wait after the week, and one poisons five hundred.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from outbox import deliveries, tasks
from outbox.deliveries import Outcome
from outbox.models import Attempt, Notice, Suppression
from patients.models import Patient
from tests import servers
from tests.factories import clinic, outbox
from tests.factories import patients as people
from tests.factories.outbox import NINE, message, plan

FULL = os.environ.get("STIPPLE_PROOFS") == "full"
WAITING, POISONED = (1000, 500) if FULL else (120, 60)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]
State = Notice.State
BEAT = timedelta(seconds=20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def the_tests_own_messages(settings) -> None:
    settings.NOTICE_OWNERS = settings.NOTICE_OWNERS | outbox.OWNERS
    outbox.no_longer_wanted.clear()


@pytest.fixture
def site():
    return clinic.site()


def somebody(number: int):
    return people.patient(f"Ida Number{number}", email=f"ida{number}@post.example")


# --- a week without power ------------------------------------------------------------------------------------


def test_after_a_week_of_standstill_nothing_stale_leaves_the_fresh_goes_first_and_the_pace_is_kept(
    site, smtp_server, settings
):
    settings.MAILS_A_MINUTE = 30
    week = 7 * DAY
    for number in range(WAITING):
        due_at = NINE + week * number / WAITING
        lasting = (DAY, 3 * DAY, 7 * DAY)[number % 3]
        told = message(site, subject=f"session:{number}", due_at=due_at, not_after=due_at + lasting, any_hour=True)
        plan(somebody(number), told, at=NINE - DAY)
    back, at = NINE + week, NINE + week

    while Notice.objects.due(at).exists():
        deliveries.send_due(clock=lambda at=at: at)
        at += BEAT

    sent = list(Attempt.objects.select_related("notice").order_by("pk"))
    states = Counter(Notice.objects.values_list("state", flat=True))
    assert set(states) == {State.SENT, State.EXPIRED}
    assert states[State.SENT] == len(sent) == len(smtp_server.raw)
    assert [one for one in sent if one.started_at > one.notice.not_after] == []
    assert [one for one in Notice.objects.filter(state=State.EXPIRED) if one.not_after >= at] == []
    fresh = [back - one.notice.due_at <= timedelta(hours=1) for one in sent]
    assert fresh == sorted(fresh, reverse=True)
    assert busiest_minute([one.started_at for one in sent]) <= 30


def busiest_minute(moments: list[datetime]) -> int:
    return max(sum(start <= one < start + timedelta(minutes=1) for one in moments) for start in moments)


# --- a mail server in every bad mood at once -----------------------------------------------------------------


class Moody(servers.SmtpServer):
    """Does to each recipient what their name says."""

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        said = {"450": "450 4.2.1 Greylisted", "550": "550 5.1.1 No such user"}.get(address.partition("@")[0])
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        mood = envelope.rcpt_tos[0].partition("@")[0]
        if mood == "hangs":
            await asyncio.sleep(3)
        if mood == "slow":
            await asyncio.sleep(0.4)
        if mood in ("451", "554"):
            return {"451": "451 4.3.0 Try later", "554": "554 5.6.0 Not like this"}[mood]
        answer = await super().handle_DATA(server, session, envelope)
        if mood == "drops":
            server.transport.abort()
        return answer


@pytest.fixture
def moody(settings) -> Iterator[Moody]:
    server = Moody()
    controller = server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = server.host, server.port, 1
    yield server
    controller.stop()


DOCUMENTED = {  # docs/operating.md: the state of the message, of its try, and whether it may come twice
    "450": (State.DUE, "delayed", False),
    "550": (State.FAILED, "bounced", False),
    "451": (State.DUE, "delayed", False),
    "554": (State.FAILED, "refused", False),
    "hangs": (State.DUE, "unknown", True),
    "drops": (State.DUE, "unknown", True),
    "slow": (State.SENT, "accepted", False),
}


def test_each_fault_of_a_mail_server_ends_in_its_state_and_hurts_nobody_else(site, moody):
    for number, mood in enumerate(DOCUMENTED):
        plan(people.patient(f"Ida {mood}", email=f"{mood}@post.example"), message(site, subject=f"session:{mood}"))
        plan(somebody(number), message(site, subject=f"session:{number}"))

    deliveries.send_due(clock=lambda: NINE)

    ended = {
        notice.to_address.partition("@")[0]: (notice.state, notice.attempts.get().outcome)
        for notice in Notice.objects.exclude(to_address__startswith="ida")
    }
    assert ended == {mood: (state, outcome) for mood, (state, outcome, _twice) in DOCUMENTED.items()}
    assert set(Notice.objects.filter(to_address__startswith="ida").values_list("state", flat=True)) == {State.SENT}
    assert [dead.address for dead in Suppression.objects.all()] == ["550@post.example"]


def test_what_may_have_left_goes_again_as_the_same_bytes_and_says_so(site, moody):
    for mood in ("hangs", "drops"):
        plan(people.patient(f"Ida {mood}", email=f"{mood}@post.example"), message(site, subject=f"session:{mood}"))
    deliveries.send_due(clock=lambda: NINE)

    deliveries.send_due(clock=lambda: NINE + timedelta(minutes=2))

    assert set(Notice.objects.values_list("attempt_count", "maybe_twice")) == {(2, True)}
    assert all(len({bytes(one.message_bytes) for one in notice.attempts.all()}) == 1 for notice in Notice.objects.all())


# --- one row that poisons ------------------------------------------------------------------------------------


def test_one_message_that_cannot_be_prepared_among_many_stops_none_of_them(site, smtp_server, settings):
    settings.MAILS_A_MINUTE = 10_000
    for number in range(POISONED):
        plan(somebody(number), message(site, subject=f"session:{number}"))
    poison = Notice.objects.order_by("pk")[POISONED // 2]
    outbox.no_longer_wanted[poison.key] = "trouble"
    at = NINE

    while Notice.objects.filter(state=State.DUE).exists():
        deliveries.send_due(clock=lambda at=at: at)
        at += timedelta(minutes=30)

    assert Counter(Notice.objects.values_list("state", flat=True)) == {State.SENT: POISONED - 1, State.FAILED: 1}
    poison.refresh_from_db()
    assert (poison.state, poison.state_reason) == (State.FAILED, "It could not be prepared (RuntimeError).")


# --- a broker that is away -----------------------------------------------------------------------------------


def test_a_broker_that_is_away_fails_no_request_and_loses_nothing(site, smtp_server, monkeypatch):
    monkeypatch.setitem(tasks.sweep.app.conf, "broker_url", f"redis://127.0.0.1:{servers.free_port()}/0")
    dee, mia = clinic.dee(), people.mia()
    browser = Client()
    browser.force_login(dee)
    now = timezone.now()
    plan(mia, message(site, due_at=now, not_after=now + DAY, any_hour=True), at=now)
    Notice.objects.update(state=State.FAILED, settled_at=now)
    Patient.objects.update(email="mia@new.example")

    answer = browser.post(reverse("desk:aftercare_again", args=[mia.uuid]))

    assert answer.status_code == 302
    assert deliveries.send_due(clock=timezone.now)[Outcome.SENT] == 1
    assert smtp_server.recipients == [["mia@new.example"]]
