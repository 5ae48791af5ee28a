"""How many queries an answer took, told in a header to whoever asks with X-Count."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


class CountQueries:
    """Counts the queries of a request that asks for it; others run untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "X-Count" not in request.headers:
            return self.get_response(request)
        count = 0

        def counting(execute: Callable[..., Any], *asked: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*asked)

        with connection.execute_wrapper(counting):
            response = self.get_response(request)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
        response.headers["X-Queries"] = str(count)
        return response
