"""What stands on the start page: who comes, what is asked, what was agreed to, which course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.models import Appointment
from clinic import wall_time
from clinic.actors import Actor
from clinic.refusals import Refusal
from desk.charting.start_form import StartForm
from desk.patients.banner import Banner, banner
from intake import agreeing, consents, screenings
from intake.models import Consent, Purpose, Question
from intake.screenings import AnswersMissing
from treatments import course_lapses, courses, gates
from treatments.models import Course


@dataclass(frozen=True)
class Scene:
    """Everything the start page needs but the answers. stop: why it cannot start at all right now.

    signed: the consents that stand, by purpose.
    """

    visit: Appointment
    questions: list[Question]
    signed: dict[str, Consent]
    course: Course | None
    place: str
    banner: Banner
    is_prescriber: bool
    stop: Refusal | None

    def form(self, data: QueryDict | None = None) -> StartForm:
        """Return the form, empty of answers: each is asked fresh. What was posted is a copy that may be renewed."""
        return StartForm(
            data.copy() if data is not None else None,
            questions=self.questions,
            has_course=self.course is not None,
            is_prescriber=self.is_prescriber,
            initial={"version": self.visit.version, "planned_sessions": 4},
        )

    def facts(self, form: StartForm) -> dict[str, Any]:
        """Return what `visits.treatment.start` is told."""
        cleaned = form.cleaned_data
        return {
            "version": cleaned["version"],
            "identity_name": cleaned["identity_name"],
            "identity_born_on": cleaned["identity_born_on"],
            "answers": form.answers(),
            "beside": cleaned["beside"],
            "course_plan": form.course_plan(),
        }

    @property
    def agreed(self) -> Consent | None:
        return self.signed.get(Purpose.PROCEDURE)

    @property
    def beside(self) -> list[tuple[str, str, bool]]:
        """Return what more may be done beside the needling: its code, its words, and whether it is signed for."""
        left = [code for code in agreeing.BESIDE if code not in self.visit.service.beside]
        return [(code, str(Purpose(code).label), code in self.signed) for code in left]


def scene(visit: Appointment, *, by: Actor, at: datetime) -> Scene:
    """Return the start page of a visit."""
    today = wall_time.local(at, visit.site.zone).date()
    return Scene(
        visit=visit,
        questions=screenings.questions_at_start(),
        signed=consents.covered(visit.patient),
        course=courses.running_for(visit.patient) or course_lapses.waiting_for(visit.patient),
        place=courses.place(visit),
        banner=banner(visit.patient, reader=by, today=today),
        is_prescriber=by.may("prescribe"),
        stop=gates.foreseen(visit, at=at) or courses.rest_refusal(visit.patient),
    )


def way_on(refusal: Refusal | None, visit: Appointment) -> tuple[str, str] | None:
    """Return where what is missing can be done, and its words, for what the start page itself cannot do."""
    if refusal is None:
        return None
    if refusal.rule in ("course.paused", "course.lapsed"):
        return reverse("desk:patient", args=[visit.patient.uuid]), _("Open the record")
    if refusal.rule.startswith("screening.full_"):
        return reverse("desk:screening", args=[visit.patient.uuid]), _("Open the health questions")
    if refusal.rule == "screening.undecided":
        return reverse("desk:visit_answers", args=[visit.uuid]), _("Decide about the answers")
    return None


def show_missing(form: StartForm, missing: AnswersMissing) -> None:
    """Show what each question still needs at the field where it goes."""
    for code, words in missing.missing.items():
        is_open = not form.cleaned_data[f"answer_{code}"]
        part = "answer" if is_open else "on" if code in missing.days else "reason"
        form.add_error(f"{part}_{code}", words)


def renew(form: StartForm, scene: Scene) -> None:
    """Let the next press count for the visit as it stands now."""
    form.data["version"] = str(Appointment.objects.get(pk=scene.visit.pk).version)


def issues(form: StartForm) -> list[tuple[str, str]]:
    """Return every problem of the page with the place it leads to; one of a question begins with its words."""
    asked = {f"{part}_{one.code}": one.words for one in form.questions for part in ("answer", "on", "reason")}
    found = [("#main", str(error)) for error in form.non_field_errors()]
    for field in form.visible_fields():
        words = f"{asked[field.name]} " if field.name in asked else ""
        found += [(f"#at_{field.name}", f"{words}{error}") for error in field.errors]
    return found
