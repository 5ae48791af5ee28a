"""The patient's pages, behind a link."""

from django.urls import path

from portal import offers

app_name = "portal"

urlpatterns = [
    path("l/<str:token>/", offers.offer, name="offer"),
]
