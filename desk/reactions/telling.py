"""An adverse reaction in words: its facts, what was used, and its story step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.value_history import as_text
from desk.patients.comparing import Line, label_of
from treatments import reaction_rules as rules
from treatments import reactions
from treatments.models import Reaction, ReactionEntry

Pair = tuple[str, str]


@dataclass(frozen=True)
class Step:
    """One step of the story: what kind, what was said, which values changed."""

    title: str
    words: str
    changes: tuple[str, ...]
    by: str
    at: datetime


def facts(reaction: Reaction) -> list[Pair]:
    """Return what stands of a reaction, label and value."""
    pairs = [
        (_("Grade"), str(rules.GRADES[reaction.grade])),
        (_("Serious"), _("yes") if reaction.is_serious else _("no")),
        (_("Where"), ", ".join(reactions.zones(reaction.zone_codes))),
        (_("Began"), " · ".join(filter(None, (moment(reaction.onset_at), after(reaction))))),
        (_("Caused by the treatment"), reaction.get_causality_display()),
        (_("How it stands"), reaction.get_outcome_display()),
        (_("Who was harmed"), reaction.get_affected_display()),
        (_("No session here"), reaction.no_session_because),
    ]
    return [pair for pair in pairs if pair[1]]


def after(reaction: Reaction) -> str:
    """Return how long after the end of its session it began; "" where that is not known."""
    hours = rules.hours_after(reaction.onset_at, reaction.session.ended_at) if reaction.session else None
    if hours is None:
        return ""
    words = ngettext("%(n)s hour after the session", "%(n)s hours after the session", hours)
    return words % {"n": hours}


def used(reaction: Reaction) -> list[Pair]:
    """Return the device and the lots of the session, label and value; they are read there, never copied."""
    session = reaction.session
    if session is None:
        return []
    pairs = []
    if device := session.device:
        pairs.append((_("Device"), f"{device.name} · {device.maker} {device.model} · {device.serial_number}"))
    for lot in reactions.lots(reaction):
        words = _("lot %(lot)s, use until %(day)s")
        said = words % {"lot": lot.number, "day": date_format(lot.expires_on, "j M Y")}
        pairs.append((str(lot.product.get_kind_display()), f"{lot.product.name} · {lot.product.maker} · {said}"))
    return pairs


def notes(reaction: Reaction) -> list[str]:
    """Return the remarks of table 5 about what was written; they stop nothing."""
    found = (rules.expected_note(reaction.category), rules.grade_note(reaction.category, reaction.grade))
    return [note for note in found if note]


def story(reaction: Reaction) -> list[Step]:
    """Return the steps, the latest first."""
    entries = reaction.entries.select_related("written_by").order_by("-id")
    return [_step(entry) for entry in entries]


def _step(entry: ReactionEntry) -> Step:
    changes = tuple(
        _("%(field)s: %(was)s → %(became)s")
        % {
            "field": label_of(Reaction, one["field"]),
            "was": in_words(one["field"], one["was"]),
            "became": in_words(one["field"], one["became"]),
        }
        for one in entry.changes
    )
    return Step(str(entry.get_kind_display()), entry.words, changes, entry.written_by.name, entry.written_at)


def in_words(name: str, text: str) -> str:
    """Return a text of the history in words, by the field that it was a value of."""
    field = Reaction._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return _("yes") if text == "yes" else _("no")
    if name == "zone_codes":
        return ", ".join(reactions.zones(text.split())) or _("nothing")
    if isinstance(field, models.DateTimeField) and text:
        return moment(parse_datetime(text))
    return str(dict(field.flatchoices).get(text, text)) or _("nothing")


def compared(name: str, now: Any, typed: Any) -> Line:
    """Return what stands now in a field beside what was typed."""
    return Line(label_of(Reaction, name), in_words(name, as_text(now)), in_words(name, as_text(typed)))


def moment(at: datetime) -> str:
    return date_format(localtime(at), "j M Y, H:i")
