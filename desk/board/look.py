"""How a person looks at the day: which one, as board or list, whose, how dense. All of it lives in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

VIEWS = ("board", "list")
ROW_HEIGHTS = ("roomy",)


@dataclass(frozen=True)
class Look:
    """One way to look at a day. view is "" when the width of the screen decides; only is a practitioner's id."""

    day: date
    view: str = ""
    only: int | None = None
    rows: str = ""
    initials: bool = False

    @classmethod
    def of(cls, query: QueryDict, *, today: date) -> Look:
        """Read an address. What cannot be read is left out, so an old link still opens the day."""
        return cls(
            day=_day(query.get("day", ""), today),
            view=_one_of(VIEWS, query.get("view", "")),
            only=int(query["with"]) if query.get("with", "").isdecimal() else None,
            rows=_one_of(ROW_HEIGHTS, query.get("rows", "")),
            initials=query.get("names") == "initials",
        )

    def query(self, **changes: Any) -> str:
        """Return the part of an address that says this look with the changes."""
        look = replace(self, **changes)
        said = {
            "day": look.day.isoformat(),
            "view": look.view,
            "with": look.only or "",
            "rows": look.rows,
            "names": "initials" if look.initials else "",
        }
        return urlencode({name: value for name, value in said.items() if value})

    def url(self, **changes: Any) -> str:
        return f"{reverse('desk:board')}?{self.query(**changes)}"

    def links(self, *, today: date) -> dict[str, str]:
        """Return where the date bar leads."""
        return {
            "before": self.url(day=self.day - timedelta(days=1)),
            "after": self.url(day=self.day + timedelta(days=1)),
            "today": self.url(day=today),
            "board": self.url(view="board"),
            "list": self.url(view="list"),
            "roomy": self.url(rows="roomy"),
            "default": self.url(rows=""),
            "initials": self.url(initials=not self.initials),
            "book": f"{reverse('desk:book')}?{urlencode({'day': self.day.isoformat()})}",
            "poll": self.url(),
        }


def _one_of(choices: tuple[str, ...], word: str) -> str:
    return word if word in choices else ""


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs((day - today).days) <= 3650 else today
