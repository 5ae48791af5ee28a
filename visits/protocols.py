"""Moving plans that run to another version of aftercare: shown first, and done only on a press."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from aftercare import differences, plans, protocols
from aftercare.models import Plan, Protocol
from clinic.actors import Actor
from clinic.refusals import Refused
from intake.texts import Line
from outbox import notices
from outbox.models import Notice
from visits import notices as visit_notices

SAMPLE, AT_MOST = 6, 24  # plans that are shown, and that are tried to find so many that change


@dataclass(frozen=True)
class Changed:
    """A message that has not left, as it stands and as it would be. kind: new, gone or changed."""

    kind: str
    code: str
    was_due: datetime | None
    due: datetime | None
    subject: str
    lines: list[Line]

    @property
    def is_redated(self) -> bool:
        return self.was_due is not None and self.due is not None and self.was_due != self.due


@dataclass(frozen=True)
class Looked:
    """One plan that was looked at: whose it is, and which of its messages would change."""

    plan: Plan
    changes: list[Changed]


def running_elsewhere(protocol: Protocol, *, at: datetime) -> QuerySet[Plan]:
    """Return plans that may still say something and follow another version."""
    return plans.running(at).exclude(protocol=protocol).order_by("-session__ended_at")


def unsent_of(running: QuerySet[Plan]) -> QuerySet[Notice]:
    """Return the messages of these plans that have not begun to leave."""
    subjects = [f"session:{pk}" for pk in running.values_list("session", flat=True)]
    return Notice.objects.open().filter(owner=plans.OWNER, subject__in=subjects)


def looked_at(protocol: Protocol, *, by: Actor, at: datetime) -> list[Looked]:
    """Return for the latest plans that would change what moving them changes; nothing is kept of it."""
    found: list[Looked] = []
    for plan in running_elsewhere(protocol, at=at)[:AT_MOST]:
        if len(found) == SAMPLE:
            break
        with transaction.atomic():
            _in_line(plan, at=at)  # what would be planned anyway is no change
            before = _unsent(plan)
            moved = _moved(plan, protocol, by=by, at=at)
            after = _unsent(plan)
            transaction.set_rollback(True)
        if moved and (changes := list(_between(before, after))):
            found.append(Looked(plan, changes))
    return found


def move_plans(protocol: Protocol, *, by: Actor, at: datetime) -> int:
    """Let every plan that runs follow this version, each with its notices in one transaction; return how many."""
    moved = 0
    for plan in running_elsewhere(protocol, at=at):
        with transaction.atomic():
            moved += _moved(plan, protocol, by=by, at=at)
    return moved


def _in_line(plan: Plan, *, at: datetime) -> None:
    with suppress(Refused):
        visit_notices.reconcile_held(notices.hold(plan.session.patient), at=at)


def _moved(plan: Plan, protocol: Protocol, *, by: Actor, at: datetime) -> bool:
    """Move one plan and plan its messages anew; a record that was merged or closed meanwhile is left alone."""
    try:
        patient = notices.hold(plan.session.patient)
    except Refused:
        return False
    protocols.move(plan, protocol, by=by, at=at)
    visit_notices.reconcile_held(patient, at=at)
    return True


def _unsent(plan: Plan) -> dict[str, Notice]:
    rows = Notice.objects.open().filter(owner=plans.OWNER, subject=f"session:{plan.session_id}")
    return {row.kind: row for row in rows.order_by("due_at")}


def _between(before: dict[str, Notice], after: dict[str, Notice]):
    """Yield what differs between two states of a plan's messages."""
    for code in dict.fromkeys([*after, *before]):
        was, now = before.get(code), after.get(code)
        told = now or was
        lines = differences.changed_lines(was.body_text if was else "", now.body_text if now else "")
        kind = "changed" if was and now else ("new" if now else "gone")
        change = Changed(
            kind, code, was and was.due_at, now and now.due_at, told.headline, lines if was and now else []
        )
        if kind != "changed" or lines or change.is_redated or was.headline != now.headline:
            yield change
