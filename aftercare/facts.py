"""What is true of a patient beside one session: asked once, however many plans ask for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from aftercare import reports
from aftercare.health import Health
from booking.models import Appointment, Closure
from clinic.models import Service, Site
from outbox.models import Notice
from patients.models import Patient
from treatments import reactions
from treatments.models import Course, Session

OWNER = "aftercare"
LEFT_BEHIND = timedelta(days=1)  # a visit still "booked" that long after its start is forgotten, not coming


class Facts:
    """The patient at a moment: what is booked, which courses there are, what has left, and what holds back."""

    def __init__(self, patient: Patient, at: datetime) -> None:
        self.patient, self.at = patient, at

    @cached_property
    def _visits(self) -> list[tuple[str, datetime]]:
        standing = Appointment.objects.standing().filter(patient=self.patient, starts_at__gt=self.at - LEFT_BEHIND)
        return list(standing.order_by().values_list("service__kind", "starts_at"))

    def comes_for_needling(self, *, after: datetime) -> bool:
        """Return whether they come for needling again, or are here for it now; a visit left behind does not count."""
        return any(kind == Service.Kind.NEEDLING and starts_at > after for kind, starts_at in self._visits)

    def comes_for_review(self, *, around: datetime, within: timedelta) -> bool:
        return any(
            kind == Service.Kind.REVIEW and abs(starts_at - around) <= within for kind, starts_at in self._visits
        )

    @cached_property
    def health(self) -> Health:
        return Health(self.patient)

    @cached_property
    def waits(self) -> str:
        """Why nobody is asked for the next session although it is to come; "" where nothing holds it back."""
        held = reactions.holding(self.patient) or reports.is_open(self.patient)
        return _("The next session waits for a clinician.") if held else ""

    @cached_property
    def _states(self) -> set[str]:
        return set(self.patient.courses.order_by().values_list("state", flat=True))

    @property
    def is_in_maintenance(self) -> bool:
        return Course.State.MAINTENANCE in self._states

    @property
    def has_open_course(self) -> bool:
        return bool(self._states & {Course.State.PLANNED, Course.State.RUNNING, Course.State.PAUSED})

    @cached_property
    def latest_session(self) -> int | None:
        """The id of the last session that was performed, whatever course it was for."""
        ended = Session.objects.ended().filter(patient=self.patient).order_by("-ended_at")
        return ended.values_list("pk", flat=True).first()

    def left_of(self, subject: str) -> frozenset[str]:
        """Return the kinds of the messages about this subject that have left, been printed or been told."""
        return frozenset(kind for about, kind in self._left if about == subject)

    @cached_property
    def _left(self) -> list[tuple[str, str]]:
        said = Notice.objects.filter(owner=OWNER, patient=self.patient, state__in=Notice.HEARD)
        return list(said.order_by().values_list("subject", "kind"))

    def closed_at(self, site: Site, *, between: tuple[datetime, datetime]) -> list[tuple[datetime, datetime]]:
        """Return when the whole site is shut in a stretch of time, the first first."""
        shut = Closure.objects.standing().between(*between)
        whole = shut.filter(site=site, practitioner=None, room=None, device=None)
        return list(whole.order_by("starts_at").values_list("starts_at", "ends_at"))
