from django.urls import path

from desk.charting import afterwards, views

urlpatterns = [
    path("appointments/<uuid:uuid>/start/", views.start, name="start"),
    path("appointments/<uuid:uuid>/afterwards/", afterwards.afterwards, name="session_afterwards"),
    path("sessions/<uuid:uuid>/", views.chart, name="chart"),
    path("sessions/<uuid:uuid>/review/", views.session_review, name="session_review"),
    path("sessions/<uuid:uuid>/record/", views.record, name="record"),
    path("sessions/<uuid:uuid>/addendum/", views.addendum, name="addendum"),
]
