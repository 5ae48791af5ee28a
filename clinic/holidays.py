"""Public holidays of the country and region that a site names, as the holidays library knows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from django.utils.translation import get_language
from holidays.registry import COUNTRIES

from clinic.models import Site

LONGEST_REGION = Site._meta.get_field("region").max_length


@dataclass(frozen=True)
class Holiday:
    """A public holiday: its local day and its name."""

    on: date
    name: str


def of(site: Site, year: int) -> list[Holiday]:
    """Return the public holidays of a site's year in order; none where its country is not known.

    Names are in the reader's language where the library has it, else in the country's own.
    """
    if not is_known(site.country, site.region):
        return []
    language = _language(site.country)
    days = holidays.country_holidays(site.country, subdiv=site.region or None, years=year, language=language)
    return [Holiday(on, name) for on, name in sorted(days.items()) if on.year == year]


def is_known(country: str, region: str = "") -> bool:
    """Say whether the library knows the holidays of this country, and of this region when one is given."""
    known = {code for code, _name in countries()}
    return country in known and (not region or region in {code for code, _name in regions(country)})


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Return the countries whose holidays are known: two letters and an English name, in order of name."""
    found = ((two_letters, _spaced(name)) for name, two_letters, *_more in COUNTRIES.values())
    return tuple(sorted(found, key=lambda country: country[1]))


@cache
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """Return the regions of a country that have holidays of their own: code and name, in order of name."""
    if country not in {code for code, _name in countries()}:
        return ()
    names = holidays.country_holidays(country).get_subdivision_aliases()
    found = [(code, str(names[code][0]) if names[code] else code) for code in names if len(code) <= LONGEST_REGION]
    return tuple(sorted(found, key=lambda region: region[1]))


def _spaced(name: str) -> str:
    """Return a name such as UnitedKingdom with its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)


def _language(country: str) -> str | None:
    """Return the library's code for the reader's language in this country, or None for the country's own."""
    calendar = holidays.country_holidays(country)
    own, wanted = calendar.default_language or "", (get_language() or "en")[:2]
    if own.startswith(wanted):
        return own
    return next((code for code in calendar.supported_languages if code.startswith(wanted)), None)
