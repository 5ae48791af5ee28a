"""Aftercare as a clinic writes it: a draft beside the version that stands, published by a person, then fixed for good.

    step = protocols.change(step, revision=draft.revision, letters={"en": "Subject: …"}, by=..., at=..., title="…")
    protocols.publish(draft, revision=draft.revision, note="Shorter words.", by=..., at=...)

Whoever changes a step of the version that stands begins a draft by it. Later sessions follow what is published; plans
that run keep their version until somebody moves them (`visits.protocols`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils.translation import gettext as _

from aftercare import clinical, lettering, step_rules
from aftercare.models import Plan, Protocol, Step, StepWords
from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused, Stale
from outbox.models import Notice

HOUSE_LANGUAGE = settings.LANGUAGE_CODE[:2]  # every letter is written in it
NO_DRAFT = 0  # the revision of a draft that nobody has begun
OWN = "OWN_"  # how the codes of a clinic's own steps begin


class NotPossible(Refused):
    """Raised for a step that cannot be so; `refusal.values["field"]` names the field at fault."""


def current() -> Protocol | None:
    """Return the version that later sessions follow."""
    return Protocol.objects.filter(is_current=True).first()


def draft() -> Protocol | None:
    """Return the version that is being written, which nothing follows yet."""
    return Protocol.objects.filter(published_at=None).select_related("made_by", "follows").first()


def steps_of(protocol: Protocol) -> QuerySet[Step]:
    """Return the steps of a version with their words, in the order in which they leave."""
    return protocol.steps.prefetch_related("words")


def letters_of(step: Step) -> dict[str, str]:
    """Return what a step says, by language."""
    return {row.language: row.letter for row in step.words.all()}


@transaction.atomic
def change(code: str, *, revision: int, letters: Mapping[str, str], by: Actor, at: datetime, **facts: Any) -> Step:
    """Write a step of the draft anew, which begins by it where there is none.

    revision: of the draft as it was read, NO_DRAFT where there was none. letters: by language; one left empty is read
    in English. facts: title, offset_hours, offset_days, not_after_hours, every_session, only_if. Raises NotPossible,
    `lettering.NotWritable`, and Stale when somebody else wrote meanwhile.
    """
    written = _writable(revision, by=by, at=at)
    step = written.steps.filter(code=code).first()
    if step is None:
        raise Stale(_("Somebody took this message out of the draft. Look at the list again."))
    _judge(step.code, step.purpose, facts)
    checked = _checked(letters, step.purpose)
    for name, value in facts.items():
        setattr(step, name, value)
    step.edited_at = at
    step.save()
    _say(step, checked)
    _in_order(written)
    fields = {**{name: str(value) for name, value in facts.items()}, **checked}
    audit.record("protocol.step_changed", step, by=by, at=at, fields=fields)
    return step


@transaction.atomic
def add(purpose: str, *, revision: int, letters: Mapping[str, str], by: Actor, at: datetime, **facts: Any) -> Step:
    """Put another step into the draft; otherwise as `change`."""
    written = _writable(revision, by=by, at=at)
    code = _own_code()
    _judge(code, purpose, facts)
    checked = _checked(letters, purpose)
    step = Step.objects.create(
        protocol=written, code=code, purpose=purpose, source=_("this clinic"), mark="policy", edited_at=at, **facts
    )
    _say(step, checked)
    _in_order(written)
    audit.record("protocol.step_added", step, by=by, at=at, fields=checked)
    return step


@transaction.atomic
def remove(code: str, *, revision: int, by: Actor, at: datetime) -> None:
    """Take a step out of the draft. Raises NotPossible for the first message, and Stale."""
    if code == step_rules.FIRST:
        _refuse("title", step_rules.first_stays())
    written = _writable(revision, by=by, at=at)
    step = written.steps.filter(code=code).first()
    if step is not None:
        audit.record("protocol.step_removed", step, by=by, at=at)
        step.delete()


@transaction.atomic
def discard(*, revision: int, by: Actor, at: datetime) -> None:
    """Throw the draft away. Raises Stale when somebody wrote in it meanwhile."""
    written = draft()
    if written is None:
        return
    _next_revision(written, revision)
    audit.record("protocol.discarded", written, by=by, at=at)
    written.delete()


@transaction.atomic
def publish(*, revision: int, note: str, by: Actor, at: datetime) -> Protocol:
    """Let later sessions follow the draft, which never changes from now on. Raises NotPossible, and Stale."""
    written = draft()
    if written is None:
        raise _stale()
    if not note.strip():
        _refuse("note", _("Write in a few words what changes and why; it stays beside the version."))
    standing = current()
    if standing is not None and clinical.content(standing) == clinical.content(written):
        _refuse("note", _("Nothing differs from the version that stands. Change a message first."))
    for step in steps_of(written):  # what was written under rules of before is judged by those of today
        _judge(step.code, step.purpose, {name: getattr(step, name) for name in step_rules.FACTS})
        _checked(letters_of(step), step.purpose)
    if not written.steps.filter(code=step_rules.FIRST).exists():
        _refuse("note", step_rules.first_stays())
    _next_revision(written, revision)
    Protocol.objects.filter(is_current=True).update(is_current=False)
    stamp = {"published_at": at, "published_by": by.user, "note": note.strip()[:250], "is_current": True}
    Protocol.objects.filter(pk=written.pk).update(**stamp)
    written.refresh_from_db()
    audit.record("protocol.published", written, by=by, at=at, reason=written.note)
    return written


@transaction.atomic
def move(plan: Plan, protocol: Protocol, *, by: Actor, at: datetime) -> None:
    """Let a plan that runs follow another version from now on; its notices are reconciled by who calls this."""
    if Plan.objects.filter(pk=plan.pk, stopped_at=None).exclude(protocol=protocol).update(protocol=protocol):
        fields = {"protocol": str(protocol)}
        audit.record("aftercare.moved", plan, by=by, at=at, patient=plan.session.patient, fields=fields)


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return "": a test that somebody sent to themselves is wanted whatever became of the draft since."""
    return ""


