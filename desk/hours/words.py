"""Hours as people say them: 9:00–13:00, Mon to Thu."""

from __future__ import annotations

from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from clinic.hours import Day, Pattern, in_words


def of_day(spans: Day) -> str:
    """Return the hours of one day, or an empty string for a day off."""
    return ", ".join(in_words(span) for span in spans)


def of_week(week: Pattern) -> str:
    """Return a week in a line: neighbouring days with the same hours are said once, days off are not said."""
    said = []
    for hours, group in groupby(enumerate(week), key=lambda day: day[1]):
        weekdays = [weekday for weekday, _hours in group]
        if hours:
            said.append(f"{_from_to(weekdays)} {of_day(hours)}")
    return "; ".join(said)


def _from_to(weekdays: list[int]) -> str:
    first, last = WEEKDAYS_ABBR[weekdays[0]], WEEKDAYS_ABBR[weekdays[-1]]
    return str(first) if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}
