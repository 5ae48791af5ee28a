"""Sending one message: claimed, judged, written down, handed over, settled - each step committed before the next.

The row decides every race. Claiming is a conditional update with a lease; a withdrawal updates the same row, so what
was taken back before the hand-over never begins to leave. A crash leaves a row whose lease runs out: the next sweep
takes it up, and if the mail may have left already it goes again as the same bytes under the same Message-ID, marked.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clinic.often import insert, often
from outbox import claims, gate, letters, owners, pace, pauses, post, rules, suppressions
from outbox.claims import Candidate
from outbox.models import Attempt, Notice
from outbox.rules import Verdict
from patients.models import Patient

log = logging.getLogger(__name__)
State = Notice.State
BATCH = 20  # messages held at once; a slow server keeps so many from the other workers
PATIENCE = timedelta(seconds=90)  # below the task's time limit


class Outcome(StrEnum):
    """What became of one try to deliver."""

    NOT_OURS = "not_ours"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    BY_HAND = "by_hand"
    LATER = "later"
    SENT = "sent"
    DELAYED = "delayed"
    FAILED = "failed"
    PAUSED = "paused"


TRIED = {Outcome.SENT, Outcome.DELAYED, Outcome.FAILED, Outcome.PAUSED}  # these count against the pace


class TooSoon(Exception):
    """Raised when the patient had a message a moment ago. until: when they may have this one."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def deliver(notice_id: int, *, at: datetime, line: post.Line | None = None) -> Outcome:
    """Try to send one message that is due; say what became of it. Safe to call twice, or from two workers at once.

    line: to the mail server, where several messages share one. Must not run inside a transaction. Raises DatabaseError
    only; then the lease runs out and a later call goes on.
    """
    claim = claims.take_one(notice_id, at=at)
    return _deliver(notice_id, claim.lease_until, at=at, line=line) if claim.ids else Outcome.NOT_OURS


def _deliver(notice_id: int, lease_until: datetime, *, at: datetime, line: post.Line | None) -> Outcome:
    """Go on with a message that we hold, from the facts of this moment."""
    notice = claims.held(notice_id, lease_until)
    if notice is None:
        return Outcome.NOT_OURS
    try:
        verdict = gate.judge(notice, at=at)
        if verdict.way != gate.Way.OUT:
            return _turn_back(notice, verdict, at=at)
        attempt = _write_down(notice, to=verdict.address, at=at)
    except DatabaseError:
        raise
    except TooSoon as too_soon:
        return _turn_back(notice, gate.Pass(gate.Way.LATER, until=too_soon.until), at=at)
    except Exception as trouble:  # one message that cannot be prepared must not stop the others
        log.exception("Notice %s could not be prepared", notice.pk)
        notice.attempt_count += 1
        words = _("It could not be prepared (%s).") % type(trouble).__name__
        return _put_off(notice, words, at=at, most_tries=len(rules.BACKOFF))
    if attempt is None:
        claims.let_go([notice.pk], lease_until, at=at)
        return Outcome.NOT_OURS
    return _conclude(notice, attempt, *_hand_over(attempt, to=verdict.address, line=line), at=at)


def send_due(*, clock: Callable[[], datetime], patience: timedelta = PATIENCE) -> Counter[Outcome]:
    """Send what is due as fast as the settings allow, and return how often each outcome came.

    clock: returns the moment, asked before each message. What is fresh leaves first, the most urgent of it before the
    others. Stops after `patience`, when sending pauses, or when as much left as may leave in a minute; what remains is
    for the next call. One message's trouble never stops the next.
    """
    return _Sweep(clock, patience).run()


