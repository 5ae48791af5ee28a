"""A patient's story as one list, latest first. What a reader may not see is never fetched.

The desk gets visits, messages and consents as states; clinicians also what was done, the checks and the addenda.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.models import Appointment
from clinic.actors import Actor
from intake.models import Consent, Screening
from outbox.models import Notice
from patients.models import Patient
from treatments.models import Addendum, Session
from treatments.rules import mm

FIRST_LOOK = 40  # entries that are shown before somebody asks for everything

VISITS, SESSIONS, CHECKS, CONSENTS, MESSAGES = "visits", "sessions", "checks", "consents", "messages"
CLINICAL = (SESSIONS, CHECKS)
FILTER_WORDS = {
    "": gettext_lazy("All"),
    VISITS: gettext_lazy("Visits"),
    SESSIONS: gettext_lazy("Sessions"),
    CHECKS: gettext_lazy("Health checks"),
    CONSENTS: gettext_lazy("Consents"),
    MESSAGES: gettext_lazy("Messages"),
}
TOLD = (Notice.State.HANDED, Notice.State.SENT, Notice.State.DONE, Notice.State.FAILED)


@dataclass(frozen=True)
class Needled:
    """One zone of a session as it stands in the story."""

    zone: str
    depth: str


@dataclass(frozen=True)
class Entry:
    """One thing that happened or will. mark: the state an icon shows, or ""; note: a line with a lock or a warning.

    since: when the first of several began that are told as one.
    """

    at: datetime
    kind: str
    title: str
    words: str = ""
    href: str = ""
    who: str = ""
    mark: str = ""
    needled: tuple[Needled, ...] = ()
    note: str = ""
    since: datetime | None = None
    is_sealed: bool = False


@dataclass(frozen=True)
class Filter:
    """A chip above the story."""

    code: str
    words: str
    is_on: bool


@dataclass(frozen=True)
class Story:
    """What is shown of a patient's story, and whether there is more."""

    entries: tuple[Entry, ...]
    filters: tuple[Filter, ...]
    has_more: bool


def story(patient: Patient, *, reader: Actor, chosen: str = "", everything: bool = False) -> Story:
    """Return the story as far as the reader may see it. chosen: one of the filters, or "" for all."""
    sources = _sources(reader)
    chosen = chosen if chosen in sources else ""
    limit = None if everything else FIRST_LOOK + 1
    kinds = [chosen] if chosen else list(sources)
    entries = [entry for kind in kinds for entry in sources[kind](patient, reader, limit, bool(chosen))]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    if not chosen:
        entries = list(_gathered(entries))
    return Story(
        entries=tuple(entries if everything else entries[:FIRST_LOOK]),
        filters=tuple(Filter(code, str(FILTER_WORDS[code]), code == chosen) for code in ("", *sources)),
        has_more=not everything and len(entries) > FIRST_LOOK,
    )


def _gathered(entries: list[Entry]) -> Iterator[Entry]:
    """Yield the entries with messages that follow one another told as one; a failed one stands alone."""
    for is_plain, run in groupby(entries, key=lambda entry: entry.kind == MESSAGES and not entry.mark):
        told = list(run)
        if not is_plain or len(told) == 1:
            yield from told
            continue
        purposes = Counter(entry.title for entry in told)
        yield replace(
            told[0],
            title=_("%(n)s messages") % {"n": len(told)},
            words=", ".join(f"{purpose} {count}" for purpose, count in purposes.items()),
            href=f"?show={MESSAGES}",
            since=told[-1].at,
        )


Source = Callable[[Patient, Actor, int | None, bool], Iterable[Entry]]


def _sources(reader: Actor) -> dict[str, Source]:
    all_sources = {
        VISITS: _visits,
        SESSIONS: _sessions,
        CHECKS: _checks,
        CONSENTS: _consents,
        MESSAGES: _messages,
    }
    if reader.may("see_clinical"):
        return all_sources
    return {kind: source for kind, source in all_sources.items() if kind not in CLINICAL}


def _visits(patient: Patient, reader: Actor, limit: int | None, alone: bool) -> Iterable[Entry]:
    found = Appointment.objects.filter(patient=patient).select_related("service", "practitioner", "room")
    if reader.may("see_clinical") and not alone:
        found = found.filter(Q(session=None) | Q(session__ended_at=None))  # the session tells the rest
    for visit in found.order_by("-starts_at")[:limit]:
        yield Entry(
            at=visit.starts_at,
            kind=VISITS,
            title=visit.service.name,
            words=visit.get_state_display(),
            href=reverse("desk:appointment", args=[visit.uuid]),
            who=visit.practitioner.name,
            mark=visit.state,
        )


