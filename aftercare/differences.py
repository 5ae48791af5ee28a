"""What differs between two versions of aftercare, message by message, for people to compare."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftercare import protocols
from aftercare.models import Protocol, Step
from clinic import words
from intake.texts import Line, changes

AFTER_THE_LAST = (Step.Purpose.REVIEW, Step.Purpose.MAINTENANCE)


@dataclass(frozen=True)
class Fact:
    """One thing about a step, as it was and as it is now."""

    label: str
    was: str
    now: str


@dataclass(frozen=True)
class Wording:
    """What changes in a step's words in one language."""

    language: str
    label: str
    lines: list[Line]


@dataclass(frozen=True)
class Difference:
    """A step that is new, gone, or says something else. kind: new, gone or changed."""

    kind: str
    code: str
    title: str
    facts: list[Fact] = field(default_factory=list)
    wordings: list[Wording] = field(default_factory=list)


def between(older: Protocol | None, newer: Protocol) -> list[Difference]:
    """Return what the newer version says otherwise than the older one, in the order of its steps."""
    before = {step.code: step for step in protocols.steps_of(older)} if older else {}
    after = {step.code: step for step in protocols.steps_of(newer)}
    found = []
    for code, step in after.items():
        if code not in before:
            found.append(Difference("new", code, step.title, wordings=wordings(None, step)))
            continue
        facts, said = _facts(before[code], step), wordings(before[code], step)
        if facts or said:
            found.append(Difference("changed", code, step.title, facts, said))
    return found + [Difference("gone", code, step.title) for code, step in before.items() if code not in after]


def wordings(older: Step | None, newer: Step) -> list[Wording]:
    """Return what a step says otherwise, by language; lines that stay are left out."""
    was, now = protocols.letters_of(older) if older else {}, protocols.letters_of(newer)
    found = []
    for code, label in settings.LANGUAGES:
        lines = changed_lines(was.get(code, ""), now.get(code, ""))
        if lines:
            found.append(Wording(code, str(label), lines))
    return found


def changed_lines(was: str, now: str) -> list[Line]:
    """Return the lines that go and that come between two texts."""
    return [line for line in changes(was, now) if line.kind != "same" and line.words.strip()]


def when(step: Step) -> str:
    """Return when a step leaves, in words."""
    if step.offset_hours == 0:
        return _("When the treatment ends")
    if step.offset_hours is not None:
        return ngettext("%(n)s hour after", "%(n)s hours after", step.offset_hours) % {"n": step.offset_hours}
    days = step.offset_days or 0
    if step.purpose in AFTER_THE_LAST:
        return ngettext("%(n)s day after the last", "%(n)s days after the last", days) % {"n": days}
    return ngettext("%(n)s day after", "%(n)s days after", days) % {"n": days}


def until(step: Step) -> str:
    """Return how late a step may still leave, in words."""
    hours = step.not_after_hours
    if hours % 24 == 0 and hours >= 48:
        return ngettext("%(n)s day late", "%(n)s days late", hours // 24) % {"n": hours // 24}
    return ngettext("%(n)s hour late", "%(n)s hours late", hours) % {"n": hours}


def whom(step: Step) -> str:
    """Return after which sessions and under which conditions a step is said, in words."""
    sessions = _("every session") if step.every_session else _("the first session of a course")
    if step.purpose in AFTER_THE_LAST:
        sessions = _("the last session of a course")
    meanings = words.meanings("conditions")
    return "; ".join([sessions, *(_("only if %(what)s") % {"what": meanings.get(one, one)} for one in step.only_if)])


def _facts(was: Step, now: Step) -> list[Fact]:
    pairs = [
        Fact(_("Title"), was.title, now.title),
        Fact(_("Leaves"), when(was), when(now)),
        Fact(_("At most"), until(was), until(now)),
        Fact(_("After"), whom(was), whom(now)),
    ]
    return [fact for fact in pairs if fact.was != fact.now]
