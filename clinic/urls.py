"""Every address of the house; each area names its own pages."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
]
