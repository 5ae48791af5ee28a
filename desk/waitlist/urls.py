from django.urls import URLPattern

urlpatterns: list[URLPattern] = []  # Those who would come sooner.
