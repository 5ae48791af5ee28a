from django.urls import URLPattern

urlpatterns: list[URLPattern] = []  # Working hours, closed days and the clinic’s rules of booking.
