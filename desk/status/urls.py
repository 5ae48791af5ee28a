from django.urls import path

from desk.status import views

urlpatterns = [
    path("status/", views.status, name="status"),
    path("readyz/", views.ready, name="ready"),
]
