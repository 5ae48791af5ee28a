from django.urls import path

from desk.triage import calls, photos, steps, views

urlpatterns = [
    path("reports/", views.reports_list, name="reports"),
    path("reports/waiting/", views.reports_waiting, name="reports_waiting"),
    path("reports/call/", calls.call_find, name="report_call_find"),
    path("reports/<uuid:uuid>/", views.report, name="report"),
    path("reports/<uuid:uuid>/say/", calls.call_say, name="report_say"),
    path("reports/<uuid:uuid>/acknowledge/", steps.acknowledge, name="report_acknowledge"),
    path("reports/<uuid:uuid>/take-over/", steps.take_over, name="report_take_over"),
    path("reports/<uuid:uuid>/close/", steps.close, name="report_close"),
    path("reports/<uuid:uuid>/reaction/", steps.react, name="report_react"),
    path("report-photos/<uuid:uuid>/", photos.view, name="report_photo"),
    path("report-photos/<uuid:uuid>/thumb/", photos.thumb, name="report_photo_thumb"),
    path("patients/<uuid:uuid>/call/", calls.call, name="report_call"),
]