@dataclass
class _Sweep:
    """One walk through everything that is due. seen: what had its try; asked: whose plan was asked."""

    clock: Callable[[], datetime]
    patience: timedelta
    seen: set[int] = field(default_factory=set)
    asked: set[tuple[str, int]] = field(default_factory=set)
    tally: Counter[Outcome] = field(default_factory=Counter)

    def run(self) -> Counter[Outcome]:
        self.ends_at = self.clock() + self.patience
        expire(at=self.clock())
        with post.Line() as line:
            while not pauses.holds(self.clock()) and (found := claims.look(at=self.clock(), but=self.seen)):
                self.seen.update(one.pk for one in found)
                owners.ask_again(found, asked=self.asked, at=self.clock())
                if not all(self._send(batch, line) for batch in _batches(found)):
                    break
        return self.tally

    def _send(self, batch: Sequence[Candidate], line: post.Line) -> bool:
        """Send some messages; return whether there may be more. What we held and did not begin with is let go."""
        at = self.clock()
        allowed = pace.take(len(batch), at=at)
        claim = claims.take(batch[:allowed], at=at)
        goes_on, left = allowed == len(batch), 0
        for number, notice_id in enumerate(claim.ids, start=1):
            outcome = self._deliver_or_go_on(notice_id, claim.lease_until, line)
            self.tally[outcome] += 1
            left += outcome in TRIED
            if outcome == Outcome.PAUSED or self.clock() >= self.ends_at:
                claims.let_go(claim.ids[number:], claim.lease_until, at=self.clock())
                goes_on = False
                break
        pace.give_back(allowed - left, at=at)
        return goes_on

    def _deliver_or_go_on(self, notice_id: int, lease_until: datetime, line: post.Line) -> Outcome:
        try:
            return _deliver(notice_id, lease_until, at=self.clock(), line=line)
        except Exception:  # its lease runs out and a later sweep tries again; the next message must not wait
            log.exception("Notice %s met trouble on its way", notice_id)
            return Outcome.DELAYED


def _batches(found: Sequence[Candidate]) -> Iterator[Sequence[Candidate]]:
    return (found[start : start + BATCH] for start in range(0, len(found), BATCH))


def expire(*, at: datetime) -> int:
    """Settle every message whose last moment passed before it left, on whatever channel; return how many."""
    words = _("Its time had passed before it could be sent.")
    return Notice.objects.late(at).update(state=State.EXPIRED, settled_at=at, state_reason=words)


def _turn_back(notice: Notice, verdict: gate.Pass, *, at: datetime) -> Outcome:
    """Settle or put off a message that the gate did not let out."""
    changes: dict[gate.Way, tuple[Outcome, dict[str, Any]]] = {
        gate.Way.BACK: (Outcome.WITHDRAWN, {"state": State.WITHDRAWN, "settled_at": at}),
        gate.Way.TOO_LATE: (Outcome.EXPIRED, {"state": State.EXPIRED, "settled_at": at}),
        gate.Way.BY_HAND: (
            Outcome.BY_HAND,
            {"state": State.DUE, "channel": verdict.channel, "to_address": "", "planned_at": at},
        ),
        gate.Way.LATER: (Outcome.LATER, {"state": State.DUE, "next_try_at": verdict.until}),
    }
    outcome, change = changes[verdict.way]
    return outcome if _let_go(notice, **change, state_reason=verdict.reason[:250]) else Outcome.NOT_OURS


def _let_go(notice: Notice, **changes: Any) -> int:
    """Change a row that we hold and give it up; 0 when it is no longer ours to change."""
    ours = Notice.objects.filter(pk=notice.pk, state=notice.state, lease_until=notice.lease_until)
    return ours.update(**changes, lease_until=None)


@transaction.atomic(durable=True)
def _write_down(notice: Notice, *, to: str, at: datetime) -> Attempt | None:
    """Write the attempt with its exact bytes and mark the row as handed; None when it was taken back meanwhile.

    So it is when the patient's record was changed since the gate looked: then the gate looks again, from the record as
    it is. The patient is held until this is kept, and whoever changes the record waits so long. Raises TooSoon.
    """
    if notice.patient is not None and not _is_unchanged(notice.patient):
        return None
    until = pace.free_again(notice, at=at)
    if until is not None:
        raise TooSoon(until)
    last = notice.attempts.order_by("-number").first() if notice.message_id else None
    unchanged = last is not None and last.started_at >= notice.planned_at and notice.to_address == to
    content = bytes(last.message_bytes) if last and unchanged else letters.compose(notice, to=to, at=at)
    may_have_arrived = last is not None and last.outcome == Attempt.Outcome.UNKNOWN
    ours = Notice.objects.filter(
        pk=notice.pk,
        patient=notice.patient_id,  # a merge gives it to somebody else
        state=notice.state,
        lease_until=notice.lease_until,
        crossed_at=None,
    )
    handed = {
        "state": State.HANDED,
        "attempt_count": notice.attempt_count + 1,
        "to_address": to,
        "message_id": letters.message_id(notice),
        "maybe_twice": notice.maybe_twice or may_have_arrived,
    }
    if not ours.update(**handed):
        return None
    for name, value in handed.items():
        setattr(notice, name, value)
    number = last.number + 1 if last else 1
    (attempt,) = insert([Attempt(notice=notice, number=number, started_at=at, message_bytes=content)])
    return attempt


