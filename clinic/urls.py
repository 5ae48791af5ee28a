"""Every address of the house; each area names its own pages."""

from django.urls import include, path

from clinic.health import health

urlpatterns = [
    path("", include("desk.urls")),
    path("", include("portal.urls")),
    path("api/", include("api.urls")),
    path("feeds/", include("api.feeds")),
    path("webhooks/", include("api.webhooks")),
    path("account/", include("allauth.urls")),
    path("healthz/", health, name="health"),
]
