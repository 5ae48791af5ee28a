"""Days and moments as letters say them, in the language that is active: Tue 10 March, 16:00; mar 10 de marzo, 16:00."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import formats, translation

DAY, TIME = "D j F", "H:i"
DAYS = {"es": r"D j \d\e F"}  # where a day is not written as in English
SMALL = {"es"}  # languages that write days of the week with small letters


def day(on: date) -> str:
    """Return a day without its year."""
    language = (translation.get_language() or "").partition("-")[0]
    said = formats.date_format(on, DAYS.get(language, DAY))
    return said.lower() if language in SMALL else said


def moment(wall: datetime) -> str:
    """Return a moment that is in the zone in which it is read already."""
    return f"{day(wall)}, {formats.date_format(wall, TIME)}"
