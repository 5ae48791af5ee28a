from django.urls import path

from desk.exports import views

urlpatterns = [path("patients/<uuid:uuid>/export/", views.export, name="patient_export")]
