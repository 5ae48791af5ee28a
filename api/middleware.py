"""What the house refuses before a request reaches the machine door is told in the words of machines, too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api import problems

DOOR = "/api/"


class ProblemsForMachines:
    """Puts a problem document in the place of a page about an error, as of a Host that the house does not know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_a_page = response.headers.get("Content-Type", "").startswith("text/html")
        if request.path.startswith(DOOR) and response.status_code >= 400 and is_a_page:
            told = problems.of_status(response.status_code)
            response.content = told.content
            response.headers["Content-Type"] = told.headers["Content-Type"]
            response.headers.setdefault("Cache-Control", "no-store")
        return response
