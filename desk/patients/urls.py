from django.urls import path

from desk.patients import views

urlpatterns = [
    path("patients/", views.patients_list, name="patients"),
    path("patients/new/", views.patient_new, name="patient_new"),
    path("patients/<uuid:uuid>/", views.patient, name="patient"),
    path("patients/<uuid:uuid>/edit/", views.patient_edit, name="patient_edit"),
]
