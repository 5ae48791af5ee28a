"""The day board: the front desk's home."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic.policy import may
from desk.board.pages import day_context


@may("see_board")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Show a day; to a page that is open already, only what changed since its stamp."""
    context = day_context(request)
    if "stamp" not in request.GET:
        return TemplateResponse(request, "desk/board/day.html", context)
    if request.GET["stamp"] == context["day"].stamp:
        return HttpResponse(status=204)
    return TemplateResponse(request, "desk/board/_fresh.html", {**context, "oob": True})
