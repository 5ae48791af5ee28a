"""What stands around every page of the desk: a device handed over, a form posted twice, a record behind glass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from clinic import submissions
from clinic.policy import MayNot
from desk.booking.go import go
from desk.consents import device, device_views
from desk.privacy import behind_glass
from visits import access

STOPPED = (409, 422)
NO_PAGE = (400, 403, 404, 405)  # answered with the house's own page, which says what the desk was last told


class WithThePatient:
    """Lets a device that a patient holds open nothing but that patient's signing pages, in their language.

    It stands before every page, also before those of signing in and out: whoever is refused finds out nothing but that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.handed = device.held(request) if request.actor else None
        if request.handed is None:
            return self.get_response(request)
        request.handed = device.read_in(request, request.handed, request.GET.get("language", ""))
        with translation.override(request.handed.language):
            is_open = request.handed.opens(request.path_info)
            response = self.get_response(request) if is_open else device_views.closed(request)
            if response.status_code in NO_PAGE and is_open:
                response = device_views.closed(request)
            response.headers["Content-Language"] = translation.get_language()
        return response


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


class BehindGlass:
    """Lets a clinician see of a record that is not theirs what the desk sees, and says how the rest can be opened.

    Whose record it is stands in the address; so no page can forget to ask. On a page about many patients there are no
    clinical words at all while the glass is up.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.closed_record = request.open_glass = None
        request.whole_actor = request.actor  # who it is before any glass, for the ways to other pages
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: dict[str, Any]
    ) -> None:
        if request.actor is None or not request.actor.own_only or not request.actor.may("see_clinical"):
            return
        people = behind_glass.named(request, kwargs)
        request.closed_record = next(
            (one for one in people if access.is_closed_to(one, by=request.actor, at=request.now)), None
        )
        if request.closed_record:
            request.actor = request.actor.without(access.CLINICAL)
        elif people:
            request.open_glass = behind_glass.looked_through(people, request)
        elif getattr(view, "capability", None) not in access.CLINICAL:
            request.actor = request.actor.without(access.WORDS)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer what the glass stopped with the way to break it."""
        if isinstance(exception, access.BehindGlass):
            return behind_glass.stopped(request, exception.patient)
        if isinstance(exception, MayNot) and exception.capability in access.CLINICAL and request.closed_record:
            return behind_glass.stopped(request, request.closed_record)
        return None
