"""The recovery page of one session on one day: what is normal, what to do, what must wait and until when.

The same facts as the letters have: hours from the end of the treatment, days on the site's calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aftercare import recovery_days as said
from aftercare import rules, wording
from aftercare.recovery_days import Said
from clinic import wall_time
from clinic.models import Site
from treatments.models import Session

DO_AT_MOST = WAIT_AT_MOST = 3
LAST_DAY = 28  # afterwards it is about the result and the next visit
SOOTHING_DAYS, FLAKING_FROM, FLAKING_UNTIL = 2, 2, 7  # C-39, C-41, C-42
CONDITIONS = ("deep", "ibuprofen_ok", "ibuprofen_ask", "pigment_care", "cold_sores", "prp")


@dataclass(frozen=True)
class Waits:
    """Something that waits: in short, in full, and the instant from which it is allowed."""

    short: Said
    full: Said
    from_at: datetime


@dataclass(frozen=True)
class Facts:
    """What of a patient and a session decides the words (C-34, C-50 to C-53). later: the later permissions hold."""

    is_deep: bool
    later: bool
    ibuprofen_ok: bool
    ibuprofen_ask: bool
    marks_easily: bool
    cold_sores: bool
    had_plasma: bool

    @classmethod
    def of(cls, session: Session) -> Facts:
        holds = wording.holding(session, among=CONDITIONS)
        return cls(
            is_deep="deep" in holds,
            later="deep" in holds or not session.is_signed,  # as `rules.waits_longer` says
            ibuprofen_ok="ibuprofen_ok" in holds,
            ibuprofen_ask="ibuprofen_ask" in holds,
            marks_easily="pigment_care" in holds,
            cold_sores="cold_sores" in holds,
            had_plasma="prp" in holds,
        )


@dataclass(frozen=True)
class Today:
    """One day as the page shows it. number: days on the site's calendar since the session's; on: which day it is."""

    number: int
    on: date
    began_on: date
    normal: Said
    do: tuple[Said, ...]
    waits: tuple[Waits, ...]
    notes: tuple[Said, ...]

    @property
    def is_over(self) -> bool:
        return self.number > LAST_DAY

    @property
    def waits_in_short(self) -> tuple[Waits, ...]:
        """What is allowed next, for the first screen; all of it stands further down."""
        return self.waits[:WAIT_AT_MOST]


def day_number(ended_at: datetime, *, at: datetime, site: Site) -> int:
    """Return the day of recovery: days on the wall of the site, whatever the clocks did (DST)."""
    return (wall_time.local(at, site.zone).date() - wall_time.local(ended_at, site.zone).date()).days


def today(session: Session, *, site: Site, at: datetime) -> Today:
    """Return what the page says at this moment about a session that has ended."""
    facts, number = Facts.of(session), day_number(session.ended_at, at=at, site=site)
    allowed = rules.permissions(session.ended_at, later=facts.later, zone=site.zone)
    waits = [Waits(*said.NOT_YET[name], from_at) for name, from_at in allowed.items() if name in said.NOT_YET]
    return Today(
        number=number,
        on=wall_time.local(at, site.zone).date(),
        began_on=wall_time.local(session.ended_at, site.zone).date(),
        normal=_normal(number, facts),
        do=tuple(_to_do(number, facts, sunscreen=allowed["spf_from"] <= at)[:DO_AT_MOST]),
        waits=tuple(sorted((one for one in waits if one.from_at > at), key=lambda one: one.from_at)),
        notes=tuple(_notes(number, facts)),
    )


def day_on(today: Today, number: int) -> date:
    """Return which day of the calendar a day of recovery is."""
    return today.began_on + timedelta(days=number)


def _normal(number: int, facts: Facts) -> Said:
    if facts.is_deep and number in (2, 3):
        return said.DEEP_NORMAL
    return [words for from_day, words in said.NORMAL if from_day <= max(number, 0)][-1]


def _to_do(number: int, facts: Facts, *, sunscreen: bool) -> list[Said]:
    sun = (said.SUNSCREEN_MORE if facts.marks_easily else said.SUNSCREEN) if sunscreen else said.SHADE
    if number < FLAKING_FROM:
        return [said.CLEANSE, sun, said.HANDS_OFF]
    if number <= FLAKING_UNTIL:
        return [said.CLEANSE, sun, said.FLAKES]
    if number < 21:
        return [sun, said.HOME_CARE]
    return [sun, said.LOOK_CLOSELY, said.HOME_CARE]


def _notes(number: int, facts: Facts) -> list[Said]:
    """Return what else holds for this patient on this day."""
    soothing, healing = number <= SOOTHING_DAYS, number <= FLAKING_UNTIL
    notes = [
        (said.COMPRESS, soothing),
        (said.IBUPROFEN, soothing and facts.ibuprofen_ok),
        (said.ASK_FIRST, soothing and facts.ibuprofen_ask),
        (said.NO_PICKING, healing),
        (said.BRUISES, healing and facts.had_plasma),
        (said.COLD_SORES, healing and facts.cold_sores),
        (said.PIGMENT, facts.marks_easily),
        (said.WATER, soothing),
        (said.PRACTITIONER, healing),
    ]
    return [words for words, holds in notes if holds]
