"""Photos that came with a report: on its page for clinicians, each look in the trail; nobody else gets one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftercare.models import Report, ReportPhoto
from clinic import audit, vault
from clinic.policy import may
from desk.triage import telling

THUMB_EDGE = 320  # pixels of its longer edge
WORN = {  # by each answer: it runs nothing, stays in no cache and shows in no page but ours
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Shown:
    """A photo on the page of its report. words: which it is and of when, for who does not see it."""

    photo: ReportPhoto
    words: str
    taken: str
    width: int
    height: int


def shown(report: Report) -> list[Shown]:
    return [_shown(number, photo) for number, photo in enumerate(report.photos.all(), start=1)]


def _shown(number: int, photo: ReportPhoto) -> Shown:
    when = localtime(photo.taken_at or photo.added_at)
    words = _("Photo %(number)s, %(when)s") % {"number": number, "when": date_format(when, "j F H:i")}
    said = {"when": telling.moment(photo.taken_at or photo.added_at)}
    known = (
        _("Taken %(when)s, as the camera says") if photo.taken_at else _("Sent %(when)s; when it was taken is unknown")
    )
    share = min(1, THUMB_EDGE / max(photo.width, photo.height))
    return Shown(photo, words, known % said, max(1, round(photo.width * share)), max(1, round(photo.height * share)))


@may("see_clinical")
@require_safe
def view(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a photo, large enough to judge by."""
    return _answer(request, uuid, "view")


@may("see_clinical")
@require_safe
def thumb(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a photo small, as the page of its report does."""
    return _answer(request, uuid, "thumb")


def _answer(request: HttpRequest, uuid: UUID, size: str) -> HttpResponse:
    """Return a photo of an open record; the look is in the trail before it leaves."""
    standing = ReportPhoto.objects.filter(report__patient__closed_at=None).select_related("report__patient")
    photo = get_object_or_404(standing, uuid=uuid)
    audit.read(photo.report, by=request.actor, at=request.now, patient=photo.report.patient)
    filename = f"photo-{photo.added_at:%Y-%m-%d}.jpg"
    try:
        answer = vault.answer(getattr(photo, size), content_type="image/jpeg", filename=filename)
    except (vault.Unreadable, FileNotFoundError):
        raise Http404(uuid) from None
    for header, value in WORN.items():
        answer[header] = value
    return answer
