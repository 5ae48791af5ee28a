"""How a person looks at the board: which day, as board or list, whose, how dense.

What the address says counts for this page. What it leaves open is as the person last chose it (`User.board_look`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from desk import numbers

VIEWS = ("board", "list")
ROW_HEIGHTS = ("roomy",)
WORDS_OF = {"view": "view", "only": "with", "rows": "rows", "initials": "names"}  # each choice by its word in addresses


@dataclass(frozen=True)
class Look:
    """One way to look at a day. view is "" when the width of the screen decides; only is a practitioner's id.

    said: the choices that the address itself makes; links keep them.
    """

    day: date
    view: str = ""
    only: int | None = None
    rows: str = ""
    initials: bool = False
    page: str = "desk:board"
    said: frozenset[str] = frozenset()

    @classmethod
    def of(cls, query: QueryDict, *, today: date, page: str = "desk:board") -> Look:
        """Read an address. What cannot be read is left out, so an old link still opens the day."""
        return cls(
            day=day_of(query.get("day", ""), today),
            page=page,
            **choices_of(query),
            said=frozenset(choice for choice, word in WORDS_OF.items() if word in query),
        )

    def remembering(self, kept: Mapping[str, Any]) -> Look:
        """Return this look with what the address leaves open as it was last chosen."""
        known = choices_of({word: str(value) for word, value in kept.items()})
        return replace(self, **{choice: value for choice, value in known.items() if choice not in self.said})

    def query(self, **changes: Any) -> str:
        """Return the part of an address that says this look with the changes."""
        look = replace(self, **changes)
        said = look.said | (changes.keys() & WORDS_OF.keys())
        in_words = {word: _word(look, choice) for choice, word in WORDS_OF.items() if choice in said}
        return urlencode({"day": look.day.isoformat(), **in_words})

    def url(self, **changes: Any) -> str:
        return f"{reverse(changes.pop('page', self.page))}?{self.query(**changes)}"

    def links(self, *, today: date) -> dict[str, str]:
        """Return where the date bar of a day leads."""
        return {
            "before": self.url(day=self.day - timedelta(days=1)),
            "after": self.url(day=self.day + timedelta(days=1)),
            "today": self.url(day=today),
            "day": self.url(page="desk:board"),
            "week": self.url(page="desk:week"),
            "rooms": self.url(page="desk:rooms"),
            "month": month_url(self.day),
            "sheet": f"{reverse('desk:day_sheet')}?{self.query()}",
            "book": f"{reverse('desk:book')}?{urlencode({'day': self.day.isoformat()})}",
            "poll": self.url(),
            "everyone": self.url(only=None),
            "one": f"{reverse('desk:week')}?{urlencode({'day': self.day.isoformat()})}&with=",
        }


def month_url(day: date) -> str:
    return f"{reverse('desk:month')}?month={day:%Y-%m}"


def choices_of(query: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices that an address or a form makes; what it does not say is as for somebody who never chose."""
    return {
        "view": _one_of(VIEWS, query.get("view", "")),
        "only": numbers.read(query.get("with", "")),
        "rows": _one_of(ROW_HEIGHTS, query.get("rows", "")),
        "initials": query.get("names") == "initials",
    }


def _word(look: Look, choice: str) -> str:
    if choice == "initials":
        return "initials" if look.initials else ""
    return str(getattr(look, choice) or "")


def _one_of(choices: tuple[str, ...], word: str) -> str:
    return word if word in choices else ""


def day_of(text: str, today: date) -> date:
    """Return the day an address names, or today when it names none within ten years."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs((day - today).days) <= 3650 else today
