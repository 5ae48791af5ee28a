from django.urls import path

from desk.health_forms import views

urlpatterns = [
    path("patients/<uuid:uuid>/health-form/", views.health_form, name="health_form"),
    path("patients/<uuid:uuid>/health-form/send/", views.health_form_send, name="health_form_send"),
    path("patients/<uuid:uuid>/health-form/take-back/", views.health_form_take_back, name="health_form_take_back"),
    path("patients/<uuid:uuid>/health-form/sheet/", views.health_form_sheet, name="health_form_sheet"),
]
