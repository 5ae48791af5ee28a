"""How the house writes down who comes, and when a visit is too soon: pure functions."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

# Letters that Unicode does not take apart into a letter and an accent.
PLAIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ß": "ss",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
    }
)
MARKS = str.maketrans(dict.fromkeys("-‐‑‒–—.,", " ") | dict.fromkeys("'’‘ʼ`´", ""))


def fold(text: str) -> str:
    """Return a name as it is searched: no accents, no apostrophes, no case, words apart by one blank."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN))
    letters = "".join(ch for ch in taken_apart if not unicodedata.combining(ch))
    return " ".join(letters.translate(MARKS).split())


def digits_of(phone: str) -> str:
    """Return the digits of a phone number, country code first when it has one."""
    return "".join(ch for ch in phone if ch in "0123456789")


def is_one_line(text: str) -> bool:
    """Return whether a text is safe to stand in the head of a mail: no line breaks, no control characters."""
    return all(unicodedata.category(ch) not in {"Cc", "Cs", "Zl", "Zp"} for ch in text)


def day_words(day: date) -> str:
    """Return a day as it is said on the phone: Tuesday 10 March."""
    return date_format(day, pgettext("a day as it is said, in Django's date letters", "l j F"))


def short_day_words(day: date) -> str:
    """Return a day as it stands in a list: 10 Mar."""
    return date_format(day, pgettext("a day in a list, in Django's date letters", "j M"))


STRICTEST_FIRST = ("", "prescribe", "judge_answers", "agree_early")  # each may pass what stands behind it


@dataclass(frozen=True)
class Stop:
    """What one restriction says to booking; see `patients.models.Restriction` for the fields."""

    not_before: date | None
    best_on: date | None = None
    latest_on: date | None = None
    counted_from: date | None = None
    soft_days: int = 0
    words: str = ""
    passed_by: str = "prescribe"

    def stops(self, on: date) -> bool:
        return self.not_before is None or on < self.not_before

    def is_soft(self, on: date) -> bool:
        """Return whether a practitioner may agree to that day all the same."""
        return self.not_before is not None and self.not_before - timedelta(days=self.soft_days) <= on


def hardest(stops: Iterable[Stop], on: date) -> Stop | None:
    """Return the stop that decides about a day: one without a date first, then the one that ends last."""
    standing = [stop for stop in stops if stop.stops(on)]
    return max(standing, key=lambda stop: (stop.not_before is None, stop.not_before or date.min), default=None)


def passed_by(stops: Iterable[Stop], on: date) -> str:
    """Return the capability that may pass everything that stands on that day; empty when nobody can."""
    needed = {"agree_early" if stop.is_soft(on) else stop.passed_by for stop in stops if stop.stops(on)}
    return next((one for one in STRICTEST_FIRST if one in needed), "")


def too_soon_title(on: date) -> str:
    """Return the fact as a heading: Tuesday 10 March is too soon."""
    return _("%(day)s is too soon") % {"day": day_words(on)}


def too_soon_sentence(stop: Stop, on: date) -> str:
    """Return why a day is too soon and what the window is, fit to be read aloud to the patient.

    Raises ValueError for a stop without a date: it has no window to name.
    """
    if stop.not_before is None:
        raise ValueError("this stop stands until it is lifted")
    return " ".join(part for part in (_count_words(stop, on), _window_words(stop)) if part)


def _count_words(stop: Stop, on: date) -> str:
    if stop.counted_from is None or stop.not_before is None:
        return stop.words
    passed, asked = (on - stop.counted_from).days, (stop.not_before - stop.counted_from).days
    if passed < 0:
        return _("That is before the last session.")
    have = ngettext(
        "The last session will have been %(days)s day ago;",
        "The last session will have been %(days)s days ago;",
        passed,
    ) % {"days": passed}
    return have + " " + _("this course asks for at least %(days)s.") % {"days": asked}


def _window_words(stop: Stop) -> str:
    days = {"first": day_words(stop.not_before)} if stop.not_before else {}
    if stop.best_on and stop.latest_on:
        days |= {"best": day_words(stop.best_on), "last": day_words(stop.latest_on)}
        return _("The earliest day is %(first)s, the best around %(best)s, the last %(last)s.") % days
    return _("The earliest day is %(first)s.") % days


ADULT_YEARS = 18
KEPT_TO_BIRTHDAY, KEPT_LONGER = 25, 26  # of those who were under 18 at the last entry; of those who were 17 then


def kept_until(last_entry_on: date, born_on: date | None, *, years: int) -> date:
    """Return the day on which a record may be deleted (facts 6: UK practice; GDPR art. 17(3) before it).

    years: how long after the last entry, at least 1. Those who were under 18 then are kept to the 25th birthday,
    those who were 17 to the 26th, where that is later.
    """
    if years < 1:
        raise ValueError("a record is kept for a year at least")
    after_the_last = years_after(last_entry_on, years)
    if born_on is None or last_entry_on >= years_after(born_on, ADULT_YEARS):
        return after_the_last
    was_seventeen = last_entry_on >= years_after(born_on, ADULT_YEARS - 1)
    return max(after_the_last, years_after(born_on, KEPT_LONGER if was_seventeen else KEPT_TO_BIRTHDAY))


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; the day after a leap day in a year that has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
