from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clinic.guards import missing
from clinic.policy import open_to_all


@open_to_all
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the house can work: 200, or 503 with one word for what is missing."""
    try:
        connection.ensure_connection()
        faulty = missing()
    except DatabaseError:
        return HttpResponse("database", status=503, content_type="text/plain")
    if faulty:
        return HttpResponse("guards", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
