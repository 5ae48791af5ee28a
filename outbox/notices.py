"""What the house tells its patients: rows that are planned, changed, withdrawn and revived, never sent twice.

The plan is a function of the record. An app above declares all it wants said to a patient now (`Desired`), and
`reconcile` makes the rows agree: doing it twice is doing it once.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import Site
from clinic.often import insert, often
from clinic.refusals import Refusal, Refused
from clinic.words import Words
from outbox import owners, rules, suppressions, waking
from outbox.models import Notice
from patients import opening
from patients.models import Patient

log = logging.getLogger(__name__)

State, Channel, Purpose = Notice.State, Notice.Channel, Notice.Purpose
CHOICES = {  # what a patient said about e-mail, by what a message is for
    Purpose.APPOINTMENT: "wants_appointment_mail",
    Purpose.FORM: "wants_appointment_mail",
    Purpose.AFTERCARE: "wants_aftercare_mail",
    Purpose.FOLLOW_UP: "wants_recall_mail",
}
PATIENCE = timedelta(seconds=60)  # of one healing, well below the time limit of a task
BETWEEN_RUNS, GOLDEN = timedelta(minutes=10), 0.618034
TIMES = ("due_at", "not_after")
TEXT = ("language", "headline", "body_text")


@dataclass(frozen=True)
class Desired:
    """A message that is to be said, with its words; the same kind, subject and occasion is the same message.

    kind: as in AFTER_24H. subject: the record it is about, as in `session:7`. occasion: tells two of a kind and
    subject apart, else "". purpose: one of Notice.Purpose. due_at, not_after: UTC instants; it leaves at the first
    and never after the second, which is not before it. any_hour: it may leave at night, however late it is.
    words: as the patient reads them, with the site's own facts left open (`clinic.words.late`) until they leave.
    One whose last moment has passed before it was ever planned is not planned any more.
    """

    kind: str
    subject: str
    occasion: str
    purpose: str
    site: Site
    due_at: datetime
    not_after: datetime
    words: Words
    language: str
    any_hour: bool = False

    def key(self, owner: str) -> str:
        return f"{owner}:{self.kind}:{self.subject}:{self.occasion}"


@dataclass(frozen=True)
class Tally:
    """How many rows a reconciliation touched, and how; a row may be both re-dated and re-worded."""

    inserted: int = 0
    redated: int = 0
    reworded: int = 0
    withdrawn: int = 0
    revived: int = 0
    kept: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def changed(self) -> int:
        return self.inserted + self.redated + self.reworded + self.withdrawn + self.revived


@dataclass(frozen=True)
class Reach:
    """How a patient can be reached; asked once per reconciliation."""

    patient: Patient
    may_mail: bool

    @classmethod
    def of(cls, patient: Patient) -> Reach:
        return cls(patient, may_mail=bool(patient.email) and not suppressions.holds(patient.email))

    def channel(self, purpose: str) -> str:
        return rules.channel_for(
            purpose,
            wants_mail=wants_mail(self.patient, purpose),
            has_address=self.may_mail,
            has_phone=bool(self.patient.phone),
        )


def wants_mail(patient: Patient, purpose: str) -> bool:
    """Return the patient's own choice about e-mail for this purpose."""
    return getattr(patient, CHOICES[purpose])


def hold(patient: Patient) -> Patient:
    """Return the patient fresh, held until the transaction ends, so that two plannings take turns.

    Call it before reading the facts that a plan is made of. SQLite's one writer at a time does the same. Raises
    Merged for a record that became part of another, Closed for one whose patient asked to be forgotten.
    """
    held = _held.first(patient.pk)
    if held is None:
        raise opening.not_open(patient)
    return held


@often
def _held(pk: int) -> QuerySet[Patient]:
    return Patient.objects.select_for_update(no_key=True).filter(pk=pk).order_by()


@transaction.atomic
def reconcile(*, owner: str, patient: Patient, desired: Iterable[Desired], at: datetime, because: str = "") -> Tally:
    """Make this owner's rows for this patient say what is desired, and nothing else; return what it took.

    Rows that left, failed, ran out of time or were settled by a person stay as they are. because: why rows are
    withdrawn; when empty, the owner's own reason for each.
    """
    return reconcile_held(hold(patient), {owner: desired}, at=at, because=because)


