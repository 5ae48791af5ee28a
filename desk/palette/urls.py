from django.urls import path

from desk.palette import views

urlpatterns = [
    path("find/", views.find, name="palette"),
]
