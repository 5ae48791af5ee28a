"""The times at which a visit fits, found by the same function that books it."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from api import found
from api.gate import Key
from api.problems import unusable
from api.shapes import Asked, Code, Edge, FreeTimeShape, NeedlingMinutes, Number, Offset, Page, page_of, told_free_time
from booking import free_times
from clinic.models import Service
from clinic.wall_time import local
from patients.models import Patient
from visits import judging

router = Router(tags=["appointments"])
DAYS_AT_MOST = 62
A_MOMENT = timedelta(microseconds=1)


class Wanted(Asked):
    """from, to: days of the site, both included, or instants with an offset, the second left out; at most 62 days.

    patient: whose other visits and whose rest between treatments count. needling_minutes: the needling's length where
    it is not the service's own.
    """

    service: Code
    from_: Annotated[Edge, Field(alias="from")]
    to: Edge
    practitioner: Number | None = None
    patient: UUID | None = None
    needling_minutes: NeedlingMinutes | None = None
    limit: Annotated[int, Field(ge=1, le=2000)] = 500
    offset: Offset = 0


@router.get("/free-times", auth=Key("book"), response=Page[FreeTimeShape])
def find_free_times(request: HttpRequest, wanted: Query[Wanted]):
    """List what is free, soonest first. Each can be booked by POST /api/v1/appointments until somebody else has it."""
    zone = request.site.zone
    service = found.service(wanted.service, source="query")
    people = [found.practitioner(wanted.practitioner, source="query")] if wanted.practitioner else None
    patient = found.patient(wanted.patient, source="query") if wanted.patient else None
    first, last = _days(wanted, zone)
    first = max(first, local(request.now, zone).date())
    not_before = _first_open_day(request, patient, service, first)
    if last < first or not_before is None:
        return {"items": []}
    free = free_times.find(
        service=service,
        site=request.site,
        start=first,
        days=(last - first).days + 1,
        at=request.now,
        practitioners=people,
        patient=patient,
        not_before=not_before,
        needling_minutes=wanted.needling_minutes,
    )
    within = [one for one in free if _is_within(one.starts_at, wanted)]
    told = [told_free_time(one, zone) for one in within[wanted.offset : wanted.offset + wanted.limit + 1]]
    return page_of(request, told, offset=wanted.offset, limit=wanted.limit)


def _days(wanted: Wanted, zone: object) -> tuple[date, date]:
    """Return the first and the last local day that were asked for. Raises Stopped for too many of them."""
    first = local(wanted.from_, zone).date() if isinstance(wanted.from_, datetime) else wanted.from_
    last = local(wanted.to - A_MOMENT, zone).date() if isinstance(wanted.to, datetime) else wanted.to
    if last < first:
        raise unusable("query", "to", _("“to” lies before “from”."))
    if (last - first).days >= DAYS_AT_MOST:
        raise unusable("query", "to", _("Ask for at most %(days)s days at once.") % {"days": DAYS_AT_MOST})
    return first, last


def _is_within(starts_at: datetime, wanted: Wanted) -> bool:
    """Say whether a start is within the instants that were asked for; days were seen to before."""
    is_late_enough = not isinstance(wanted.from_, datetime) or wanted.from_ <= starts_at
    return is_late_enough and (not isinstance(wanted.to, datetime) or starts_at < wanted.to)


def _first_open_day(request: HttpRequest, patient: Patient | None, service: Service, first: date) -> date | None:
    """Return the first day that nothing keeps the patient from, or None when somebody has to decide first."""
    if patient is None:
        return first
    if patient.died_on is not None:
        return None
    stops = judging.stops(patient, service=service, site=request.site, on=first, at=request.now)
    if any(refusal.earliest is None for refusal in stops):
        return None
    return max([first, *(refusal.earliest for refusal in stops)])
