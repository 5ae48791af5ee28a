"""Choosing a time, for a new visit and for one that moves: what stands in the way, what can be done, and the times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from booking import diary, wishes
from booking.models import Appointment
from clinic.models import Service, User
from clinic.refusals import Refusal, Refused
from clinic.wall_time import local
from desk.board.pages import today_of
from desk.booking import agreeing
from desk.booking.agreeing import AllTheSame
from desk.booking.offers import PARTS_OF_DAY, Offer, Wish, choose, offer, offers
from patients.models import Patient
from treatments import gates
from visits import judging


@dataclass(frozen=True)
class Window:
    """A window to draw on a day line."""

    last_on: date
    opens_on: date
    closes_on: date
    best_on: date | None
    asked_on: date | None


@dataclass
class Choice:
    """The times offered and why not others.

    asked: the instant of a free cell that was pressed, or that was written. length: minutes of needling, None for the
    service's own. refusals: what stands in the way. all_the_same: how that is passed; exception: the asked time, which
    only such an agreement opens.
    """

    service: Service | None = None
    practitioner: User | None = None
    part: str = ""
    asked: datetime | None = None
    length: int | None = None
    usual_length: int | None = None
    lengths: list[int] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    exception: Offer | None = None
    refusals: list[Refusal] = field(default_factory=list)
    all_the_same: AllTheSame | None = None
    has_more: bool = True
    just_picked: bool = False

    @property
    def refusal(self) -> Refusal | None:
        return self.refusals[0] if self.refusals else None

    @property
    def chosen(self) -> Offer | None:
        listed = [*self.offers, *([self.exception] if self.exception else [])]
        return next((one for one in listed if one.is_chosen), None)

    @property
    def told(self) -> list[tuple[Refusal, Window | None, str]]:
        """Return each refusal with the window that it is about, and after the last of them who may pass them all."""
        who_may = self.all_the_same.who_may if self.all_the_same else ""
        last = len(self.refusals) - 1
        return [
            (one, None if place else self.window, who_may if place == last else "")
            for place, one in enumerate(self.refusals)
        ]

    @property
    def window(self) -> Window | None:
        values = self.refusal.values if self.refusal else {}
        if not (values.get("counted_from") and values.get("opens") and values.get("closes")):
            return None
        return Window(values["counted_from"], values["opens"], values["closes"], values.get("best"), values["asked"])

    @property
    def may_pass(self) -> bool:
        return bool(self.all_the_same and self.all_the_same.may)

    @property
    def is_asked_gone(self) -> bool:
        """Say whether a time was asked for that this service does not fit into."""
        return bool(self.asked and not self.refusals and not any(one.is_asked for one in self.offers))

    @property
    def wants_consultation(self) -> bool:
        return any(one.rule == "consultation.first" for one in self.refusals)

    @property
    def parts_of_day(self) -> list[tuple[str, Any, bool]]:
        return [(key, words, key == self.part) for key, (words, *_rest) in PARTS_OF_DAY.items()]


def fill(
    choice: Choice,
    request: HttpRequest,
    said: Mapping[str, str],
    *,
    from_day: date | None,
    patient: Patient | None,
    is_somebody: bool = True,
    ignore: Appointment | None = None,
) -> None:
    """Fill in what stands in the way, and the times.

    from_day: the first local day wished for. is_somebody: a patient is known or being entered. ignore: the visit that
    moves.
    """
    if choice.service is None:
        return
    today = today_of(request)
    asked_on = local(choice.asked, request.site.zone).date() if choice.asked else from_day
    start = max(asked_on or today, today)
    stops = _stops(choice, request, patient, ignore, on=start) if is_somebody else []
    choice.refusals = [one for one in stops if asked_on or not one.earliest]
    earliest = next((one.earliest for one in stops if one.earliest), None)
    wish = Wish(
        service=choice.service,
        site=request.site,
        start=max(start, earliest) if earliest else start,
        practitioner=choice.practitioner,
        patient=patient,
        part=choice.part,
        ignore=ignore,
        needling_minutes=choice.length,
    )
    _find(choice, wish, request, said)


def _stops(
    choice: Choice, request: HttpRequest, patient: Patient | None, ignore: Appointment | None, *, on: date
) -> list[Refusal]:
    if ignore is not None:
        return gates.day_refusals(ignore, on=on, at=request.now)
    return judging.stops(patient, service=choice.service, site=request.site, on=on, at=request.now)


def _find(choice: Choice, wish: Wish, request: HttpRequest, said: Mapping[str, str]) -> None:
    more, chosen = bool(said.get("more")), said.get("time", "")
    found = offers(wish, at=request.now, asked=choice.asked, more=more, chosen=chosen)
    asked = next((one for one in found if one.is_asked), None)
    if choice.asked and asked is None:
        asked = _ask_for(choice, wish, request.now)
    choice.all_the_same = agreeing.judge(choice.refusals, by=request.actor)
    if any(one.rule == "restriction.needs_clinician" for one in choice.refusals) and not choice.may_pass:
        return
    choice.offers = found
    if asked is not None and asked not in found and (choice.may_pass or not choice.refusals):
        _make_exception(choice, asked, chosen, said)


def _make_exception(choice: Choice, asked: Offer, chosen: str, said: Mapping[str, str]) -> None:
    """Offer the asked time beside the rest. One outside hours was written by hand, so it is what is meant."""
    if not choice.refusals:
        choice.offers = choose([asked, *choice.offers], chosen)
        return
    agreed = said.get("agreed_by") or said.get("agreed_reason")
    is_meant = chosen == asked.value if agreed and chosen else choice.refusals[0].rule == diary.HOURS
    listed = choose([asked, *choice.offers], asked.value if is_meant else _other(choice.offers, chosen))
    choice.exception, choice.offers = listed[0], listed[1:]


def _other(listed: list[Offer], chosen: str) -> str:
    return chosen if any(one.value == chosen for one in listed) else next((one.value for one in listed), "")


def _ask_for(choice: Choice, wish: Wish, at: datetime) -> Offer | None:
    """Return the asked time if it can be had: within anybody's hours, else beside them, which is noted as refused."""
    people = [choice.practitioner] if choice.practitioner else choice.service.practitioners.filter(is_active=True)
    outside: dict[int, Refusal] = {}
    for passes in (frozenset(), frozenset({diary.HOURS})):
        for person in people if not passes else [one for one in people if one.pk in outside]:
            try:
                free = _wish(wish, person, choice.asked, at, passes).granted()
            except Refused as refused:
                if refused.refusal.rule == diary.HOURS:
                    outside[person.pk] = refused.refusal
                continue
            if passes:
                choice.refusals.append(outside[person.pk])
            return offer(free, wish.site.zone, choice.asked)
    return None


def _wish(wish: Wish, person: User, asked: datetime, at: datetime, passes: frozenset[str]) -> wishes.Wish:
    return wishes.Wish(
        wish.service,
        wish.site,
        person,
        asked,
        wish.patient,
        at,
        ignore=wish.ignore,
        needling_minutes=wish.needling_minutes,
        passes=passes,
    )


def offer_instead(choice: Choice, refusal: Refusal, request: HttpRequest) -> None:
    """Show why something was refused, and what can be had in its place."""
    known = [one.rule for one in choice.refusals]
    choice.refusals = choice.refusals if refusal.rule in known else [refusal]
    choice.all_the_same = agreeing.judge(choice.refusals, by=request.actor)
    if refusal.alternatives:
        choice.exception = None
        choice.offers = choose([offer(free, request.site.zone) for free in refusal.alternatives], "")
