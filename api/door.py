"""The machine door as a whole: its operations, its document, and what it says when it stops somebody."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.operation import Operation, PathView

from api import appointments, free_times, menu, patients, problems
from api.gate import PerKey
from clinic.policy import View, for_machines

PREFIX = "api/v1/"
ABOUT = """The doors for machines of a Stipple clinic. A machine acts for a person here, with a key that
`manage.py api_token` prints, and passes every rule that the desk passes.

- **Instants** are ISO 8601 with an offset, as in `2026-03-02T10:00:00+00:00`; one without is refused.
- **Refusals** are problem documents (RFC 9457). `type` names the rule and stays the same; `detail` may be read aloud.
- **Changes** may carry an `Idempotency-Key`. The same request with the same key gets the same answer for a day; another
  request with it is refused.
- **Limits**: each key may ask %(limit)s times a minute; 429 says when to go on.
- **Pages**: `next` is the address of the next page, or null at the end.
"""
STOPS = {  # what every operation may answer beside its own answer; 404, 409 and 413 are added where they can be
    400: "The request cannot be read.",
    401: "The key is missing or opens nothing.",
    403: "The key does not allow this.",
    422: "Something in the request is to be put right.",
    429: "Too many requests in this minute.",
    503: "The house is busy or not set up yet; nothing was changed.",
}
IDEMPOTENCY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "pattern": "^[ -~]+$", "minLength": 1, "maxLength": 255},
    "description": "A name for this request, unique among those of the key.",
}
CHANGES = {"POST", "PATCH"}


class Door(NinjaAPI):
    """The operations, with problem documents in the place of every other kind of no."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return problems.answer(request, exc)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


door = Door(
    title="Stipple",
    version="1",
    description=ABOUT % {"limit": settings.API_REQUESTS_A_MINUTE},
    docs_url=None,
    openapi_url=None,
    throttle=PerKey(),
)
for router in (menu.router, patients.router, free_times.router, appointments.router):
    door.add_router("", router)


def urls() -> Iterator[URLPattern]:
    """Yield the addresses of the operations; each says which capability a key needs, by method."""
    for bound in door._get_bound_routers():  # the one place that holds addresses and operations together
        views = (view for view in bound.path_operations.values() for _one in view.operations)
        written = {str(at.pattern): (at, view) for at, view in zip(bound.urls_paths(""), views, strict=True)}
        for route, (at, view) in written.items():  # ninja writes an address once per operation
            yield path(route, machine_view(at.callback, view), name=at.name)


def machine_view(view: View, path_view: PathView) -> View:
    """Return the view of one address, which says no to other methods in the door's own words."""
    needs = {method: one.auth_callbacks[0].capability for one in path_view.operations for method in one.methods}

    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in needs:
            return not_allowed(sorted(needs))
        return view(request, *args, **kwargs)

    opened.csrf_exempt = True  # a key in a header is no cookie that a browser sends by itself
    return for_machines(opened, needs)


def not_allowed(methods: list[str]) -> HttpResponse:
    words = _("This address takes %(methods)s.") % {"methods": ", ".join(methods)}
    allow = HttpResponseNotAllowed(methods).headers["Allow"]
    return problems.said(405, "request.method", _("Not in this way"), words, {"Allow": allow})


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer what is no address of the door."""
    return problems.of_status(404)


nothing_here.csrf_exempt = True  # type: ignore[attr-defined]


def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the document that machines read; it holds nothing about anybody."""
    return JsonResponse(document()) if request.method == "GET" else not_allowed(["GET"])


openapi.csrf_exempt = True  # type: ignore[attr-defined]


def document() -> dict[str, Any]:
    """Return the OpenAPI document: what the operations say of themselves, and what they have in common."""
    written = door.get_openapi_schema(path_prefix=PREFIX)
    schemas = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    written["components"]["schemas"] |= {**schemas.pop("$defs"), "Problem": schemas}
    capabilities = _capabilities()
    for address, operations in written["paths"].items():
        for method, operation in operations.items():
            capability = capabilities[operation["operationId"]]
            operation["description"] = f"{operation['description']}\n\nThe key needs `{capability}`."
            operation["x-capability"] = capability
            operation["responses"] |= _stops(address, method.upper())
            if method.upper() in CHANGES:
                operation["parameters"].append(IDEMPOTENCY)
    return written


def _capabilities() -> dict[str, str]:
    return {
        one.view_func.__name__: one.auth_callbacks[0].capability
        for bound in door._get_bound_routers()
        for view in bound.path_operations.values()
        for one in view.operations
    }


def _stops(address: str, method: str) -> dict[int, dict[str, Any]]:
    stops = dict(STOPS)
    if "{" in address:
        stops[404] = "There is no such thing here."
    if method in CHANGES:
        stops[409] = "A rule stands in the way, the time is gone, or somebody else was faster."
        stops[413] = "The request is too large."
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": words, "content": content} for status, words in sorted(stops.items())}
