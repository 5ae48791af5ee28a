"""The house's own addresses, and two that do next to nothing: what a request costs on this machine at least."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from booking.models import Appointment
from clinic.policy import open_to_all


@open_to_all
def empty(request: HttpRequest) -> HttpResponse:
    """Answer at once."""
    return HttpResponse("hello")


@open_to_all
def one_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with one row by its key."""
    return JsonResponse(Appointment.objects.values("id", "starts_at", "ends_at", "state").get(pk=pk))


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/row/<int:pk>/", one_row),
    path("", include("clinic.urls")),
]
