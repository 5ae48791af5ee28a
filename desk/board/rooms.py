"""A day by its rooms and numbing chairs: who is where, and what stands empty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from booking.models import Claim
from clinic.models import Room, Site
from clinic.wall_time import day_bounds, local
from desk.board import presence
from desk.board.cards import Visit
from desk.board.days import Column, Table, table
from desk.board.grid import Span
from desk.board.presence import Presence
from desk.board.reading import Head, show, stamp_of, tally_of, versions_of, visits_between
from desk.board.shown import Reader, Shown, State

Held = Mapping[tuple[int, int], Span]  # from the first to the last hold of a visit on a room, by room and visit


@dataclass(frozen=True)
class Rooms:
    """Everything the rooms' page shows."""

    on: date
    table: Table
    groups: tuple[tuple[str, tuple[Shown, ...]], ...]
    tally: Mapping[str, int]
    stamp: str
    words: str
    is_closed: bool


def read(site: Site, on: date, *, reader: Reader) -> Rooms:
    """Return the rooms and chairs of a local day, in six queries however many there are."""
    start, end = day_bounds(on, site.zone)
    there = presence.read(site, on, at=reader.at, blocks_of="room")
    shown = {one.appointment.pk: one for one in show(reader, visits_between(site, start, end))}
    held = _held(start, end, reader)
    rooms = [one for one in Room.objects.filter(site=site).order_by("-kind", "name") if _is_used(one, held)]
    columns = [_column(room, there, on, held, shown) for room in rooms]
    opens_at, closes_at = there.bounds(on)
    return Rooms(
        on=on,
        table=table(columns, opens_at=opens_at, closes_at=closes_at, now=reader.at, zone=site.zone),
        groups=tuple(
            (column.head.title, tuple(visit.shown for visit in column.visits)) for column in columns if column.visits
        ),
        tally=tally_of(shown.values()),
        stamp=stamp_of(versions_of(shown.values()), there, reader.at),
        words=there.words_on(None, on),
        is_closed=not there.opening(on) and not shown,
    )


def _is_used(room: Room, held: Held) -> bool:
    return room.is_open or any(of == room.pk for of, _visit in held)


def _held(start: datetime, end: datetime, reader: Reader) -> Held:
    rows = Claim.objects.standing(reader.at).between(start, end).filter(kind=Claim.Kind.VISIT, room__isnull=False)
    spans: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for room, visit, starts_at, ends_at in rows.values_list("room", "appointment", "starts_at", "ends_at"):
        spans[room, visit] += [local(starts_at, reader.zone), local(ends_at, reader.zone)]
    return {key: Span(min(edges), max(edges)) for key, edges in spans.items()}


def _column(room: Room, there: Presence, on: date, held: Held, shown: Mapping[int, Shown]) -> Column:
    return Column(
        head=Head(
            key=f"r{room.pk}",
            title=room.name,
            small=str(room.get_kind_display()) if room.kind == Room.Kind.CHAIR else "",
            day=on.isoformat(),
            hidden=room.name,
        ),
        shifts=there.opening(on) if room.is_open else (),
        blocks=there.blocks_on(room.pk, on),
        visits=tuple(_visits(room, held, shown)),
        off_words=there.words_on(None, on),
    )


def _visits(room: Room, held: Held, shown: Mapping[int, Shown]) -> Iterable[Visit]:
    for (of, visit), span in sorted(held.items(), key=lambda item: item[1].starts_at):
        if of == room.pk and visit in shown and shown[visit].appointment.state != State.CANCELLED:
            yield Visit(span, shown[visit])
