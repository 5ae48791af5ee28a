"""What machines say and hear: strict words coming in, instants with their offsets going out, nothing clinical ever."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from booking.free_times import FreeTime
from booking.models import Appointment
from clinic.models import Room

YEARS = range(2000, 2200)  # what may be asked about
LARGEST = 2**53 - 1  # the largest whole number that every machine reads right
BLANK_FOR_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:\d\d)$")  # an unquoted + in an address


def read_instant(value: Any) -> datetime:
    """Return the instant (UTC) that a text says. Raises ValueError, with a sentence, for any other thing."""
    try:
        if not isinstance(value, str) or "T" not in value.upper():
            raise ValueError
        said = datetime.fromisoformat(BLANK_FOR_PLUS.sub(r"\1+\2", value))
    except ValueError:
        raise ValueError(_("Write the time as in 2026-03-02T10:00:00+00:00.")) from None
    if said.tzinfo is None:
        raise ValueError(_("Write the time with its offset from UTC, as in 2026-03-02T10:00:00+00:00."))
    if said.year not in YEARS:
        raise ValueError(_("The house keeps times of the years 2000 to 2199."))
    return said.astimezone(UTC)


def read_day(value: Any) -> date:
    """Return the day that a text says. Raises ValueError, with a sentence, for any other thing."""
    try:
        if not isinstance(value, str):
            raise ValueError
        day = datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day of the wall, of no zone
    except ValueError:
        raise ValueError(_("Write the day as in 2026-03-02.")) from None
    return day


def read_day_here(value: Any) -> date:
    """Return a day that may be asked about."""
    day = read_day(value)
    if day.year not in YEARS:
        raise ValueError(_("The house keeps days of the years 2000 to 2199."))
    return day


def read_edge(value: Any) -> date | datetime:
    """Return the edge of a stretch of time: a day, or an instant."""
    is_long = isinstance(value, str) and len(value) > len("2026-03-02")
    return read_instant(value) if is_long else read_day_here(value)


DATE_TIME = {"type": "string", "format": "date-time", "examples": ["2026-03-02T10:00:00+00:00"]}
DATE = {"type": "string", "format": "date", "examples": ["2026-03-02"]}
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"

Instant = Annotated[datetime, BeforeValidator(read_instant), WithJsonSchema(DATE_TIME)]
Day = Annotated[date, BeforeValidator(read_day), WithJsonSchema(DATE)]
DayHere = Annotated[date, BeforeValidator(read_day_here), WithJsonSchema(DATE)]
Edge = Annotated[date | datetime, BeforeValidator(read_edge), WithJsonSchema({"anyOf": [DATE, DATE_TIME]})]
Moment = Annotated[str, WithJsonSchema(DATE_TIME)]
Line = Annotated[str, Field(pattern=NO_CONTROLS, max_length=250)]
Code = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=50)]
Number = Annotated[int, Field(ge=1, le=LARGEST)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
NeedlingMinutes = Annotated[int, Field(ge=5, le=120)]
Offset = Annotated[int, Field(ge=0, le=100_000)]


def iso(at: datetime) -> str:
    """Return an instant with its offset, to the second."""
    return at.isoformat(timespec="seconds")


class Asked(Schema):
    """What a machine sends; an unknown member of a body is refused, so that a misspelt one is never passed over."""

    model_config = ConfigDict(extra="forbid")


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """Part of a list. next: where it goes on; empty at its end."""

    items: list[Item]
    next: str | None = None


def page_of(request: HttpRequest, items: list[Any], *, offset: int, limit: int) -> dict[str, Any]:
    """Return a page of at most `limit` items; items: one more than that where the list goes on."""
    if len(items) <= limit:
        return {"items": items, "next": None}
    query: QueryDict = request.GET.copy()
    query["offset"] = str(offset + limit)
    return {"items": items[:limit], "next": f"{request.path}?{query.urlencode()}"}


class Place(BaseModel):
    """A room."""

    id: int
    name: str


class FreeTimeShape(BaseModel):
    """A time that can be booked. starts_at to ends_at is the patient's time, in the site's zone."""

    practitioner: int
    room: Place | None = None
    starts_at: Moment
    ends_at: Moment


class VisitShape(BaseModel):
    """A visit. version: to be sent with the next step, so that nobody's change is lost."""

    id: UUID
    service: str
    practitioner: int
    room: Place | None = None
    patient: UUID
    starts_at: Moment
    ends_at: Moment
    needling_minutes: int | None = None
    state: str
    note: str
    tell_patient: bool
    version: int


def told_free_time(free: FreeTime, zone: ZoneInfo) -> FreeTimeShape:
    return FreeTimeShape(
        practitioner=free.practitioner.pk,
        room=_place(free.room),
        starts_at=iso(free.starts_at.astimezone(zone)),
        ends_at=iso(free.ends_at.astimezone(zone)),
    )


def told_visit(visit: Appointment, zone: ZoneInfo) -> VisitShape:
    return VisitShape(
        id=visit.uuid,
        service=visit.service.code,
        practitioner=visit.practitioner_id,
        room=_place(visit.room),
        patient=visit.patient.uuid,
        starts_at=iso(visit.starts_at.astimezone(zone)),
        ends_at=iso(visit.ends_at.astimezone(zone)),
        needling_minutes=visit.needling_minutes,
        state=visit.state,
        note=visit.note,
        tell_patient=visit.tell_patient,
        version=visit.version,
    )


def _place(room: Room | None) -> Place | None:
    return Place(id=room.pk, name=room.name) if room else None