@transaction.atomic(savepoint=False)
def reconcile_held(
    patient: Patient, desired: Mapping[str, Iterable[Desired]], *, at: datetime, because: str = ""
) -> Tally:
    """Do as `reconcile` for several owners at once, for a patient who is held already (`hold`).

    desired: by owner; the rows of other owners stay as they are. What is to leave at once is sent once this stands;
    the rest waits for the beat of its time.
    """
    wanted = {} if patient.died_on else {one.key(owner): (owner, one) for owner, own in desired.items() for one in own}
    rows = {row.key: row for row in _open_or_wanted(patient.pk, list(desired), list(wanted))}
    reach, tally = Reach.of(patient), Counter[str]()
    in_time = {key: one for key, one in wanted.items() if key not in rows and one[1].not_after >= at}
    new = [_row(key, message, owner, reach, at=at) for key, (owner, message) in in_time.items()]
    insert(new, but_known=True)
    tally["inserted"] += len(new)
    leaves_now = any(row.due_at <= at for row in new)
    for key in wanted.keys() & rows.keys():
        done = _bring_about(rows[key], wanted[key][1], reach=reach, at=at)
        leaves_now = leaves_now or (done != ["kept"] and wanted[key][1].due_at <= at)
        tally.update(done)
    for key in rows.keys() - wanted.keys():
        tally.update(_take_back(rows[key], because=because, at=at))
    if leaves_now:
        transaction.on_commit(waking.wake)
    return Tally(**tally)


@often
def _open_or_wanted(patient: int, owners: list[str], keys: list[str]) -> QuerySet[Notice]:
    open_or_wanted = Q(state__in=[State.DUE, State.SENDING, State.HANDED]) | Q(key__in=keys)
    return Notice.objects.filter(open_or_wanted, owner__in=owners, patient=patient).order_by()


def heal(
    *,
    owner: str,
    patient_ids: Iterable[int],
    desired: Callable[..., Iterable[Desired]],
    at: datetime,
    patience: timedelta = PATIENCE,
) -> Tally:
    """Reconcile these patients once more with what their owner desires; return what that took.

    desired: called as desired(patient, at=at). One patient's trouble is logged and does not stop the next. Ends after
    `patience`; every run begins elsewhere, so that each patient has a turn where one run cannot look at all of them.
    """
    began, total = time.monotonic(), Tally()
    for patient_id in _from_elsewhere(sorted(patient_ids), at=at):
        if time.monotonic() - began >= patience.total_seconds():
            break
        try:
            with transaction.atomic():
                patient = hold(Patient(pk=patient_id))
                total += reconcile(owner=owner, patient=patient, desired=desired(patient, at=at), at=at)
        except Exception:
            log.exception("What %s has to say to patient %s could not be derived again", owner, patient_id)
    return total


