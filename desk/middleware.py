"""A form that was posted twice in one moment: the later post is led to where the first one led."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from clinic import submissions
from desk.booking.go import go

STOPPED = (409, 422)


class AnsweredOnce:
    """Leads on a post that found its form answered, whether when it acted or by being stopped by what the first did."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_stopped = response.status_code in STOPPED and request.user.is_authenticated
        if not is_stopped or submissions.FIELD not in request.POST:
            return response
        try:
            answer = submissions.answered_before(request)
        except submissions.Mismatch:
            return response
        return go(request, answer) if answer else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead to the first answer in place of a page about a fault."""
        return go(request, exception.url) if isinstance(exception, submissions.Answered) else None
