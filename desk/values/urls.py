from django.urls import path

from desk.values import demands, views

urlpatterns = [
    path("clinical-values/", views.values, name="values"),
    path("clinical-values/record/", demands.record_demands, name="record_demands"),
]