def _from_elsewhere(ids: list[int], *, at: datetime) -> list[int]:
    """Return the ids turned round, by a part of their length that goes evenly over all of it from run to run."""
    first = int(len(ids) * (at.timestamp() // BETWEEN_RUNS.total_seconds() * GOLDEN % 1))
    return ids[first:] + ids[:first]


def _bring_about(row: Notice, message: Desired, *, reach: Reach, at: datetime) -> list[str]:
    """Change or revive one row; return the names of what was done."""
    if row.state == State.WITHDRAWN and row.settled_by_id is None and message.not_after > at:
        return [_revive(row, _facts(message, reach) | _page(message), at=at)]
    if row.state not in (State.DUE, State.SENDING):
        return ["kept"]  # and its words are not even made
    facts = _facts(message, reach)
    changes = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if not changes:
        return ["kept"]
    if changes.keys() & set(TEXT):  # the page says what the text says, so else it is not even made
        changes |= _page(message)
    afresh = {"state": State.DUE, "lease_until": None, "planned_at": at}
    if not Notice.objects.open().filter(pk=row.pk).update(**changes, **afresh):
        return ["kept"]  # it began to leave a moment ago
    done = ["redated"] if changes.keys() & set(TIMES) else []
    return done + (["reworded"] if changes.keys() - set(TIMES) else [])


def _facts(message: Desired, reach: Reach) -> dict[str, Any]:
    """Return what on a row follows from what is desired and how the patient is reached, but for the page."""
    channel = reach.channel(message.purpose)
    return {
        "purpose": message.purpose,
        "site_id": message.site.pk,
        "channel": channel,
        "to_address": reach.patient.email if channel == Channel.MAIL else "",
        "language": message.language,
        "headline": message.words.subject,
        "body_text": message.words.text,
        "due_at": message.due_at,
        "not_after": message.not_after,
        "any_hour": message.any_hour,
    }


def _page(message: Desired) -> dict[str, str]:
    """Return the words as a page; making it takes the longest of all."""
    return {"body_html": message.words.html}


def _row(key: str, message: Desired, owner: str, reach: Reach, *, at: datetime) -> Notice:
    return Notice(
        key=key,
        owner=owner,
        kind=message.kind,
        subject=message.subject,
        occasion=message.occasion,
        patient=reach.patient,
        planned_at=at,
        **_facts(message, reach),
        **_page(message),
    )


def _revive(row: Notice, facts: dict[str, Any], *, at: datetime) -> str:
    again = {"state": State.DUE, "settled_at": None, "state_reason": "", "next_try_at": None, "planned_at": at}
    revived = Notice.objects.filter(pk=row.pk, state=State.WITHDRAWN).update(**facts, **again)
    return "revived" if revived else "kept"


def _take_back(row: Notice, *, because: str, at: datetime) -> list[str]:
    """Withdraw a row that is not desired; one already on its way is only marked as crossed."""
    if row.crossed_at is not None:
        return ["kept"]
    reason = because or (_("The patient has died.") if row.patient.died_on else owners.reason_against(row, at=at))
    reason = (reason or _("No longer needed."))[:250]
    if _withdraw(row, reason=reason, at=at):
        return ["withdrawn"]
    Notice.objects.filter(pk=row.pk, state=State.HANDED, crossed_at=None).update(crossed_at=at, state_reason=reason)
    return ["kept"]


def _withdraw(row: Notice, *, reason: str, at: datetime, **more: Any) -> int:
    """Take back a row that has not begun to leave; the row decides the race with the sender."""
    gone = {"state": State.WITHDRAWN, "settled_at": at, "lease_until": None, "state_reason": reason}
    return Notice.objects.open().filter(pk=row.pk).update(**gone, **more)


@transaction.atomic
def withdraw(notice: Notice, *, because: str, by: Actor, at: datetime) -> None:
    """Take a message back by hand; planning leaves it alone from now on. Raises Refused when it has left."""
    if not _withdraw(notice, reason=because[:250], at=at, settled_by=by.user):
        raise Refused(_too_late())
    audit.record("notice.withdrawn", notice, by=by, at=at, patient=notice.patient, reason=because)
    notice.refresh_from_db()


@transaction.atomic
def settle(notice: Notice, *, by: Actor, at: datetime) -> None:
    """Note that a sheet was printed or a call made. Raises Refused when it is neither, or was settled before."""
    done = {"state": State.DONE, "settled_at": at, "settled_by": by.user}
    if not Notice.objects.for_people().filter(pk=notice.pk).update(**done):
        raise Refused(
            Refusal(
                "notice.not_open",
                _("Nothing to do here"),
                _("This is no longer a sheet to print or a call to make. Look at it again."),
            )
        )
    audit.record("notice.settled", notice, by=by, at=at, patient=notice.patient)
    notice.refresh_from_db()


@transaction.atomic
def settle_all(chosen: Iterable[Notice], *, by: Actor, at: datetime) -> None:
    """Settle messages that were dealt with together, as the sheets of one visit; all of them or none."""
    for notice in chosen:
        settle(notice, by=by, at=at)


@transaction.atomic
def try_again(notice: Notice, *, by: Actor, at: datetime) -> None:
    """Let a message that failed, or that a person withdrew, go out once more; it may become a sheet or a call.

    So may one that left for an address which is not the patient's any more. Raises Refused for any other, when its
    last moment has passed (a stale message helps nobody), and when the patient's record is not open.
    """
    if notice.patient is not None:
        hold(notice.patient)
    if notice.not_after <= at:
        sentence = _("This message would arrive too late to help. Call the patient instead.")
        raise Refused(Refusal("notice.too_late", _("Its time has passed"), sentence))
    stopped = Q(state=State.FAILED) | Q(state=State.WITHDRAWN, settled_by__isnull=False)
    if notice.patient is not None and notice.patient.email:
        stopped |= Q(state=State.SENT, channel=Channel.MAIL) & ~Q(to_address__iexact=notice.patient.email)
    afresh = {"state": State.DUE, "settled_at": None, "settled_by": None, "next_try_at": None, "attempt_count": 0}
    way = _way(notice)
    if not Notice.objects.filter(stopped, pk=notice.pk).update(**afresh, **way, state_reason="", planned_at=at):
        sentence = _("This message has not failed. Look at it again.")
        raise Refused(Refusal("notice.not_stopped", _("Nothing to try again"), sentence))
    transaction.on_commit(waking.wake)
    audit.record("notice.tried_again", notice, by=by, at=at, patient=notice.patient)
    notice.refresh_from_db()


def _way(notice: Notice) -> dict[str, str]:
    """Return the channel and address by which the message reaches its patient today."""
    if notice.patient is None:
        return {}
    channel = Reach.of(notice.patient).channel(notice.purpose)
    return {"channel": channel, "to_address": notice.patient.email if channel == Channel.MAIL else ""}


def _too_late() -> Refusal:
    return Refusal("notice.left", _("Too late to stop it"), _("This message has left or is leaving at this moment."))
