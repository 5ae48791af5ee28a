"""The day on paper: printed from the page, or taken from the folder where the house saves tomorrow's each evening."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic import audit
from clinic.models import User
from clinic.policy import may
from desk.board import sheet_files, sheets
from desk.board.pages import look_of, shared


@may("see_board")
@require_safe
def day_sheet(request: HttpRequest) -> HttpResponse:
    """Show a day as it is printed."""
    look = look_of(request, "desk:day_sheet")
    only = look.only if "only" in look.said else None
    sheet = sheets.read(request.site, look.day, at=request.now, only=only, initials=look.initials)
    person = User.objects.filter(pk=only).first() if only else None
    context = shared(request, look) | {"sheet": sheet, "person": person}
    return TemplateResponse(request, "desk/board/sheet.html", context)


@may("see_board")
@require_safe
def day_sheets(request: HttpRequest) -> HttpResponse:
    """List the sheets that the house has saved."""
    look = look_of(request)
    context = shared(request, look) | {"saved": sheet_files.saved(request.site)}
    return TemplateResponse(request, "desk/board/sheets.html", context)


@may("see_board")
@require_safe
def day_sheet_pdf(request: HttpRequest, day: str) -> HttpResponse:
    """Hand out a saved sheet, and note who took it."""
    try:
        file = sheet_files.path_of(request.site, date.fromisoformat(day))
    except ValueError as error:
        raise Http404(day) from error
    if not file.exists():
        raise Http404(day)
    audit.record("day_sheet.taken", request.site, by=request.actor, at=request.now, reason=day)
    headers = {"Content-Disposition": f'attachment; filename="day-sheet-{day}.pdf"'}
    return HttpResponse(file.read_bytes(), content_type="application/pdf", headers=headers)
