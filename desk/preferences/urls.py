from django.urls import path

from desk.preferences import phrases, views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/phrases/", phrases.phrases_page, name="phrases"),
]
