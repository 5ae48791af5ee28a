"""Who is there, when, and what keeps them from visits: hours and closures of a stretch of days, in one query."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    DateTimeField,
    F,
    Field,
    Q,
    QuerySet,
    SmallIntegerField,
    TimeField,
    Value,
)
from django.db.models.functions import Cast

from booking.hours import Hours, Weekly
from booking.models import Claim
from booking.models.claim import A_DAY
from clinic.models import OpeningHours, Shift, Site, SpecialDay, User
from clinic.often import often
from clinic.wall_time import day_bounds, instant, local
from desk.board.grid import Span

KINDS = {kind.value: kind.label for kind in Claim.Kind}
NO_HOURS = (time(9), time(17))  # what the paper shows of a day on which nobody opens


@dataclass
class Presence:
    """The hours of a site and its people over some local days, what blocks them, and what was said of single days.

    blocks: by the id of the practitioner, or of the room where rooms were asked for. words: by whose they are (None
    for the site's own) and the day.
    """

    site: Site
    hours: Hours
    people: dict[int, User] = field(default_factory=dict)
    blocks: dict[int, list[Span]] = field(default_factory=lambda: defaultdict(list))
    words: dict[tuple[int | None, date], str] = field(default_factory=dict)
    _shifts: dict[tuple[int, date], tuple[Span, ...]] = field(default_factory=dict)

    def opening(self, day: date) -> tuple[Span, ...]:
        """Return when the site is open on a local day; nothing when it is not."""
        return self._spans(self.hours.open_on(day))

    def shifts(self, practitioner: int, day: date) -> tuple[Span, ...]:
        """Return when somebody is here on a local day while the site is open."""
        if (practitioner, day) not in self._shifts:
            self._shifts[practitioner, day] = self._spans(self.hours.works_on(practitioner, day))
        return self._shifts[practitioner, day]

    def blocks_on(self, whose: int, day: date) -> tuple[Span, ...]:
        if whose not in self.blocks:
            return ()
        start, end = day_bounds(day, self.site.zone)
        return tuple(span for span in self.blocks[whose] if span.starts_at < end and start < span.ends_at)

    def words_on(self, whose: int | None, day: date) -> str:
        """Return what was said of a day with hours of its own: of somebody's, else of the whole site's."""
        return self.words.get((whose, day)) or self.words.get((None, day), "")

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """Return when the paper of a day begins and ends: its opening hours, or nine to five when it has none."""
        spans = self.opening(day)
        if spans:
            return spans[0].starts_at, spans[-1].ends_at
        opens, closes = (instant(day, clock, self.site.zone) for clock in NO_HOURS)
        return opens, closes

    def said(self) -> list[str]:
        """Return all of it that a page shows, in an order of its own: what is read in another order is no news."""
        blocks = [(whose, span) for whose, spans in self.blocks.items() for span in spans]
        weekly = [(key, row) for key, rows in self.hours.weekly.items() for row in rows]
        single = [(key, sorted(spans)) for key, spans in self.hours.single.items()]
        people = [(pk, person.name, person.short_name) for pk, person in self.people.items()]
        return [
            told for part in (blocks, weekly, single, people, self.words.items()) for told in sorted(map(repr, part))
        ]

    def _spans(self, spans: list[tuple[int, int]]) -> tuple[Span, ...]:
        return tuple(Span(*(local(datetime.fromtimestamp(at, UTC), self.site.zone) for at in one)) for one in spans)


def read(site: Site, first: date, *, at: datetime, days: int = 1, blocks_of: str = "practitioner") -> Presence:
    """Return `days` local days from `first`. blocks_of: whether what blocks practitioners counts, or rooms."""
    weekly: dict[tuple[int | None, int], list[Weekly]] = defaultdict(list)
    single: dict[tuple[int | None, date], list[tuple[time, time]]] = defaultdict(list)
    found = Presence(site, Hours(site, weekly, single, {}))
    last = first + timedelta(days=days - 1)
    start, end = day_bounds(first, site.zone)[0], day_bounds(last, site.zone)[1]
    for what, whose, name, short, number, first_on, last_on, starts, ends, from_at, to_at, words in ROWS[blocks_of](
        site.pk, first, last, at, start - A_DAY, start, end
    ):
        if what == "block":
            found.blocks[whose].append(Span(from_at, to_at, words or str(KINDS[short])))
            continue
        if whose is not None and whose not in found.people:
            found.people[whose] = User(pk=whose, name=name, short_name=short)
        if what == "week":
            weekly[whose, number].append(Weekly((starts, ends), first_on, last_on))
            continue
        if words:
            found.words[whose, first_on] = words
        spans = single[whose, first_on]
        if starts is not None:
            spans.append((starts, ends))
    return found


def _rows(
    blocks_of: str, site: Any, first: Any, last: Any, at: Any, a_day_before: Any, start: Any, end: Any
) -> QuerySet[Any]:
    """Return week rows, single days and blocks, of one shape. a_day_before: a claim lasts a day at most."""
    week, day, block, nothing = (Value(word, output_field=CharField()) for word in ("week", "day", "block", ""))
    nobody, no_number = _none(BigIntegerField()), _none(SmallIntegerField())
    no_day, no_time, no_instant = _none(DateField()), _none(TimeField()), _none(DateTimeField())
    in_reach = Q(first_on=None) | Q(first_on__lte=last), Q(last_on=None) | Q(last_on__gte=first)
    opening = OpeningHours.objects.filter(*in_reach, site=site).order_by()
    shifts = Shift.objects.filter(*in_reach, site=site, practitioner__is_active=True).order_by()
    special = SpecialDay.objects.filter(site=site, on__gte=first, on__lte=last).order_by()
    named = (F("practitioner__name"), F("practitioner__short_name"))
    reach, never = ("first_on", "last_on"), (no_instant, no_instant, nothing)
    blocks = Claim.objects.standing(at).exclude(kind=Claim.Kind.VISIT).filter(**{f"{blocks_of}__isnull": False})
    blocks = blocks.filter(starts_at__lt=end, starts_at__gt=a_day_before, ends_at__gt=start).order_by()
    return opening.values_list(
        week, nobody, nothing, nothing, "weekday", *reach, "opens_at", "closes_at", *never
    ).union(
        shifts.values_list(week, "practitioner", *named, "weekday", *reach, "starts_at", "ends_at", *never),
        special.values_list(
            day,
            "practitioner",
            *named,
            no_number,
            "on",
            no_day,
            "starts_at",
            "ends_at",
            no_instant,
            no_instant,
            "words",
        ),
        blocks.values_list(
            block,
            blocks_of,
            nothing,
            "kind",
            no_number,
            no_day,
            no_day,
            no_time,
            no_time,
            "starts_at",
            "ends_at",
            "words",
        ),
        all=True,
    )


def _none(kind: Field[Any, Any]) -> Cast:
    return Cast(Value(None), kind)


ROWS = {whose: often(partial(_rows, whose)) for whose in ("practitioner", "room")}
