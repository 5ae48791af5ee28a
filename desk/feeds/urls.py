from django.urls import URLPattern

urlpatterns: list[URLPattern] = []  # Private calendars of practitioners and rooms.
