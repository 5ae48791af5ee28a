"""What a patient is to be told, derived from the record as it stands now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from aftercare import plans
from booking import notices as visit_notices
from clinic.actors import Actor
from outbox import notices
from outbox.models import Notice
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
