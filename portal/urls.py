"""The patient's pages, behind a link."""

from django.urls import path

from portal import anew, offers, stopping
from portal.booking import views as booking
from portal.health import views as health
from portal.recovery import views as recovery
from portal.visits import change
from portal.visits import views as visits

app_name = "portal"

urlpatterns = [
    path("l/<str:token>/", offers.offer, name="offer"),
    path("n/<str:token>/", anew.ask, name="anew"),
    path("r/<str:token>/", recovery.today, name="recovery"),
    path("r/<str:token>/how/", recovery.how, name="recovery_how"),
    path("r/<str:token>/told/", recovery.told, name="recovery_told"),
    path("s/<str:token>/", stopping.stopping, name="stopping"),
    path("f/<str:token>/", health.begin, name="health"),
    path("f/<str:token>/copy/<uuid:uuid>/", health.copy, name="health_copy"),
    path("f/<str:token>/<slug:code>/", health.step, name="health_step"),
    path("b/<str:token>/", booking.month, name="book"),
    path("b/<str:token>/<str:day>/", booking.day, name="book_day"),
    path("b/<str:token>/<int:start>/<int:who>/", booking.time, name="book_time"),
    path("v/<str:token>/", visits.visit, name="visit"),
    path("v/<str:token>/cancel/", visits.cancel, name="visit_cancel"),
    path("v/<str:token>/appointment.ics", visits.calendar, name="visit_calendar"),
    path("v/<str:token>/change/", change.month, name="visit_change"),
    path("v/<str:token>/change/<str:day>/", change.day, name="visit_change_day"),
    path("v/<str:token>/change/<int:start>/<int:who>/", change.time, name="visit_change_time"),
]
