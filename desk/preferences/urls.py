from django.urls import path

from desk.preferences import views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
]
