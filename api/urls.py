"""The doors for machines."""

from django.urls import path, re_path

from api import door
from clinic.policy import open_to_all

app_name = "api"

urlpatterns = [
    path("v1/openapi.json", open_to_all(door.openapi), name="openapi"),
    *(path(f"v1/{one.pattern}", one.callback, name=one.name) for one in door.urls()),
    re_path(r"^[\s\S]*\Z", open_to_all(door.nothing_here), name="nothing"),  # a line break in an address, too
]
