"""What a patient is to be told, derived from the record as it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from aftercare import plans
from booking import notices as visit_notices
from clinic.actors import Actor
from outbox import addresses, notices
from outbox.models import Notice
from patients import links
from patients.models import Patient
from visits.transactions import step

_is_postponed: ContextVar[bool] = ContextVar("notices are planned later", default=False)


@contextmanager
def postponed() -> Iterator[None]:
    """Plan nothing meanwhile, as while a whole past is brought in; the caller reconciles each patient after it."""
    token = _is_postponed.set(True)
    try:
        yield
    finally:
        _is_postponed.reset(token)


def reconcile(patient: Patient, *, at: datetime) -> None:
    """Bring the outbox in line with the patient's visits and plans; each owner says why a message is withdrawn."""
    if not _is_postponed.get():
        reconcile_held(notices.hold(patient), at=at)


def reconcile_held(patient: Patient, *, at: datetime) -> None:
    """Do as `reconcile` for a patient who is held, and was read since (`outbox.notices.hold`)."""
    if _is_postponed.get():
        return
    wanted = {"booking": visit_notices.desired(patient, at=at), "aftercare": plans.desired(patient, at=at)}
    notices.reconcile_held(patient, wanted, at=at)


@step
def try_again(notice: Notice, *, by: Actor, at: datetime) -> None:
    """Make a message that failed due again, in the words that the record calls for now. Raises Refused."""
    notices.try_again(notice, by=by, at=at)
    if notice.patient is not None:
        reconcile(notice.patient, at=at)


def follow_address(patient: Patient, *, before: str, at: datetime) -> None:
    """Let messages follow a patient whose record was changed. before: the e-mail address until then.

    Where it was another, whatever was sent there opens nothing any more: it may be a stranger's.
    """
    if before and before.lower() != patient.email.lower():
        links.renew_all(patient, at=at)
    if before.lower() != patient.email.lower():
        addresses.follow(patient, at=at)
    reconcile(patient, at=at)


@step
def send_again(patient: Patient, *, by: Actor, at: datetime) -> int:
    """Send the aftercare of today once more that did not reach the patient; return how many messages. Raises Refused.

    Where the plan says that the newest takes the place of the older ones, it does so here too.
    """
    held = notices.hold(patient)
    chosen = list(addresses.missed(held, at=at))
    for notice in chosen:
        notices.try_again(notice, by=by, at=at)
    reconcile_held(held, at=at)
    return len(chosen)
