"""Addresses of the hours' pages, what is typed there, and what they answer."""

from datetime import date, time

from django.contrib.messages import get_messages

from clinic import hours
from desk.hours import glance

TODAY, MONDAY, JUNE = date(2026, 3, 3), date(2026, 3, 9), date(2026, 6, 1)
EARLY, LATE, ALL_DAY = (time(9), time(13)), (time(14), time(18)), (time(9), time(18))
FULL = ((EARLY, LATE),) * 5 + ((), ())
MORNINGS = ((EARLY,),) * 5 + ((), ())
HOURS = "desk:hours"


def week_of(whose) -> str:
    return glance.address("hours_week", whose)


def day_of(whose, **query) -> str:
    return glance.address("hours_day", whose, **query)


def typed(*days: str, **more: str) -> dict[str, str]:
    """Return a week as it is typed: each day as "9:00-13:00 14:00-18:00", Monday first."""
    said = {"from_day": "2026-06-01"}
    for weekday, spans in enumerate(days):
        for number, span in enumerate(spans.split()):
            said[f"d{weekday}-{number}-from"], said[f"d{weekday}-{number}-to"] = span.split("-")
    return said | more


def shown(response) -> dict[str, str]:
    """Return what stands in the fields of the form, without those that are empty."""
    form = response.context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value()}


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def undo_of(response) -> str:
    (message,) = get_messages(response.wsgi_request)
    return glance_undo(message)


def glance_undo(message) -> str:
    return next(tag[5:] for tag in message.extra_tags.split() if tag.startswith("undo:"))


def week_on(whose, site, on):
    return hours.pattern_on(hours.of(whose, site=site), on)
