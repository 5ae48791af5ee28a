from django.urls import path

from desk.hours import closing_days, rules, views

urlpatterns = [
    path("hours/", views.hours_at_a_glance, name="hours"),
    path("hours/<str:who>/", views.week, name="hours_week"),
    path("hours/<str:who>/day/", views.day, name="hours_day"),
    path("hours/<str:who>/outside/", views.outside, name="hours_outside"),
    path("hours/<str:who>/undo/", views.undo, name="hours_undo"),
    path("holidays/", closing_days.holidays, name="holidays"),
    path("rules/", rules.booking_rules, name="booking_rules"),
    path("rules/places/", rules.places_changed, name="rules_places"),
    path("rules/service/<str:code>/", rules.service, name="rules_service"),
]