def _messages(patient: Patient, reader: Actor, limit: int | None, alone: bool) -> Iterable[Entry]:
    """What was said; asked for alone, also what is planned, withdrawn or came too late."""
    found = Notice.objects.filter(patient=patient)
    if not alone:
        found = found.filter(state__in=TOLD)
    for notice in found.order_by("-due_at")[:limit]:
        yield Entry(
            at=notice.settled_at if notice.state in TOLD and notice.settled_at else notice.due_at,
            kind=MESSAGES,
            title=notice.get_purpose_display(),
            words=f"{notice.get_channel_display()} · {notice.get_state_display()}",
            href=reverse("desk:message", args=[notice.uuid]),
            mark="failed" if notice.state == Notice.State.FAILED else "",
        )


def _consents(patient: Patient, reader: Actor, limit: int | None, alone: bool) -> Iterable[Entry]:
    found = Consent.objects.filter(patient=patient).select_related("text", "recorded_by").order_by("-given_at")
    for consent in found[:limit]:
        title = _("Consent: %(text)s") % {"text": consent.text}
        words = _("Signed") if consent.is_signed else _("Given")
        who = consent.recorded_by.name if consent.recorded_by else ""
        yield Entry(at=consent.given_at, kind=CONSENTS, title=title, words=words, who=who)
        if consent.withdrawn_at:
            yield Entry(at=consent.withdrawn_at, kind=CONSENTS, title=title, words=_("Withdrawn"))


def _checks(patient: Patient, reader: Actor, limit: int | None, alone: bool) -> Iterable[Entry]:
    found = Screening.objects.filter(patient=patient).select_related("asked_by").order_by("-asked_at")
    if not alone:
        found = found.exclude(outcome=Screening.Outcome.CLEAR)
    for check in found[:limit]:
        yield Entry(
            at=check.asked_at,
            kind=CHECKS,
            title=_("Health check"),
            words=check.get_outcome_display(),
            who=check.asked_by.name,
            mark="" if check.outcome == Screening.Outcome.CLEAR else "attention",
        )


def _sessions(patient: Patient, reader: Actor, limit: int | None, alone: bool) -> Iterable[Entry]:
    found = (
        Session.objects.filter(patient=patient)
        .select_related("course__concern", "practitioner", "signed_by")
        .prefetch_related("zone_passes__zone")
        .annotate(addendum_count=Count("addenda"))
        .order_by("-started_at")
    )
    for session in found[:limit]:
        yield _session_entry(session)
    addenda = Addendum.objects.filter(session__patient=patient).select_related("written_by", "session__course")
    for addendum in addenda.order_by("-written_at")[:limit]:
        yield Entry(
            at=addendum.written_at,
            kind=SESSIONS,
            title=_("Addendum: %(reason)s") % {"reason": addendum.reason},
            words=addendum.words,
            href=reverse("desk:record", args=[addendum.session.uuid]),
            who=addendum.written_by.name,
        )


def _session_entry(session: Session) -> Entry:
    return Entry(
        at=session.started_at,
        kind=SESSIONS,
        title=session_title(session),
        words=_reaction_words(session),
        href=reverse("desk:record" if session.is_signed else "desk:chart", args=[session.uuid]),
        who=session.practitioner.name,
        mark="done" if session.is_signed else "in_room",
        needled=tuple(
            Needled(" ".join(filter(None, (one.zone.label, _side(one)))), mm(one.depth_mm))
            for one in session.zone_passes.all()
        ),
        note=_seal_words(session),
        is_sealed=session.is_signed,
    )


def session_title(session: Session) -> str:
    """Return "Session 2 of 4, acne scars", or "Session" for one outside any course."""
    if session.course is None or session.number is None:
        return _("Session")
    return _("Session %(number)s of %(of)s, %(concern)s") % {
        "number": session.number,
        "of": session.course.planned_sessions,
        "concern": session.course.concern.label.lower(),
    }


def _side(one) -> str:
    return one.get_side_display() if one.side else ""


def _reaction_words(session: Session) -> str:
    bleeding = session.get_bleeding_display() if session.bleeding else ""
    words = [_("Bleeding: %(bleeding)s.") % {"bleeding": bleeding.lower()} if bleeding else ""]
    if session.pain_during is not None:
        words.append(_("Pain %(pain)s of 10.") % {"pain": session.pain_during})
    return " ".join(filter(None, [*words, session.reaction_note]))


def _seal_words(session: Session) -> str:
    if session.struck_at:
        return _("Entered in error")
    if not session.ended_at:
        return _("In progress")
    if not session.signed_at:
        return _("Not signed yet")
    when = date_format(localtime(session.signed_at), "j M H:i")
    words = _("Signed %(when)s, %(who)s") % {"when": when, "who": session.signed_by.name}
    count = session.addendum_count
    if not count:
        return words
    return words + " · " + ngettext("%(n)s addendum", "%(n)s addenda", count) % {"n": count}
