"""Visits that must give way as the desk decides about them: one line each, its choices, and who hears what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from booking import telling
from booking.free_times import FreeTime
from booking.models import Appointment, Change
from clinic.models import Site, User
from clinic.wall_time import local
from desk import numbers
from desk.booking.offers import offer_value, read_value
from outbox.models import Notice
from outbox.notices import Reach
from visits.displaced import Decision, Proposal

MOST = 25  # visits decided about on one page; what is left comes after it
MOVES = ("same", "next")


@dataclass(frozen=True)
class Choice:
    """One thing that can be done with a visit. kind: same, next, cancel or leave; more: a remark under it."""

    kind: str
    value: str
    words: str
    more: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Told:
    """How a patient hears of it. way: mail, sheet, call, ring (too near for a message) or none."""

    way: str
    words: str


@dataclass(frozen=True)
class Line:
    """One visit with its choices; told: how the patient hears of the one that is chosen."""

    visit: Appointment
    starts_at: datetime
    ends_at: datetime
    choices: list[Choice]
    why_not: str
    told: Told | None

    @property
    def chosen(self) -> Choice:
        return next(one for one in self.choices if one.is_chosen)


@dataclass(frozen=True)
class Totals:
    """How many visits are moved, called off and left as they are, and how many patients hear of it in which way."""

    moved: int
    cancelled: int
    left: int
    mailed: int
    by_hand: list[Line]

    @property
    def settled(self) -> int:
        return self.moved + self.cancelled


def lines(proposals: Iterable[Proposal], *, chosen: Mapping[str, str], zone: ZoneInfo, at: datetime) -> list[Line]:
    """Return a line for each proposal. chosen: what was pressed before, by the field's name; else the best."""
    return [_line(one, chosen.get(f"visit-{one.visit.pk}", ""), zone, at) for one in proposals]


def totals(listed: Iterable[Line]) -> Totals:
    """Return the sums over what is chosen on each line."""
    listed = list(listed)
    kinds = [one.chosen.kind for one in listed]
    return Totals(
        moved=sum(kind in MOVES for kind in kinds),
        cancelled=kinds.count("cancel"),
        left=kinds.count("leave"),
        mailed=sum(one.told is not None and one.told.way == "mail" for one in listed),
        by_hand=[one for one in listed if one.told is not None and one.told.way != "mail"],
    )


def decisions(said: QueryDict, *, site: Site, practitioner: User | None = None) -> list[Decision]:
    """Return what a form decided about visits of this site; what cannot be read decides nothing.

    practitioner: whose visits at other sites give way, too, as one who is away is away wherever they work.
    """
    pks = [numbers.read(name.removeprefix("visit-")) for name in said if name.startswith("visit-")]
    ours = Q(site=site) | Q(practitioner=practitioner) if practitioner else Q(site=site)
    visits = Appointment.objects.for_board().filter(ours, pk__in=[pk for pk in pks if pk is not None][:MOST])
    people = {person.pk: person for person in User.objects.practitioners()}
    found = []
    for visit in visits:
        version = numbers.read(said.get(f"version-{visit.pk}", ""))
        value = said.get(f"visit-{visit.pk}", "")
        if version is not None and (one := _decision(visit, version, value, people)):
            found.append(one)
    return found


def _decision(visit: Appointment, version: int, value: str, people: Mapping[int, User]) -> Decision | None:
    kind, _slash, where = value.partition("/")
    if kind == "cancel":
        return Decision(visit, version, "cancel")
    place = read_value(where) if kind in MOVES else None
    if place is None or place[1] not in people:
        return None
    return Decision(visit, version, "move", place[0], people[place[1]])


def _line(proposal: Proposal, said: str, zone: ZoneInfo, at: datetime) -> Line:
    visit = proposal.visit
    choices = _choices(proposal, zone)
    marked = next((one for one in choices if one.value == said), None)
    marked = marked or next((one for one in choices if said and one.kind == said.partition("/")[0]), None)
    marked = marked or next(one for one in choices if one.kind == proposal.best)
    free = {"same": proposal.same_time, "next": proposal.next_time}.get(marked.kind)
    starts_at = free.starts_at if free else visit.starts_at
    return Line(
        visit=visit,
        starts_at=local(visit.starts_at, zone),
        ends_at=local(visit.ends_at, zone),
        choices=[Choice(one.kind, one.value, one.words, one.more, one is marked) for one in choices],
        why_not=proposal.why_not,
        told=None if marked.kind == "leave" else told(visit, starts_at, at=at),
    )


