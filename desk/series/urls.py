from django.urls import URLPattern

urlpatterns: list[URLPattern] = []  # A whole series at once, and the next visit of a course.
