"""The address at which a calendar asks for its visits. The address is the key."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking import feeds
from clinic.policy import open_to_all

app_name = "feeds"


@open_to_all
@require_safe
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the calendar, with 304 when it is as it was, and with the same 404 for every other key."""
    feed = feeds.of_key(key)
    if feed is None:
        return HttpResponseNotFound(
            _("There is no calendar at this address."), content_type="text/plain; charset=utf-8"
        )
    found = feeds.read(feed, at=request.now)
    etag, changed_at = quote_etag(found.tag), int(found.changed_at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=changed_at)
    if response is None:
        response = HttpResponse(found.written(), content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="visits.ics"'
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = f"{found.changed_at:%a, %d %b %Y %H:%M:%S} GMT"
    response.headers["Cache-Control"] = "private, no-cache"  # kept by the calendar that asked, and asked about again
    return response


urlpatterns = [path("<str:key>.ics", calendar, name="calendar")]