def _choices(proposal: Proposal, zone: ZoneInfo) -> list[Choice]:
    found = []
    if proposal.same_time:
        free = proposal.same_time
        found.append(Choice("same", _value("same", free), _same_words(proposal.visit, free)))
    if proposal.next_time:
        free = proposal.next_time
        found.append(Choice("next", _value("next", free), _next_words(free, zone), _late_words(proposal.closes)))
    return [*found, Choice("cancel", "cancel", _("Call it off")), Choice("leave", "leave", _("Leave for now"))]


def _value(kind: str, free: FreeTime) -> str:
    return f"{kind}/{offer_value(free.starts_at, free.practitioner.pk)}"


def _same_words(visit: Appointment, free: FreeTime) -> str:
    if free.practitioner.pk != visit.practitioner_id:
        return _("%(name)s at the same time") % {"name": free.practitioner.name}
    return _("%(place)s at the same time") % {"place": free.room or free.device or free.practitioner.name}


def _next_words(free: FreeTime, zone: ZoneInfo) -> str:
    wall = local(free.starts_at, zone)
    said = {"when": date_format(wall, "D j F, H:i"), "name": free.practitioner.short_name or free.practitioner.name}
    return _("%(when)s with %(name)s") % said


def _late_words(closes: date | None) -> str:
    return _("after the window closes on %(day)s") % {"day": date_format(closes, "j F")} if closes else ""


def told(visit: Appointment, starts_at: datetime, *, at: datetime) -> Told:
    """Return how the patient hears that the visit is now at starts_at, or was called off."""
    patient = visit.patient
    phone = str(patient.phone.as_international) if patient.phone else ""
    if telling.news_hours(at, starts_at) is None:
        return Told("ring", _("Too near for a message: ring %(phone)s") % {"phone": phone or patient.first_name})
    channel = Reach.of(patient).channel(Notice.Purpose.APPOINTMENT)
    if channel == Notice.Channel.MAIL:
        return Told("mail", _("E-mail to %(address)s") % {"address": masked(patient.email)})
    if phone:
        return Told("call", _("No e-mail: ring %(phone)s") % {"phone": phone})
    return Told("sheet", _("No e-mail and no phone: a sheet waits in Messages"))


def masked(email: str) -> str:
    """Return an address as it may stand on a screen that others see: f•••@post.example."""
    name, at, host = email.partition("@")
    return f"{name[:1]}•••{at}{host}"


@dataclass(frozen=True)
class Done:
    """One visit that gave way: what was done, and how the patient hears of it."""

    visit: Appointment
    change: Change
    told: Told

    @property
    def is_cancelled(self) -> bool:
        return self.change.verb == "cancel"

    @property
    def was(self) -> datetime:
        """When it was before; now, if only who treats or the place has changed."""
        before = parse_datetime(self.change.before.get("starts_at", ""))
        return local(before or self.visit.starts_at, self.visit.site.zone)

    @property
    def is_by_hand(self) -> bool:
        return self.told.way != "mail"


def done_for(reason: str, *, site: Site, since: datetime) -> list[Done]:
    """Return the visits that were moved or called off for that reason since then, newest first."""
    changes = Change.objects.filter(
        reason=reason, at__gte=since, verb__in=["move", "cancel"], undone_at=None, appointment__site=site
    ).select_related("appointment__patient", "appointment__practitioner", "appointment__service", "appointment__site")
    return done_by(changes.order_by("id"))


def done_by(changes: Iterable[Change]) -> list[Done]:
    """Return the visits that were changed so, each once by its newest, soonest first. changes: in their order."""
    newest = {change.appointment_id: change for change in changes}
    found = sorted(newest.values(), key=lambda change: change.appointment.starts_at)[:100]
    return [Done(one.appointment, one, told(one.appointment, one.appointment.starts_at, at=one.at)) for one in found]


def chosen_in(request: HttpRequest) -> Mapping[str, str]:
    """Return what was pressed so far on each line, by the field's name."""
    return {name: value for name, value in request.POST.items() if name.startswith("visit-")}
