"""The patient's pages, behind a link."""

from django.urls import path

from portal import offers
from portal.health import views as health

app_name = "portal"

urlpatterns = [
    path("l/<str:token>/", offers.offer, name="offer"),
    path("f/<str:token>/", health.begin, name="health"),
    path("f/<str:token>/copy/<uuid:uuid>/", health.copy, name="health_copy"),
    path("f/<str:token>/<slug:code>/", health.step, name="health_step"),
]
