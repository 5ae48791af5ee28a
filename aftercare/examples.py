"""A letter as a made-up patient would get it, and which names and conditions a step can fill at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from aftercare import rules, wording
from aftercare.models import Step
from clinic import wall_time, words
from clinic.models import Site
from clinic.words import Letter, Words, days

CARD = "LEAVE_WITH"  # no message: it also tells of visits and windows that a step knows nothing of
OF_A_WINDOW = frozenset({"window_opens", "window_best", "window_closes", "closed_from", "closed_until"})
OF_A_VISIT = frozenset({"appointment_when"})
USUAL = frozenset({"ibuprofen_ok", "link", "book_link"})  # what holds for most who read it
PAGES = {"link": "https://clinic.example/p/recovery", "book_link": "https://clinic.example/p/book"}


def names(purpose: str) -> frozenset[str]:
    """Return the names that a step of this purpose can fill: the days of a window stand in follow-ups alone."""
    told = words.names_of("aftercare") - OF_A_VISIT
    return told if purpose == Step.Purpose.FOLLOW_UP else told - OF_A_WINDOW


@cache
def may_hold() -> frozenset[str]:
    """Return the conditions that a step's letter may ask about."""
    letters = (words.load("aftercare", "en", code) for code in words.codes("aftercare") if code != CARD)
    return frozenset().union(*(letter.conditions for letter in letters))


def said(letter: Letter, *, purpose: str, holding: frozenset[str], at: datetime, site: Site | None = None) -> Words:
    """Return a letter as a made-up patient, treated at that moment, would read it under these conditions.

    The site's own facts stay open. Raises what `clinic.words` raises for a letter that cannot be filled.
    """
    with translation.override(letter.language):
        told = words.late() | _values(at, holding, site)
    told = {name: text for name, text in told.items() if name in names(purpose)}
    return words.render(letter, told, holding & letter.known_conditions)


def _values(at: datetime, holding: frozenset[str], site: Site | None) -> dict[str, str]:
    zone = site.zone if site else ZoneInfo("UTC")
    day = wall_time.local(at, zone).date()
    allowed = rules.permissions(at, later="deep" in holding, zone=zone)
    return {
        "first_name": "Alex",
        "practitioner_name": "Sam Rowe",
        "treated_on": days.day(day),
        "personal_words": _("Keep the left cheek cool tonight."),
        "products": _("Gentle cleanser; mineral sunscreen"),
        "home_care": _("Sunscreen each morning."),
        "serum": _("Hyaluronic gel"),
        **{name: address if name in holding else "" for name, address in PAGES.items()},
        **{name: wording.moment(instant, zone) for name, instant in allowed.items()},
        "window_opens": days.day(day + timedelta(days=28)),
        "window_best": days.day(day + timedelta(days=35)),
        "window_closes": days.day(day + timedelta(days=42)),
        "closed_from": days.day(day + timedelta(days=29)),
        "closed_until": days.day(day + timedelta(days=33)),
    }
