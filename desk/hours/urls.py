from django.urls import path

from desk.hours import closing_days, rules_pages, views

urlpatterns = [
    path("hours/", views.hours_at_a_glance, name="hours"),
    path("hours/<str:who>/", views.week, name="hours_week"),
    path("hours/<str:who>/day/", views.day, name="hours_day"),
    path("hours/<str:who>/outside/", views.outside, name="hours_outside"),
    path("hours/<str:who>/registration/", views.registration, name="hours_registration"),
    path("hours/<str:who>/undo/", views.undo, name="hours_undo"),
    path("holidays/", closing_days.holidays, name="holidays"),
    path("rules/", rules_pages.booking_rules, name="booking_rules"),
    path("rules/places/", rules_pages.places_changed, name="rules_places"),
    path("rules/service/<str:code>/", rules_pages.service, name="rules_service"),
]
