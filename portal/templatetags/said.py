"""Days as a patient's pages say them."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils import translation
from django.utils.formats import date_format

from clinic.words.days import SMALL

register = template.Library()

DAY = "l j F"
DAYS = {"es": r"l j \d\e F"}  # where a day is not written as in English


@register.filter(expects_localtime=True)
def said_day(on: date | None) -> str:
    """Return a day with its weekday and without its year: Tuesday 10 March; martes 10 de marzo."""
    if on is None:
        return ""
    language = (translation.get_language() or "").partition("-")[0]
    said = date_format(on, DAYS.get(language, DAY))
    return said.lower() if language in SMALL else said
