from django.urls import path

from desk.my_day import views

urlpatterns = [path("my-day/", views.my_day, name="my_day")]