def _is_unchanged(patient: Patient) -> bool:
    return bool(_at_version(patient.pk, patient.version))


@often
def _at_version(pk: int, version: int) -> QuerySet[Patient]:
    return Patient.objects.select_for_update(no_key=True).filter(pk=pk, version=version).order_by().values_list("pk")


def _hand_over(attempt: Attempt, *, to: str, line: post.Line | None = None) -> tuple[post.Answer, timedelta]:
    """Send the bytes as they were written down, links filled in; return the answer and how long it took."""
    began, content = time.monotonic(), letters.with_links(bytes(attempt.message_bytes))
    with nullcontext(line) if line else post.Line() as open_line:
        answer = open_line.send(content, sender=letters.sender_address(), to=letters.on_the_wire(to))
    return answer, timedelta(seconds=time.monotonic() - began)


@transaction.atomic(durable=True)
def _conclude(notice: Notice, attempt: Attempt, answer: post.Answer, took: timedelta, *, at: datetime) -> Outcome:
    """Write down what the server said, and do what follows from it."""
    said, ended_at = rules.verdict(answer.stage, answer.code, answer.words), at + took
    facts = {"outcome": said.value, "ended_at": ended_at, "smtp_code": answer.code, "reply": str(answer)}
    Attempt.objects.filter(pk=attempt.pk).update(**facts)
    if said == Verdict.ACCEPTED:
        return _settle_as_sent(notice, at=ended_at)
    if Notice.objects.filter(pk=notice.pk, crossed_at__isnull=False).exists():
        _let_go(notice, state=State.WITHDRAWN, settled_at=ended_at)
        return Outcome.WITHDRAWN
    if said == Verdict.PAUSED:
        return _wait_for_server(notice, answer, at=ended_at)
    if said in (Verdict.BOUNCED, Verdict.REFUSED):
        return _fail(notice, answer, bounced=said == Verdict.BOUNCED, at=ended_at)
    return _put_off(notice, str(answer), at=ended_at)


def _settle_as_sent(notice: Notice, *, at: datetime) -> Outcome:
    """The server has it. That holds even when the lease ran out meanwhile."""
    sent = {"state": State.SENT, "settled_at": at, "lease_until": None, "next_try_at": None}
    Notice.objects.filter(pk=notice.pk, state=State.HANDED).update(**sent)
    pauses.end(at=at)
    return Outcome.SENT


def _wait_for_server(notice: Notice, answer: post.Answer, *, at: datetime) -> Outcome:
    """The server turned the house away, not this message: stop all sending, and do not count the try.

    The message goes behind the others, so that one which the server dislikes is not what is tried next.
    """
    length = rules.pause_length(answer.code)
    pauses.begin(reason=str(answer), at=at, length=length)
    tries = notice.attempt_count - 1
    _let_go(notice, state=State.DUE, next_try_at=at + length + rules.BACKOFF[0], attempt_count=tries)
    return Outcome.PAUSED


def _fail(notice: Notice, answer: post.Answer, *, bounced: bool, at: datetime) -> Outcome:
    """The server will never take this message; a dead address gets no more mail."""
    if bounced:
        suppressions.suppress(notice.to_address, reason=str(answer), at=at)
    _let_go(notice, state=State.FAILED, settled_at=at, state_reason=str(answer))
    return Outcome.FAILED


def _put_off(notice: Notice, reason: str, *, at: datetime, most_tries: int | None = None) -> Outcome:
    """Try again later, or give up when later is too late; most_tries None: as long as there is time."""
    again = rules.next_try(at, tries=notice.attempt_count)
    common = {"attempt_count": notice.attempt_count, "state_reason": reason}
    if again > notice.not_after or (most_tries is not None and notice.attempt_count > most_tries):
        _let_go(notice, state=State.FAILED, settled_at=at, **common)
        return Outcome.FAILED
    _let_go(notice, state=State.DUE, next_try_at=again, **common)
    return Outcome.DELAYED
