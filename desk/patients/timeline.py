"""A patient's story as one list, latest first. What a reader may not see is never fetched.

The desk gets visits, messages and consents as states, and its own notes; clinicians also what was done, the checks,
the adverse reactions, what they told of their skin, the letters of doctors, the restrictions and the addenda.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.db.models import Case, Count, QuerySet, When
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftercare import report_rules
from aftercare.models import Report
from booking.models import Appointment
from clinic.actors import Actor
from intake.models import Consent, Letter, Screening
from outbox.models import Notice
from patients import notes
from patients.models import Patient, Restriction
from patients.rules import short_day_words
from treatments.models import Addendum, Reaction, Session
from treatments.rules import mm

ON_A_PAGE = 60  # entries, before messages that follow one another are told as one

VISITS, SESSIONS, CHECKS, CONSENTS, MESSAGES = "visits", "sessions", "checks", "consents", "messages"
LETTERS, RESTRICTIONS, NOTES, REACTIONS, REPORTS = "letters", "restrictions", "notes", "reactions", "reports"
CLINICAL = (SESSIONS, CHECKS, LETTERS, RESTRICTIONS, REACTIONS, REPORTS)
FILTER_WORDS = {
    "": gettext_lazy("All"),
    VISITS: gettext_lazy("Visits"),
    SESSIONS: gettext_lazy("Sessions"),
    REACTIONS: gettext_lazy("Reactions"),
    REPORTS: gettext_lazy("Reports"),
    CHECKS: gettext_lazy("Health checks"),
    LETTERS: gettext_lazy("Letters"),
    CONSENTS: gettext_lazy("Consents"),
    MESSAGES: gettext_lazy("Messages"),
    RESTRICTIONS: gettext_lazy("Restrictions"),
    NOTES: gettext_lazy("Notes"),
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
    is_struck: bool = False


@dataclass(frozen=True)
class Filter:
    """A chip above the story."""

    code: str
    words: str
    is_on: bool


@dataclass(frozen=True)
class Story:
    """One page of a patient's story. earlier: from where the next page goes on, as it stands in its address, or ""."""

    entries: tuple[Entry, ...]
    filters: tuple[Filter, ...]
    earlier: str = ""


@dataclass(frozen=True)
class Look:
    """What is asked of one kind of entry. alone: it is shown by itself, so also what the whole leaves out.

    before: only what was earlier. limit: so many rows are enough; None for all.
    """

    alone: bool = False
    before: datetime | None = None
    limit: int | None = None

    def of(self, rows: QuerySet, by: str) -> QuerySet:
        """Return the rows that are asked for, the latest first by that field."""
        if self.before is not None:
            rows = rows.filter(**{f"{by}__lt": self.before})
        return rows.order_by(f"-{by}", "-pk")[: self.limit]


def story(patient: Patient, *, reader: Actor, chosen: str = "", before: datetime | None = None) -> Story:
    """Return a page of the story as far as the reader may see it. chosen: one of the filters, or "" for all."""
    sources = _sources(reader)
    chosen = chosen if chosen in sources else ""
    look = Look(alone=bool(chosen), before=before, limit=ON_A_PAGE + 1)
    entries = _told(patient, reader, [chosen] if chosen else list(sources), look)
    page = _page(entries)
    return Story(
        entries=tuple(page if chosen else _gathered(page)),
        filters=tuple(Filter(code, str(FILTER_WORDS[code]), code == chosen) for code in ("", *sources)),
        earlier=page[-1].at.isoformat() if len(page) < len(entries) else "",
    )


def whole(patient: Patient, *, reader: Actor) -> Story:
    """Return everything that the reader may see on one page, for the file on paper: each kind as if it stood alone."""
    return Story(tuple(_told(patient, reader, list(_sources(reader)), Look(alone=True))), filters=())


