"""The screens of recovery and of what is told from it: the patient's, the desk's and the clinician's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse
from playwright.sync_api import Page

from aftercare import recovery_links
from aftercare.models import Report
from patients import links
from patients.models import Link, Patient

Of = Callable[..., object]


def of_reports(
    screen: Of, *, desk: str, clinician: str, nobody: str, send: Callable[[Page], object]
) -> Iterator[object]:
    """Yield each state. screen: makes a Screen; desk, clinician, nobody: who looks; send: sends an empty form."""
    waits = Report.objects.open().get(urgency=Report.Urgency.SAME_DAY)
    in_hand = Report.objects.open().exclude(acknowledged_at=None).get()
    closed = Report.objects.exclude(closed_by=None).earliest("pk")
    yield from _of_the_patient(screen, waits, nobody)

    call = reverse("desk:report_call", args=[waits.patient.uuid])
    yield screen("reports", clinician, reverse("desk:reports"))
    yield screen("reports-closed", clinician, f"{reverse('desk:reports')}?show=closed")
    yield screen("reports-at-the-desk", desk, reverse("desk:reports"))
    yield screen("report-waits", clinician, reverse("desk:report", args=[waits.uuid]))
    yield screen("report-in-hand", clinician, reverse("desk:report", args=[in_hand.uuid]))
    yield screen("report-close-refused", clinician, reverse("desk:report", args=[waits.uuid]), send)
    yield screen("report-closed", clinician, reverse("desk:report", args=[closed.uuid]))
    yield screen("report-to-reaction", clinician, reverse("desk:report_react", args=[waits.uuid]))
    yield screen("call-find", desk, f"{reverse('desk:report_call_find')}?q=to")
    yield screen("call", desk, call)
    yield screen("call-refused", desk, call, send)
    yield screen("call-say", desk, reverse("desk:report_say", args=[waits.uuid]))


def _of_the_patient(screen: Of, waits: Report, nobody: str) -> Iterator[object]:
    fine = Report.objects.filter(outcome=Report.Outcome.FINE).exclude(patient=waits.patient).latest("told_at")
    day, other = _page_of(waits), _page_of(fine)

    yield screen("recovery-told-something", nobody, day)
    yield screen("recovery", nobody, other)
    yield screen("recovery-how", nobody, f"{other}how/?feeling=worried")
    yield screen("recovery-how-refused", nobody, f"{other}how/", _send_nothing)
    yield screen("recovery-emergency", nobody, f"{other}how/?feeling=worried", _tick_an_emergency)
    yield screen("recovery-told", nobody, f"{day}told/")
    yield screen("recovery-told-fine", nobody, f"{other}told/")
    yield screen("recovery-wrong-link", nobody, "/r/x/", status=404)
    spanish = Report.objects.filter(outcome=Report.Outcome.FINE).exclude(patient__in=[waits.patient, fine.patient])
    one = spanish.earliest("told_at")
    Patient.objects.filter(pk=one.patient_id).update(language="es")
    yield screen("recovery-es", nobody, _page_of(one))
    yield screen("recovery-how-es", nobody, f"{_page_of(one)}how/")


def _page_of(report: Report) -> str:
    subject = recovery_links.subject(report.session_id)
    return f"/r/{links.token(Link.objects.get(purpose=recovery_links.PURPOSE, subject=subject))}/"


def _send_nothing(page: Page) -> None:
    page.get_by_role("button", name="Send to the clinic").click()
    page.locator(".note.stop").wait_for()


def _tick_an_emergency(page: Page) -> None:
    page.get_by_label("It is hard to breathe").check()
    page.get_by_role("button", name="Send to the clinic").click()
    page.get_by_role("button", name="Send to the clinic too").wait_for()
