"""What many visits share, each read once: services, practitioners and rooms, in one query.

Joined to every visit they took PostgreSQL longer to plan for than to find the visits of a day.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import CharField, F, QuerySet, Value

from booking.models import Appointment
from clinic.models import Room, Service, User
from clinic.often import often

# the columns that a page prints of each besides the key
PRINTED = {
    "service": (Service, ("name", "kind")),
    "practitioner": (User, ("name", "short_name")),
    "room": (Room, ("name",)),
}


def fill_in(visits: Iterable[Appointment]) -> None:
    """Give these visits their service, practitioner and room, as a join would have; those of one share its object."""
    known = {what: {} for what in PRINTED}
    for what, pk, *values in _named():
        model, names = PRINTED[what]
        known[what][pk] = model.from_db("default", ["id", *names], [pk, *values[: len(names)]])
    fields = [(Appointment._meta.get_field(what), by_id) for what, by_id in known.items()]
    for visit in visits:
        for field, by_id in fields:
            field.set_cached_value(visit, by_id.get(getattr(visit, field.attname)))


@often
def _named() -> QuerySet[Service]:
    parts = []
    for what, (model, names) in PRINTED.items():
        second = F(names[1]) if len(names) > 1 else Value("")
        parts.append(model._default_manager.order_by().values_list(Value(what, CharField()), "pk", names[0], second))
    first, *others = parts
    return first.union(*others, all=True)
