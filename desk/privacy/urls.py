from django.urls import path

from desk.privacy import views

urlpatterns = [
    path("patients/<uuid:uuid>/seen/", views.seen, name="patient_seen"),
    path("patients/<uuid:uuid>/seen/sheet/", views.seen_sheet, name="patient_seen_sheet"),
]
