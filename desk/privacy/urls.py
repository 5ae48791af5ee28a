from django.urls import path

from desk.privacy import glass_views, views

urlpatterns = [
    path("patients/<uuid:uuid>/seen/", views.seen, name="patient_seen"),
    path("patients/<uuid:uuid>/seen/sheet/", views.seen_sheet, name="patient_seen_sheet"),
    path("patients/<uuid:uuid>/glass/", glass_views.break_glass, name="patient_glass"),
    path("glass/", glass_views.glass_list, name="glass"),
    path("glass/<uuid:uuid>/close/", glass_views.glass_close, name="glass_close"),
    path("glass/<uuid:uuid>/reviewed/", glass_views.glass_reviewed, name="glass_reviewed"),
]
