"""A form that is sent: what it asks is done once however often it is sent, and what is wrong stands at its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinic import askings, submissions
from clinic.refusals import Refused


class Sent(Protocol):
    """A form that says at which of its fields something is refused."""

    cleaned_data: dict[str, Any]

    def is_valid(self) -> bool: ...
    def add_error(self, field: str | None, error: str) -> None: ...
    def refuse(self, refused: Refused) -> None: ...


def done_once(
    request: HttpRequest,
    form: Sent,
    deed: Callable[[], Any],
    *,
    leads_to: str | Callable[[Any], str],
    words: str,
) -> HttpResponse | None:
    """Do what a form asks, once however often it is sent, and lead on; None where something is wrong with it."""
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=leads_to) as posted:
                askings.act(deed)
            messages.success(request, words)
            return redirect(posted.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except Refused as refused:
        form.refuse(refused)
    return None
