"""A whole series at once, and what moving one session means for those after it."""

from django.urls import path

from desk.series import moving, views

urlpatterns = [
    path("series/", views.series, name="series"),
    path("appointments/<uuid:uuid>/series/", moving.series_move, name="series_move"),
]
