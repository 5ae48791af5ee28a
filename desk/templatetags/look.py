"""What the templates draw with: icons, the brand's dots, status marks, the day line, places to go."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from clinic.models import Site
from desk.templatetags.marks import SHAPES, STATUS_MARKS

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Draw one icon in the colour of its words; size is "", i16, i18 or i24. It is never read aloud."""
    shape = mark_safe(SHAPES[name])  # noqa: S308 - drawn in marks.py
    return format_html(
        '<svg class="i{}" aria-hidden="true" focusable="false" viewBox="0 0 16 16">{}</svg>',
        f" {size}" if size else "",
        shape,
    )


@register.simple_tag
def brand_dots() -> SafeString:
    """Draw the mark: nine dots that grow with depth."""
    dots = [
        (4.5 + 7.5 * column, 4.5 + 7.5 * row, radius)
        for row, radii in enumerate([(1.3, 1.9, 2.6), (1.9, 2.6, 3.2), (2.6, 3.2, 3.7)])
        for column, radius in enumerate(radii)
    ]
    circles = format_html_join("", '<circle cx="{}" cy="{}" r="{}"/>', dots)
    return format_html('<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', circles)


@register.simple_tag
def empty_dots() -> SafeString:
    """Draw dots that thin out: nothing is here yet."""
    radii = [2.6, 2.2, 1.8, 1.4, 1.1, 0.8, 0.6]
    dots = [(4 + 8 * column, 4 + 8 * row, radius) for column, radius in enumerate(radii) for row in range(4)]
    circles = format_html_join("", '<circle cx="{}" cy="{}" r="{}"/>', dots)
    return format_html('<svg class="motif" viewBox="0 0 56 32" aria-hidden="true">{}</svg>', circles)


@register.filter
def mark(state: str) -> str:
    """Return the name that a state has among icons, classes and tokens: in_room is room."""
    return STATUS_MARKS[state]


@register.inclusion_tag("_status.html")
def status(appointment: Any, text: str = "") -> dict[str, Any]:
    """Draw an appointment's state as mark and words; text replaces the words ("Arrived 13:58", "Room 2")."""
    return {"mark": STATUS_MARKS[appointment.state], "text": text or appointment.get_state_display()}


@register.simple_tag
def form_key() -> SafeString:
    """Print the key that makes a form count once, however often it is sent."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid.uuid4())


@register.simple_tag
def house_name() -> str:
    """Return the clinic's name for pages that nobody is signed in to; empty before it is set up."""
    return Site.objects.values_list("name", flat=True).order_by("pk").first() or ""


@register.simple_tag(takes_context=True)
def may(context: template.Context, capability: str) -> bool:
    """Say whether the reader has a capability: for the header, which every page shares."""
    return context["request"].actor.may(capability)


@register.filter
def undo_address(message: Any) -> str:
    """Return the address that undoes what a message tells of, or "" (see `undoable`)."""
    return next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("undo:")), "")


@register.filter
def open_address(message: Any) -> str:
    """Return the address of what a message tells of, written by the view as "open:<address>", or ""."""
    return next((tag[5:] for tag in (message.extra_tags or "").split() if tag.startswith("open:")), "")


@dataclass(frozen=True)
class Place:
    """One place in the header."""

    label: str
    href: str
    icon: str
    is_here: bool


# name of the page, its words, its icon, the capability that opens it, the first parts of the pages that belong to it
PLACES = [
    (
        "desk:board",
        pgettext_lazy("main menu", "Today"),
        "board",
        "see_board",
        ("board", "week", "rooms", "month", "day_sheet", "book_", "appointment", "free"),
    ),
    ("desk:patients", pgettext_lazy("main menu", "Patients"), "people", "see_patients", ("patient",)),
    (
        "desk:my_day",
        pgettext_lazy("main menu", "My day"),
        "day",
        "treat",
        ("my_day", "start", "chart", "session", "record"),
    ),
    ("desk:waitlist", pgettext_lazy("main menu", "Waitlist"), "list", "book", ("waitlist", "offer")),
    ("desk:messages", pgettext_lazy("main menu", "Messages"), "mail", "see_messages", ("message",)),
]


@register.simple_tag(takes_context=True)
def places(context: template.Context) -> list[Place]:
    """Return the places this person may go, in the order of a day."""
    request: HttpRequest = context["request"]
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        Place(str(words), reverse(name), mark_name, f"{here}_".startswith(owns))
        for name, words, mark_name, capability, owns in PLACES
        if request.whole_actor.may(capability)
    ]


