from django.urls import path

from desk.privacy import due_views, glass_views, keeping_views, views

urlpatterns = [
    path("patients/<uuid:uuid>/seen/", views.seen, name="patient_seen"),
    path("patients/<uuid:uuid>/seen/sheet/", views.seen_sheet, name="patient_seen_sheet"),
    path("patients/<uuid:uuid>/keeping/", keeping_views.keeping, name="patient_keeping"),
    path("patients/<uuid:uuid>/hold/", keeping_views.hold, name="patient_hold"),
    path("patients/<uuid:uuid>/hold/lift/", keeping_views.hold_lift, name="patient_hold_lift"),
    path("patients/<uuid:uuid>/erase/", keeping_views.erase, name="patient_erase"),
    path("patients/<uuid:uuid>/erased.pdf", keeping_views.letter, name="patient_erased_letter"),
    path("patients/<uuid:uuid>/reopen/", keeping_views.reopen, name="patient_reopen"),
    path("closed/", keeping_views.closed, name="closed"),
    path("due/", due_views.due, name="due"),
    path("due/<uuid:uuid>/", due_views.due_one, name="due_one"),
    path("patients/<uuid:uuid>/glass/", glass_views.break_glass, name="patient_glass"),
    path("glass/", glass_views.glass_list, name="glass"),
    path("glass/<uuid:uuid>/close/", glass_views.glass_close, name="glass_close"),
    path("glass/<uuid:uuid>/reviewed/", glass_views.glass_reviewed, name="glass_reviewed"),
]
