"""What a person chose for themselves: the theme, whether single keys do things, and how they look at the board."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clinic.models import User
from clinic.policy import may
from desk.board.look import WORDS_OF, choices_of

THEMES = ("system", "light", "dark")


@may("see_board")
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to where it was made."""
    chosen: dict[str, Any] = {}
    if request.POST.get("theme") in THEMES:
        chosen["theme"] = request.POST["theme"]
    if request.POST.get("single_keys") in ("on", "off"):
        chosen["single_keys"] = request.POST["single_keys"] == "on"
    looks = {choice: word for choice, word in WORDS_OF.items() if word in request.POST}
    if looks:
        read = choices_of(request.POST)
        kept = {word: "initials" if read[choice] is True else read[choice] or "" for choice, word in looks.items()}
        chosen["board_look"] = request.user.board_look | kept
    if chosen:
        User.objects.filter(pk=request.user.pk).update(**chosen)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        return redirect("desk:board")
    return redirect(_without(back, set(looks.values())))


def _without(address: str, words: set[str]) -> str:
    """Return an address that no longer says what was just chosen for good."""
    parts = urlsplit(address)
    said = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in words]
    return urlunsplit(parts._replace(query=urlencode(said)))
