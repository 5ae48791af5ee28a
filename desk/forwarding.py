"""An address of a record that was merged into another leads on to that one."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.encoding import escape_uri_path, iri_to_uri

from patients import merging

A_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOST = 4  # ids that are looked up in one address


class Forwarded:
    """Leads staff on where nothing was found and the path names a merged record; what is asked there stays as it is.

    It is asked only after the view's own guard, so an address tells nobody anything who may not see patients. A
    machine reads the same from a key: it is as signed in as its person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_ours = response.status_code == 404 and request.resolver_match is not None
        if not is_ours or request.method not in ("GET", "HEAD") or request.actor is None:
            return response
        path = request.path
        leads = merging.forwarded(UUID(found) for found in A_UUID.findall(path)[:MOST])
        if not leads:
            return response
        to = escape_uri_path(A_UUID.sub(lambda found: str(leads.get(UUID(found[0]), found[0])), path))
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{to}?{iri_to_uri(query)}" if query else to)