def _writable(revision: int, *, by: Actor, at: datetime) -> Protocol:
    """Return the draft, one revision on, or one begun from the version that stands. Raises Stale."""
    written = draft()
    if written is not None:
        _next_revision(written, revision)
        return written
    standing = current()
    if revision != NO_DRAFT or standing is None:
        raise _stale()
    highest = Protocol.objects.filter(name=standing.name).aggregate(highest=Max("version"))["highest"] or 0
    begun = Protocol.objects.create(
        name=standing.name, version=highest + 1, follows=standing, made_at=at, made_by=by.user
    )
    clinical.write(begun, [(step, letters_of(step)) for step in steps_of(standing)])
    audit.record("protocol.begun", begun, by=by, at=at)
    return begun


def _next_revision(written: Protocol, revision: int) -> None:
    held = Protocol.objects.filter(pk=written.pk, published_at=None, revision=revision)
    if not held.update(revision=F("revision") + 1):
        raise _stale()
    written.refresh_from_db()


def _stale() -> Stale:
    return Stale(_("Somebody wrote in the draft a moment ago. Compare with what stands now, and save again."))


def _own_code() -> str:
    """Return a code that no version has had: a plan that is moved must not take one message for another."""
    known = Step.objects.filter(code__startswith=OWN).values_list("code", flat=True)
    numbers = [int(code.removeprefix(OWN)) for code in known if code.removeprefix(OWN).isdecimal()]
    return f"{OWN}{max(numbers, default=0) + 1}"


def _in_order(written: Protocol) -> None:
    """Let the steps stand by the time at which they leave."""
    ordered = sorted(written.steps.all(), key=lambda step: (step_rules.hours(step), step.position, step.pk))
    for position, step in enumerate(ordered, start=1):
        step.position = position
    Step.objects.bulk_update(ordered, ["position"])


def _checked(letters: Mapping[str, str], purpose: str) -> dict[str, str]:
    """Return the letters as they are kept, without the empty ones. Raises NotWritable."""
    written = {language: text for language, text in letters.items() if text.strip()}
    written.setdefault(HOUSE_LANGUAGE, "")
    for language, text in written.items():
        lettering.checked(text, language=language, purpose=purpose)
    return {language: lettering.tidy(text) for language, text in written.items()}


def _say(step: Step, letters: Mapping[str, str]) -> None:
    step.words.all().delete()
    rows = [StepWords(step=step, language=code, letter=text) for code, text in sorted(letters.items())]
    StepWords.objects.bulk_create(rows)


def _judge(code: str, purpose: str, facts: Mapping[str, Any]) -> None:
    if fault := step_rules.fault(code, purpose, facts):
        _refuse(*fault)


def _refuse(field: str, sentence: str) -> None:
    raise NotPossible(Refusal("protocol.step", _("This can't be saved."), str(sentence), values={"field": field}))
