from django.urls import path

from desk.patients import health_views, notes_views, views

urlpatterns = [
    path("patients/", views.patients_list, name="patients"),
    path("patients/new/", views.patient_new, name="patient_new"),
    path("patients/<uuid:uuid>/", views.patient, name="patient"),
    path("patients/<uuid:uuid>/edit/", views.patient_edit, name="patient_edit"),
    path("patients/<uuid:uuid>/changes/", views.patient_changes, name="patient_changes"),
    path("patients/<uuid:uuid>/health/", health_views.patient_health, name="patient_health"),
    path("patients/<uuid:uuid>/allergies/", health_views.fact_note, {"kind": "allergy"}, name="allergy_note"),
    path("patients/<uuid:uuid>/medicines/", health_views.fact_note, {"kind": "medicine"}, name="medicine_note"),
    path("patients/<uuid:uuid>/procedures/", health_views.fact_note, {"kind": "procedure"}, name="procedure_note"),
    path("allergies/<uuid:uuid>/", health_views.fact, {"kind": "allergy"}, name="allergy"),
    path("medicines/<uuid:uuid>/", health_views.fact, {"kind": "medicine"}, name="medicine"),
    path("procedures/<uuid:uuid>/", health_views.fact, {"kind": "procedure"}, name="procedure"),
    path("patients/<uuid:uuid>/notes/", notes_views.patient_note, name="patient_note"),
    path("notes/<uuid:uuid>/", notes_views.note, name="note"),
]
