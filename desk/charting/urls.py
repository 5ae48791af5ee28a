from django.urls import path

from desk.charting import afterwards, chart, leave_with, record, review, starting, striking

urlpatterns = [
    path("appointments/<uuid:uuid>/start/", starting.start, name="start"),
    path("appointments/<uuid:uuid>/afterwards/", afterwards.afterwards, name="session_afterwards"),
    path("sessions/<uuid:uuid>/", chart.chart, name="chart"),
    path("sessions/<uuid:uuid>/review/", review.session_review, name="session_review"),
    path("sessions/<uuid:uuid>/card/", leave_with.leave_with, name="leave_with"),
    path("sessions/<uuid:uuid>/record/", record.record, name="record"),
    path("sessions/<uuid:uuid>/record.pdf", record.record_pdf, name="record_pdf"),
    path("sessions/<uuid:uuid>/error/", striking.in_error, name="session_in_error"),
    path("sessions/<uuid:uuid>/addendum/", record.addendum, name="addendum"),
]
