"""The house's own addresses, and three of the bench: two that do next to nothing, and all that a recall shows."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from booking.models import Appointment
from clinic.policy import open_to_all
from treatments import recalls
from treatments.models import Recall


@open_to_all
def empty(request: HttpRequest) -> HttpResponse:
    """Answer at once."""
    return HttpResponse("hello")


@open_to_all
def one_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with one row by its key."""
    return JsonResponse(Appointment.objects.values("id", "starts_at", "ends_at", "state").get(pk=pk))


@open_to_all
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with how many people and sessions a recall is about, once all of it is gathered."""
    one = Recall.objects.select_related("site", "lot__product", "product", "device").get(pk=pk)
    found = recalls.people(one)
    told = [person.patient.name for person in found if person.is_waiting]
    return JsonResponse({"waiting": len(told), "sessions": sum(len(person.uses) for person in found)})


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/row/<int:pk>/", one_row),
    path("bench/recall/<int:pk>/", recall),
    path("", include("clinic.urls")),
]
