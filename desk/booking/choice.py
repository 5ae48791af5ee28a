"""Choosing a time, for a new visit and for one that moves: the refusal if the asked day is too early, and the times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest

from booking.models import Appointment
from clinic.models import Service, User
from clinic.refusals import Refusal
from clinic.wall_time import local
from desk.board.pages import today_of
from desk.booking.offers import PARTS_OF_DAY, Offer, Wish, choose, offer, offers
from patients import restrictions
from patients.models import Patient


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
    """The times offered and why not others. asked: the instant of a free cell that was pressed."""

    service: Service | None = None
    practitioner: User | None = None
    part: str = ""
    asked: datetime | None = None
    offers: list[Offer] = field(default_factory=list)
    refusal: Refusal | None = None
    has_more: bool = True
    just_picked: bool = False

    @property
    def chosen(self) -> Offer | None:
        return next((one for one in self.offers if one.is_chosen), None)

    @property
    def window(self) -> Window | None:
        values = self.refusal.values if self.refusal else {}
        if not (values.get("counted_from") and values.get("opens") and values.get("closes")):
            return None
        return Window(values["counted_from"], values["opens"], values["closes"], values.get("best"), values["asked"])

    @property
    def asks_for_agreement(self) -> bool:
        return bool(self.refusal and self.refusal.overridable_by)

    @property
    def is_asked_gone(self) -> bool:
        """Say whether a time was asked for that this service does not fit into."""
        return bool(self.asked and not self.refusal and not any(one.is_asked for one in self.offers))

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
    ignore: Appointment | None = None,
) -> None:
    """Fill in the refusal and the times. from_day: the first local day wished for; ignore: the visit that moves."""
    if choice.service is None:
        return
    today = today_of(request)
    asked_on = local(choice.asked, request.site.zone).date() if choice.asked else from_day
    start = max(asked_on or today, today)
    refusal = _judge(choice, patient, start, request.now)
    if refusal and (asked_on or not refusal.earliest):
        choice.refusal = refusal
    if refusal and not refusal.earliest:
        return
    wish = Wish(
        service=choice.service,
        site=request.site,
        start=max(start, refusal.earliest) if refusal else start,
        practitioner=choice.practitioner,
        patient=patient,
        part=choice.part,
        ignore=ignore,
    )
    more, chosen = bool(said.get("more")), said.get("time", "")
    choice.offers = offers(wish, at=request.now, asked=choice.asked, more=more, chosen=chosen)
    if choice.asks_for_agreement and choice.asked:
        _offer_early(choice, wish, request.now, chosen if said.get("agreed_by") else "")


def _judge(choice: Choice, patient: Patient | None, on: date, at: datetime) -> Refusal | None:
    return restrictions.judge(patient, service_kind=choice.service.kind, on=on, at=at) if patient else None


def _offer_early(choice: Choice, wish: Wish, at: datetime, chosen: str) -> None:
    """Put the asked time on the list although it is before the window: a practitioner may have agreed."""
    asked_on = local(choice.asked, wish.site.zone).date()
    early = Wish(wish.service, wish.site, asked_on, wish.practitioner, wish.patient, ignore=wish.ignore)
    listed = [one for one in offers(early, at=at, asked=choice.asked) if one.is_asked]
    in_window = next((one.value for one in choice.offers if one.is_chosen), "")
    choice.offers = choose([*listed, *choice.offers], chosen or in_window)


def offer_instead(choice: Choice, refusal: Refusal, zone: Any) -> None:
    """Show why something was refused, and what can be had in its place."""
    choice.refusal = refusal
    if refusal.alternatives:
        choice.offers = choose([offer(free, zone) for free in refusal.alternatives], "")