@register.simple_tag(takes_context=True)
def more_places(context: template.Context) -> list[Place]:
    """Return what stands under More."""
    may, site = context["request"].whole_actor.may, context["request"].site
    entries = [
        ("desk:twins", _("One person twice?"), "people", may("edit_patients")),
        ("desk:imports", _("Import patients"), "people", may("import_patients")),
        ("desk:closures", _("Closures"), "lock", may("close_time")),
        ("desk:hours", _("Hours"), "day", may("see_board")),
        ("desk:feeds", _("Calendar feeds"), "day", may("treat") or may("manage")),
        ("desk:glass", _("Broken glass"), "lock", may("keep_records") and site is not None and site.own_patients_only),
        ("desk:closed", _("Closed records"), "lock", may("keep_records")),
        ("desk:due", _("Due for deletion"), "x", may("keep_records")),
        ("desk:consent_texts", _("Consent texts"), "form", may("manage")),
        ("desk:protocols", _("Aftercare messages"), "mail", may("manage")),
        ("desk:reports", _("Reports of patients"), "warn", may("see_board")),
        ("desk:reactions", _("Adverse reactions"), "warn", may("treat")),
        ("desk:incidents", _("Incidents"), "warn", may("review_incidents")),
        ("desk:packages", _("Packages"), "list", may("keep_money")),
        ("desk:stock", _("Stock"), "list", may("keep_stock")),
        ("desk:recalls", _("Recalls"), "warn", may("keep_stock")),
        ("desk:products", _("Products"), "list", may("keep_stock")),
        ("desk:devices", _("Devices"), "list", may("keep_stock")),
        ("desk:course_templates", _("What courses begin from"), "list", may("edit_courses")),
        ("desk:values", _("Clinical values"), "form", may("read_messages")),
        ("desk:phrases", _("Your phrases"), "form", may("treat")),
        ("desk:status", _("Is everything running?"), "info", may("see_messages")),
        ("desk:mailbox", _("Demo mailbox"), "mail", settings.DEMO and may("read_messages")),
        ("mfa_index", _("Second factor"), "lock", True),
        ("account_change_password", _("Change password"), "key", True),
    ]
    here = context["request"].resolver_match
    return [
        Place(words, reverse(name), mark_name, bool(here) and here.view_name == name)
        for name, words, mark_name, is_open in entries
        if is_open
    ]


LINE = (4, 276)  # where the day line begins and ends, in units of a drawing 280 wide; 1 unit is about 1 px
LETTER = 6.5  # how wide a letter of its labels is, roughly


@dataclass(frozen=True)
class Label:
    """Words on the drawing: x, and whether they start, end or have their middle there."""

    words: str
    x: float
    anchor: str

    @property
    def reach(self) -> tuple[float, float]:
        """Return where the words begin and end."""
        width = len(self.words) * LETTER
        start = {"start": self.x, "mid": self.x - width / 2, "end": self.x - width}[self.anchor]
        return start, start + width

    def touches(self, other: Label | None) -> bool:
        return other is not None and self.reach[0] < other.reach[1] + 4 and other.reach[0] < self.reach[1] + 4


@dataclass(frozen=True)
class DayLine:
    """A window drawn on a line of days, with words for eye and ear."""

    opens_x: float
    width: float
    best_x: float | None
    asked_x: float | None
    is_refused: bool
    labels_below: tuple[Label, ...]
    labels_above: tuple[Label, ...]
    spoken: str


def day_line(
    last_on: date, opens_on: date, closes_on: date, best_on: date | None = None, asked_on: date | None = None
) -> DayLine:
    """Return the drawing of a window after a visit on last_on; asked_on outside it is shown as refused."""
    days = max((max(closes_on, asked_on or closes_on) - last_on).days, 1)
    first, last = LINE

    def at(day: date) -> float:
        return round(first + max((day - last_on).days, 0) * (last - first) / days, 1)

    refused = asked_on is not None and not opens_on <= asked_on <= closes_on
    opens = Label(_short(opens_on), at(opens_on), "mid")
    closes = Label(_short(closes_on), at(closes_on), "end")
    begun = Label(_short(last_on), 0, "start")
    asked = _asked_label(asked_on, last_on, at, refused) if asked_on else None
    best = Label(_short(best_on), at(best_on), "mid") if best_on else None
    return DayLine(
        opens_x=opens.x,
        width=round(max(closes.x - opens.x, 8), 1),
        best_x=best.x if best else None,
        asked_x=at(asked_on) if asked_on else None,
        is_refused=refused,
        labels_below=tuple(label for label in (begun, opens, closes) if label is opens or not label.touches(opens)),
        labels_above=tuple(label for label in (asked, best) if label and not (label is best and best.touches(asked))),
        spoken=_spoken(last_on, opens_on, closes_on, best_on, asked_on),
    )


def _asked_label(asked_on: date, last_on: date, at: Callable[[date], float], refused: bool) -> Label:
    """Return the words for the asked day, on the side of its mark where there is more room."""
    words = _("asked for: day %(n)s") if refused else _("day %(n)s")
    x, gap = at(asked_on), 9 if refused else 4
    side = (x - gap, "end") if x > sum(LINE) / 2 else (x + gap, "start")
    return Label(words % {"n": (asked_on - last_on).days}, *side)


def _spoken(last_on: date, opens_on: date, closes_on: date, best_on: date | None, asked_on: date | None) -> str:
    said = [_("Last visit %(day)s.") % {"day": _short(last_on)}]
    if asked_on:
        said.append(_("Asked for day %(n)s, %(day)s.") % {"n": (asked_on - last_on).days, "day": _short(asked_on)})
    said.append(
        _("Window from %(opens)s, day %(first)s, to %(closes)s, day %(last)s.")
        % {
            "opens": _short(opens_on),
            "first": (opens_on - last_on).days,
            "closes": _short(closes_on),
            "last": (closes_on - last_on).days,
        }
    )
    if best_on:
        said.append(_("Best around %(day)s.") % {"day": _short(best_on)})
    return " ".join(said)


def _short(day: date) -> str:
    return date_format(day, pgettext("date format: 17 Mar", "j M"))


@register.inclusion_tag("_day_line.html")
def window_line(
    last_on: date, opens_on: date, closes_on: date, best_on: date | None = None, asked_on: date | None = None
) -> dict[str, DayLine]:
    """Draw earliest, target and latest after a visit, and the day that was asked for."""
    return {"line": day_line(last_on, opens_on, closes_on, best_on, asked_on)}
