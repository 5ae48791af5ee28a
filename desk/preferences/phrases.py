"""A practitioner's own phrases: a row for each, the first eight stand above the note of a chart."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.policy import may
from treatments import phrases
from treatments.phrases import Row

SPARE = 3  # blank rows below those that are kept


@may("treat")
@require_http_methods(["GET", "POST"])
def phrases_page(request: HttpRequest) -> HttpResponse:
    """Write one's phrases; a row that is emptied is gone."""
    if request.method == "GET":
        return _page(request, [Row(one.key, one.words) for one in phrases.of(request.user)])
    keys, words = request.POST.getlist("key"), request.POST.getlist("words")
    rows = [Row(key, said) for key, said in zip(keys, words, strict=False) if key.strip() or said.strip()]
    rows = rows[: phrases.AT_MOST + 1]
    try:
        phrases.write(request.user, rows, by=request.actor, at=request.now)
    except phrases.PhrasesRefused as refused:
        return _page(request, rows, refused=refused, status=422)
    messages.success(request, _("Your phrases are kept."))
    return redirect("desk:phrases")


def _page(
    request: HttpRequest, rows: list[Row], *, refused: phrases.PhrasesRefused | None = None, status: int = 200
) -> HttpResponse:
    blank = [Row("", "")] * min(SPARE, phrases.AT_MOST - len(rows))
    at = refused.at if refused else (-1, "")
    lines = [
        {"number": number, "row": row, "wrong": at[1] if at[0] == number else ""}
        for number, row in enumerate([*rows, *blank])
    ]
    context = {
        "lines": lines,
        "wrong": str(refused) if refused else "",
        "wrong_at": f"#phrase-{at[0]}-{at[1]}",
        "bar": phrases.IN_THE_BAR,
        "letters": phrases.WORDS_AT_MOST,
    }
    return TemplateResponse(request, "desk/preferences/phrases.html", context, status=status)
