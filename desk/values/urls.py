from django.urls import path

from desk.values import views

urlpatterns = [path("clinical-values/", views.values, name="values")]
