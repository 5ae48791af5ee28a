from django.urls import path

from desk.twins import views

urlpatterns = [
    path("twins/", views.twins_list, name="twins"),
    path("twins/<uuid:uuid>/apart/", views.twins_apart, name="twins_apart"),
    path("twins/<uuid:uuid>/again/", views.twins_again, name="twins_again"),
]
