"""What can be done and where one can go, by name: the part of the palette that asks no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from patients.rules import fold


@dataclass(frozen=True)
class Place:
    """One thing to do or place to go. more: other words by which people look for it. key: its single key, if any."""

    words: Any
    url_name: str
    capability: str
    icon: str
    more: Any = ""
    key: str = ""

    @property
    def href(self) -> str:
        return reverse(self.url_name)

    def holds(self, words: list[str]) -> bool:
        """Say whether every word that was typed begins one of its own."""
        own = fold(f"{self.words} {self.more}").split()
        return all(any(one.startswith(word) for one in own) for word in words)


ACTIONS = (
    Place(_("New booking"), "desk:book", "book", "plus", _("appointment visit"), key="n"),
    Place(_("New patient"), "desk:patient_new", "edit_patients", "user", _("enter register")),
    Place(_("Add to the waitlist"), "desk:waitlist_add", "book", "plus", _("sooner earlier")),
    Place(_("Somebody is out today"), "desk:out_today", "close_time", "x", _("ill sick absent away colleague")),
    Place(_("Running late"), "desk:running_late", "close_time", "move", _("delay behind")),
    Place(
        _("Log a call about the skin"), "desk:report_call_find", "book", "phone", _("telephone report worried triage")
    ),
    Place(_("Close time"), "desk:closure_add", "close_time", "x", _("leave closure holiday service room device")),
    Place(_("Print the day sheet"), "desk:day_sheet", "see_board", "print", _("paper")),
)
PLACES = (
    Place(_("Today"), "desk:board", "see_board", "board", _("day board"), key="t"),
    Place(_("Patients"), "desk:patients", "see_patients", "people", _("find list"), key="/"),
    Place(_("My day"), "desk:my_day", "treat", "day", _("chart sessions")),
    Place(_("Messages"), "desk:messages", "see_messages", "mail", _("e-mail outbox sent")),
    Place(_("Is everything running?"), "desk:status", "see_messages", "info", _("status health worker mail stuck")),
    Place(_("Week"), "desk:week", "see_board", "board", _("practitioner")),
    Place(_("Rooms"), "desk:rooms", "see_board", "board", _("chairs")),
    Place(_("Month"), "desk:month", "see_board", "board", _("load overview")),
    Place(_("Waitlist"), "desk:waitlist", "book", "list", _("waiting sooner")),
    Place(_("To come again"), "desk:follow_ups", "book", "list", _("recall overdue lapsed due rebook call follow-up")),
    Place(_("One person twice?"), "desk:twins", "edit_patients", "people", _("duplicates merge twins double")),
    Place(_("Import patients"), "desk:imports", "import_patients", "people", _("csv xlsx table upload")),
    Place(_("Closed time"), "desk:closures", "close_time", "x", _("leave closures conflicts loose ends")),
    Place(_("Visits to settle"), "desk:broken_visits", "book", "warn", _("loose ends health questions not before")),
    Place(
        _("Reports of patients"),
        "desk:reports",
        "see_board",
        "warn",
        _("triage worried check-in urgent inbox red flags"),
    ),
    Place(_("Adverse reactions"), "desk:reactions", "treat", "warn", _("side effects harm events loose ends report")),
    Place(_("Working hours"), "desk:hours", "see_board", "day", _("shifts week pattern opening")),
    Place(_("Public holidays"), "desk:holidays", "manage", "day", _("bank holiday closed")),
    Place(_("Rules of booking"), "desk:booking_rules", "manage", "form", _("services settings rooms devices")),
    Place(_("Calendar feeds"), "desk:feeds", "see_board", "day", _("ical ics subscribe")),
    Place(_("Closed records"), "desk:closed", "keep_records", "lock", _("erased privacy forgotten")),
    Place(_("Due for deletion"), "desk:due", "keep_records", "x", _("retention purge privacy")),
    Place(_("Broken glass"), "desk:glass", "keep_records", "lock", _("review privacy")),
    Place(_("Questions about health"), "desk:questions", "see_clinical", "form", _("screening versions answers")),
    Place(_("Packages"), "desk:packages", "keep_money", "list", _("sessions paid prepaid balance money")),
    Place(_("Products"), "desk:products", "keep_stock", "list", _("serums creams cartridges gtin")),
    Place(_("Devices"), "desk:devices", "keep_stock", "list", _("pens rollers stamps service label")),
    Place(_("Stock"), "desk:stock", "keep_stock", "list", _("shelf lots expiry expiring low count quarantine")),
    Place(_("Recalls"), "desk:recalls", "keep_stock", "warn", _("quarantine maker trace lot product device")),
    Place(_("Look back"), "desk:look_back", "keep_stock", "list", _("trace sessions device practitioner serial")),
    Place(_("Receive a delivery"), "desk:stock_receive", "keep_stock", "plus", _("scan barcode stock lot")),
    Place(_("What courses begin from"), "desk:course_templates", "edit_courses", "list", _("templates series plan")),
    Place(_("Clinical values"), "desk:values", "read_messages", "form", _("depth intervals sources")),
    Place(_("Your phrases"), "desk:phrases", "treat", "form", _("macros shortcuts note")),
    Place(_("What a record asks for"), "desk:record_demands", "manage", "form", _("required fields chart")),
)


def matching(places: tuple[Place, ...], text: str, may: Callable[[str], bool]) -> Iterator[Place]:
    """Yield the places that this person may open and whose words begin as typed; all of them for no text."""
    words = fold(text).split()
    return (place for place in places if may(place.capability) and place.holds(words))
