from django.urls import URLPattern

urlpatterns: list[
    URLPattern
] = []  # Time that is closed: leave, closures, somebody out today, and the visits that stand in it.
