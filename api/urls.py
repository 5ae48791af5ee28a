"""The doors for machines."""

from django.urls import path

from api import door
from clinic.policy import open_to_all

app_name = "api"

urlpatterns = [
    path("v1/openapi.json", open_to_all(door.openapi), name="openapi"),
    *(path(f"v1/{one.pattern}", one.callback, name=one.name) for one in door.urls()),
    path("", open_to_all(door.nothing_here)),
    path("<path:rest>", open_to_all(door.nothing_here), name="nothing"),
]