def _told(patient: Patient, reader: Actor, kinds: Sequence[str], look: Look) -> list[Entry]:
    sources = _sources(reader)
    entries = [entry for kind in kinds for entry in sources[kind](patient, reader, look)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _page(entries: list[Entry]) -> list[Entry]:
    """Return the first entries; those of the very same moment stay together, so that none falls between two pages."""
    end = ON_A_PAGE
    while 0 < end < len(entries) and entries[end].at == entries[end - 1].at:
        end += 1
    return entries[:end]


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


Source = Callable[[Patient, Actor, Look], Iterable[Entry]]


def _sources(reader: Actor) -> dict[str, Source]:
    all_sources = {
        VISITS: _visits,
        SESSIONS: _sessions,
        REACTIONS: _reactions,
        REPORTS: _reports,
        CHECKS: _checks,
        LETTERS: _letters,
        CONSENTS: _consents,
        MESSAGES: _messages,
        RESTRICTIONS: _restrictions,
        NOTES: _notes,
    }
    if reader.may("see_clinical"):
        return all_sources
    return {kind: source for kind, source in all_sources.items() if kind not in CLINICAL}


def _visits(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    found = Appointment.objects.filter(patient=patient).select_related("service", "practitioner", "room")
    if reader.may("see_clinical") and not look.alone:
        found = found.exclude(Session.objects.ended().at_visit())  # the session tells the rest
    for visit in look.of(found, "starts_at"):
        yield Entry(
            at=visit.starts_at,
            kind=VISITS,
            title=visit.service.name,
            words=visit.get_state_display(),
            href=reverse("desk:appointment", args=[visit.uuid]),
            who=visit.practitioner.name,
            mark=visit.state,
        )


def _messages(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    """What was said; asked for alone, also what is planned, withdrawn or came too late."""
    found = Notice.objects.filter(patient=patient)
    if not look.alone:
        found = found.filter(state__in=TOLD)
    told_at = Case(When(state__in=TOLD, settled_at__isnull=False, then="settled_at"), default="due_at")
    for notice in look.of(found.annotate(told_at=told_at), "told_at"):
        yield Entry(
            at=notice.told_at,
            kind=MESSAGES,
            title=notice.get_purpose_display(),
            words=f"{notice.get_channel_display()} · {notice.get_state_display()}",
            href=reverse("desk:message", args=[notice.uuid]),
            mark="failed" if notice.state == Notice.State.FAILED else "",
        )


def _restrictions(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    """What stops or stopped a visit; the rest after each session is told only where restrictions are asked for."""
    found = Restriction.objects.filter(patient=patient)
    if not look.alone:
        found = found.exclude(source__startswith="session:")
    for one in look.of(found, "written_at"):
        day = short_day_words(one.not_before) if one.not_before else ""
        lifted = _("Lifted %(day)s.") % {"day": date_format(localtime(one.lifted_at), "j M Y")} if one.lifted_at else ""
        yield Entry(
            at=one.written_at,
            kind=RESTRICTIONS,
            title=_("Not before %(day)s") % {"day": day} if day else _("A clinician decides first"),
            words=" ".join(filter(None, (one.words, lifted))),
            mark="" if one.lifted_at or one.not_before else "attention",
        )


def _notes(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    for kind in notes.kinds_for(reader):
        for note in look.of(kind.objects.filter(patient=patient), "at"):
            struck = {"who": note.struck_by_name, "why": note.struck_because}
            yield Entry(
                at=note.at,
                kind=NOTES,
                title=str(kind._meta.verbose_name).capitalize(),
                words=note.words,
                href=reverse("desk:note", args=[note.uuid]),
                who=note.by_name,
                note=_("Struck by %(who)s: %(why)s") % struck if note.struck_at else "",
                is_struck=note.struck_at is not None,
            )


def _consents(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    found = Consent.objects.filter(patient=patient).select_related("text", "recorded_by")
    for moment in ("given_at", "withdrawn_at"):
        for consent in look.of(found.exclude(**{moment: None}), moment):
            given = moment == "given_at"
            words = _("Signed") if consent.is_signed else _("Given")
            yield Entry(
                at=getattr(consent, moment),
                kind=CONSENTS,
                title=_("Consent: %(text)s") % {"text": consent.text},
                words=words if given else _("Withdrawn"),
                who=consent.recorded_by.name if given and consent.recorded_by else "",
            )


def _checks(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    found = Screening.objects.filter(patient=patient).select_related("asked_by")
    if not look.alone:
        found = found.exclude(outcome=Screening.Outcome.CLEAR)
    for check in look.of(found, "asked_at"):
        yield Entry(
            at=check.asked_at,
            kind=CHECKS,
            title=_("Health questions") if check.kind == Screening.Kind.FULL else _("Health check"),
            words=check.get_outcome_display(),
            who=check.who,
            mark="" if check.outcome == Screening.Outcome.CLEAR else "attention",
        )


def _letters(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    """What doctors wrote, at the moment when it was kept; one that was struck says so, and why."""
    for letter in look.of(Letter.objects.filter(patient=patient).select_related("kept_by"), "kept_at"):
        struck = {"who": letter.struck_by_name, "why": letter.struck_because}
        yield Entry(
            at=letter.kept_at,
            kind=LETTERS,
            title=_("Letter: %(whom)s, %(day)s")
            % {"whom": letter.from_whom, "day": date_format(letter.written_on, "j M Y")},
            words=letter.about,
            href=reverse("desk:letters", args=[patient.uuid]),
            who=letter.kept_by.name,
            note=_("Struck by %(who)s: %(why)s") % struck if letter.struck_at else "",
            is_struck=letter.struck_at is not None,
        )


def _sessions(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    found = (
        Session.objects.filter(patient=patient)
        .select_related("course__concern", "practitioner", "signed_by")
        .prefetch_related("zone_passes__zone")
        .annotate(addendum_count=Count("addenda"))
    )
    for session in look.of(found, "started_at"):
        yield _session_entry(session)
    addenda = Addendum.objects.filter(session__patient=patient).select_related("written_by", "session__course")
    for addendum in look.of(addenda, "written_at"):
        yield Entry(
            at=addendum.written_at,
            kind=SESSIONS,
            title=_("Addendum: %(reason)s") % {"reason": addendum.reason},
            words=addendum.words,
            href=reverse("desk:record", args=[addendum.session.uuid]),
            who=addendum.written_by.name,
        )


def _reactions(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    """What harm followed a treatment: when it was written down, and when it was closed."""
    found = Reaction.objects.filter(patient=patient).select_related("recorded_by", "closed_by", "struck_by")
    for moment in ("recorded_at", "closed_at"):
        for one in look.of(found.exclude(**{moment: None}), moment):
            is_end = moment == "closed_at"
            what = {"what": one.get_category_display(), "grade": one.grade}
            title = _("Reaction closed: %(what)s") if is_end else _("Reaction: %(what)s, grade %(grade)s")
            struck = {"who": one.struck_by.name, "why": one.struck_because} if one.struck_by else {}
            yield Entry(
                at=getattr(one, moment),
                kind=REACTIONS,
                title=title % what,
                words=one.get_outcome_display() if is_end else one.signs,
                href=reverse("desk:reaction", args=[one.uuid]),
                who=(one.closed_by if is_end else one.recorded_by).name,
                mark="attention" if one.is_open else "",
                note=_("Struck by %(who)s: %(why)s") % struck if struck else "",
                is_struck=bool(struck),
            )


def _reports(patient: Patient, reader: Actor, look: Look) -> Iterable[Entry]:
    """What the patient told of their skin, with what came of it."""
    found = Report.objects.filter(patient=patient).select_related("taken_down_by")
    for one in look.of(found, "told_at"):
        told = {"feeling": one.get_feeling_display(), "way": one.get_came_by_display()}
        came = _("What came of it: %(outcome)s.") % {"outcome": one.get_outcome_display()} if one.outcome else ""
        yield Entry(
            at=one.told_at,
            kind=REPORTS,
            title=_("Report: %(feeling)s, %(way)s") % told,
            words=" ".join(filter(None, ["; ".join(report_rules.in_words(one.signs)), one.words, came])),
            href=reverse("desk:report", args=[one.uuid]),
            who=one.taken_down_by.name if one.taken_down_by else "",
            mark="attention" if one.is_open else "",
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
