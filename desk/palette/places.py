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
    Place(_("Out today"), "desk:out_today", "close_time", "user", _("ill sick away off")),
    Place(_("Running late"), "desk:running_late", "close_time", "day", _("delay behind shift")),
)
PLACES = (
    Place(_("Today"), "desk:board", "see_board", "board", _("day board"), key="t"),
    Place(_("Patients"), "desk:patients", "see_patients", "people", _("find list"), key="/"),
    Place(_("My day"), "desk:my_day", "treat", "day", _("chart sessions")),
    Place(_("Messages"), "desk:messages", "see_messages", "mail", _("e-mail outbox sent")),
    Place(_("Closures"), "desk:closures", "close_time", "lock", _("leave holiday shut room device loose ends")),
    Place(_("Clinical values"), "desk:values", "read_messages", "form", _("depth intervals sources")),
)


def matching(places: tuple[Place, ...], text: str, may: Callable[[str], bool]) -> Iterator[Place]:
    """Yield the places that this person may open and whose words begin as typed; all of them for no text."""
    words = fold(text).split()
    return (place for place in places if may(place.capability) and place.holds(words))
