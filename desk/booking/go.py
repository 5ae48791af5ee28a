"""Where an answer leads, for a browser's own post and for htmx."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the browser on; htmx would put the next page inside the form."""
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
