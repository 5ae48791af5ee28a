"""Several visits of one patient as one: every lock taken once and sorted, all of it or nothing.

What stops any of them is gathered, so that one answer names every conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import ngettext

from booking import turns
from booking.claims import Locked, Resource
from booking.models import Appointment
from clinic.models import Service, User
from clinic.refusals import Refusal, Refused
from patients.models import Patient

Act = Callable[[], Appointment]


class SomeRefused(Refused):
    """Raised when some of several visits cannot be had; none was changed. `refusals`: each by its place in the list."""

    def __init__(self, refusals: Mapping[int, Refusal], count: int) -> None:
        self.refusals = dict(sorted(refusals.items()))
        title = ngettext(
            "This visit is not possible, so nothing was saved",
            "%(stopped)s of these %(count)s visits cannot be had, so nothing was saved",
            count,
        )
        super().__init__(
            Refusal(
                rule="visits.some",
                title=title % {"stopped": len(self.refusals), "count": count},
                sentence=" ".join(str(one.sentence) for one in self.refusals.values()),
                values={"places": list(self.refusals)},
            )
        )


def lock(patient: Patient, wanted: Iterable[tuple[Service, User]], *, at: datetime) -> Locked:
    """Lock all that these visits may come to hold, once; what each of them locks again it has by then."""
    resources: set[Resource] = {("patient", patient.pk)}
    for service, practitioner in dict.fromkeys(wanted):
        resources.add(("practitioner", practitioner.pk))
        resources |= {("room", pk) for pk in service.rooms.values_list("pk", flat=True)}
        resources |= {("device", pk) for pk in service.devices.values_list("pk", flat=True)}
    return turns.lock(resources, at=at)


@transaction.atomic
def all_or_nothing(acts: Sequence[Act], *, stopped: Mapping[int, Refusal]) -> list[Appointment]:
    """Do every act and return what each gave.

    stopped: what is known against some of them already, by place. Raises SomeRefused with that and whatever else
    stands in the way of any; then nothing was done.
    """
    refusals, done = dict(stopped), []
    for place, act in enumerate(acts):
        try:
            with transaction.atomic():
                done.append(act())
        except Refused as refused:
            refusals.setdefault(place, refused.refusal)
    if refusals:
        raise SomeRefused(refusals, len(acts))
    return done
