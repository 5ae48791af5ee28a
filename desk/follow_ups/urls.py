from django.urls import path

from desk.follow_ups import views

urlpatterns = [
    path("follow-ups/", views.follow_ups_list, name="follow_ups"),
    path("follow-ups/rates/", views.rates_page, name="follow_up_rates"),
    path("follow-ups/<uuid:uuid>/call/", views.call, name="follow_up_call"),
]
