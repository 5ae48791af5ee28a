"""Rules of adverse reactions: what each is expected to look like, what holds, who is told. No database, no clock.

Table 5 names the categories with their signs and usual grades (C-661 to C-677). An open reaction of grade 2 or more
keeps the next session away (C-75); of grade 3 or more a lead hears at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import clinical
from treatments.models import Reaction
from treatments.models.reaction import HOLDS_FROM

Affected, Authority = Reaction.Affected, Reaction.Authority

ALERTS_FROM = 3
SERIOUS_FROM = 4  # life-threatening and death, whatever is ticked
EXPECTED_HOURS, EXPECTED_DAYS = 72, 7  # how long what is expected may last (C-661)
GRADES = {  # in the words of CTCAE
    1: gettext_lazy("1, mild: no treatment needed"),
    2: gettext_lazy("2, moderate: local or non-invasive treatment"),
    3: gettext_lazy("3, severe, not at once life-threatening"),
    4: gettext_lazy("4, life-threatening: urgent treatment"),
    5: gettext_lazy("5, death"),
}
AUTHORITIES = {"GB": Authority.MHRA, "US": Authority.FDA, "CA": Authority.CANADA}  # by the country of the site


@dataclass(frozen=True)
class Usual:
    """What table 5 says of a category: its id there, what is seen, the grades it usually has (none for an incident)."""

    fact: str
    signs: str
    grades: tuple[int, ...]


@cache
def usual() -> dict[str, Usual]:
    """Return what is usual, by category."""
    return {row["category"]: _usual(row) for row in clinical.table("adverse_events")}


def _usual(row: dict[str, str]) -> Usual:
    found = re.fullmatch(r"grade (\d)(?:-(\d))?", row["typical_grade"])
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    return Usual(row["id"], row["signs"], tuple(range(first, last + 1)))


def holds(*, grade: int, affected: str, is_open: bool) -> bool:
    """Return whether a reaction keeps the next session of the patient away until it is closed (C-75)."""
    return is_open and grade >= HOLDS_FROM and affected == Affected.PATIENT


def alerts(grade: int, *, was: int = 0) -> bool:
    """Return whether the leads are told: a grade of 3 or more, and again when it rises. was: the grade before."""
    return grade >= ALERTS_FROM and grade > was


def is_serious(grade: int, *, said: bool) -> bool:
    """Return whether a reaction is serious: somebody says so, or it threatens life."""
    return said or grade >= SERIOUS_FROM


def hours_after(onset_at: datetime, ended_at: datetime | None) -> int | None:
    """Return how many whole hours after the end of its session it began: 0 during it, None without an end."""
    if ended_at is None:
        return None
    return max(int((onset_at - ended_at).total_seconds() // 3600), 0)


def grade_note(category: str, grade: int) -> str:
    """Return a remark about a grade that a category does not usually have; "" for a usual one. It stops nothing."""
    grades = usual()[category].grades
    if not grades or grade in grades:
        return ""
    first, last = grades[0], grades[-1]
    words = str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
    return _("The usual grade is %(grades)s.") % {"grades": words}


def expected_note(category: str) -> str:
    """Return the remark beside an expected reaction; "" for all others (C-661)."""
    if category != Reaction.Category.EXPECTED:
        return ""
    return _(
        "What is expected is no adverse reaction until it lasts longer: redness and swelling over %(hours)s hours, "
        "flaking and bruises over %(days)s days."
    ) % {"hours": EXPECTED_HOURS, "days": EXPECTED_DAYS}


def authority(country: str) -> str:
    """Return to whom a clinic of that country reports. country: two letters, or "" where it is not known."""
    return AUTHORITIES.get(country.upper(), Authority.OTHER)


def authority_note(country: str) -> str:
    """Return what is to be known about reporting from that country."""
    return {
        Authority.MHRA: _("In the UK: the Yellow Card scheme of the MHRA, for devices, medicines and cosmetics."),
        Authority.FDA: _("In the US: MedWatch of the FDA, voluntary for clinics; facilities may have other duties."),
        Authority.CANADA: _("In Canada: the adverse reaction and device reports of Health Canada."),
        Authority.OTHER: _("Ask the authority for devices and medicines of your country, and tell the maker."),
    }[authority(country)]
