"""Everything by typing: a page of its own, and what the palette on every page asks."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from clinic.policy import may
from desk.palette.finding import answer

LONGEST = 80


@may("see_board")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Answer what was typed with rows that lead there; alone to htmx, else as a page."""
    typed = " ".join(request.GET.get("q", "")[:LONGEST].split())
    groups = answer(request, typed, about=request.GET.get("about", ""))
    name = "desk/palette/_rows.html" if request.htmx else "desk/palette/find.html"
    return TemplateResponse(request, name, {"groups": groups, "typed": typed})
