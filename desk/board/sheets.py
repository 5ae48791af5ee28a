"""The day on paper: one line per visit, as the desk needs it when the screens are dark. Nothing clinical is in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic.models import Service, Site
from clinic.wall_time import day_bounds, local
from desk.board import presence
from desk.board.reading import PRINTED, fetched, hours_words, visits_between
from desk.board.shown import State, initials_of
from intake import consents, texts
from patients import restrictions
from patients.models import Patient
from treatments import courses

ON_PAPER = (*PRINTED, "note", "patient__born_on", "patient__phone_digits")


@dataclass(frozen=True)
class SheetLine:
    """One visit on paper. state: what the desk may know of the patient; born, tail and
    note are empty with initials only: a note may say who it is."""

    time: str
    name: str
    born: str
    tail: str
    service: str
    who: str
    room: str
    state: str
    consent: str
    has_come: bool
    is_done: bool
    note: str


@dataclass(frozen=True)
class Sheet:
    """A local day on paper."""

    on: date
    title: str
    hours: str
    lines: tuple[SheetLine, ...]


def read(site: Site, on: date, *, at: datetime, only: int | None = None, initials: bool = False) -> Sheet:
    """Return the visits of a site's local day that are not called off, in six queries however many they are.

    only: the practitioner of whom alone it is. initials: no names, dates of birth, phone numbers or notes.
    """
    rows = visits_between(site, *day_bounds(on, site.zone)).only(*ON_PAPER).exclude(state=State.CANCELLED)
    visits = [visit for visit in fetched(rows) if only in (None, visit.practitioner_id)]
    words = restrictions.words_by_day((visit.patient_id, on) for visit in visits)
    agreed = _agreed(visit.patient for visit in visits)
    there = presence.read(site, on, at=at)
    return Sheet(
        on=on,
        title=date_format(on, "l j F Y"),
        hours=" · ".join(filter(None, [hours_words(there.opening(on)), there.words_on(None, on)])),
        lines=tuple(
            _line(visit, site, words[visit.patient_id, on].text, visit.patient_id in agreed, initials)
            for visit in visits
        ),
    )


def _agreed(people: Iterable[Patient]) -> set[int]:
    """Return the ids of those whose consent is there; nobody's is while no text to agree to is set up."""
    try:
        return consents.standing_among(people)
    except texts.NoConsentText:
        return set()


def _line(visit: Appointment, site: Site, state: str, has_agreed: bool, initials: bool) -> SheetLine:
    place = courses.place_words(visit.place_number, visit.place_of)
    starts, ends = (local(edge, site.zone) for edge in (visit.starts_at, visit.ends_at))
    needs_consent = visit.service.kind == Service.Kind.NEEDLING and visit.is_standing
    born = visit.patient.born_on
    return SheetLine(
        time=f"{starts:%H:%M}–{ends:%H:%M}",
        name=initials_of(visit.patient.name) if initials else visit.patient.name,
        born="" if initials else date_format(born, "j M Y") if born else _("not known"),
        tail="" if initials else visit.patient.phone_tail,
        service=f"{visit.service.name} · {place}" if place else visit.service.name,
        who=visit.practitioner.short_name,
        room=visit.room.name if visit.room else "",
        state=_("No-show") if visit.state == State.NO_SHOW else state if visit.is_standing else "",
        consent="" if not needs_consent else _("there") if has_agreed else _("due"),
        has_come=visit.state in (State.ARRIVED, State.IN_ROOM, State.DONE),
        is_done=visit.state == State.DONE,
        note="" if initials else visit.note,
    )
