"""How likely two records are one person: a pure judgment over what stands in both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

ALIKE, NEARLY_THE_SAME, NOT_UNLIKE = 85, 97, 60  # of 100, as names compare
NAMED_ALIKE = 40  # of 100, what the same name weighs
WEIGHTS = {
    "same_phone": 25,
    "same_email": 25,
    "same_born": 30,
    "near_born": 15,
}
WORDS = {
    "same_phone": _("same phone"),
    "same_email": _("same e-mail"),
    "same_born": _("same date of birth"),
    "near_born": _("nearly the same date of birth"),
    "same_name": _("same name"),
    "like_name": _("similar name"),
}


@dataclass(frozen=True)
class Traits:
    """What one record is known by. names: folded, their own first; phone: digits only."""

    names: tuple[str, ...]
    phone: str = ""
    email: str = ""
    born_on: date | None = None


@dataclass(frozen=True)
class Likeness:
    """What two records have in common, the strongest first, and how much that is (0 to 100)."""

    score: int
    why: tuple[str, ...]

    @property
    def words(self) -> str:
        return why_words(self.why)


def why_words(why: Iterable[str]) -> str:
    """Return the reasons as they are read: same phone, similar name."""
    return ", ".join(str(WORDS[code]) for code in why if code in WORDS)


def compare(one: Traits, other: Traits) -> Likeness:
    """Return everything that two records share."""
    name = name_likeness(one.names, other.names)
    shared = {
        "same_phone": bool(one.phone) and one.phone == other.phone,
        "same_email": bool(one.email) and one.email == other.email,
        "same_born": one.born_on is not None and one.born_on == other.born_on,
        "near_born": is_near(one.born_on, other.born_on),
        "same_name": name >= NEARLY_THE_SAME,
        "like_name": ALIKE <= name < NEARLY_THE_SAME,
    }
    why = tuple(code for code in WORDS if shared[code])
    score = sum(WEIGHTS.get(code, 0) for code in why) + round(NAMED_ALIKE * name / 100)
    return Likeness(min(100, score), why)


def are_twins(one: Traits, other: Traits) -> bool:
    """Return whether somebody should look at two records: families share much, and are not asked about for it.

    Two known dates of birth that differ clearly make two people. Else a name that is alike counts with any other
    trait, and a date of birth with a way to reach them for names that are not unlike.
    """
    if one.born_on and other.born_on and one.born_on != other.born_on and not is_near(one.born_on, other.born_on):
        return False
    found = set(compare(one, other).why)
    reach, born = found & {"same_phone", "same_email"}, found & {"same_born", "near_born"}
    if found & {"same_name", "like_name"}:
        return bool(reach or born)
    return "same_born" in found and bool(reach) and name_likeness(one.names, other.names) >= NOT_UNLIKE


def name_likeness(mine: Iterable[str], theirs: Iterable[str]) -> float:
    """Return how alike the two closest names are, 0 to 100, whatever the order of their words."""
    others = list(theirs)
    return max((fuzz.token_sort_ratio(a, b) for a in mine if a for b in others if b), default=0.0)


def is_near(one: date | None, other: date | None) -> bool:
    """Return whether two different dates of birth differ as by a slip: day and month changed, or one digit."""
    if one is None or other is None or one == other:
        return False
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return True
    digits = zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True)
    return sum(a != b for a, b in digits) == 1
