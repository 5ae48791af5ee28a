"""The pages of the staff, one list per area."""

from django.urls import include, path

app_name = "desk"

urlpatterns = [
    path("", include("desk.board.urls")),
    path("", include("desk.booking.urls")),
    path("", include("desk.patients.urls")),
    path("", include("desk.twins.urls")),
    path("", include("desk.imports.urls")),
    path("", include("desk.exports.urls")),
    path("", include("desk.privacy.urls")),
    path("", include("desk.health_forms.urls")),
    path("", include("desk.consents.urls")),
    path("", include("desk.incidents.urls")),
    path("", include("desk.reactions.urls")),
    path("", include("desk.triage.urls")),
    path("", include("desk.my_day.urls")),
    path("", include("desk.charting.urls")),
    path("", include("desk.screening.urls")),
    path("", include("desk.messages.urls")),
    path("", include("desk.status.urls")),
    path("", include("desk.mailbox.urls")),
    path("", include("desk.values.urls")),
    path("", include("desk.protocols.urls")),
    path("", include("desk.products.urls")),
    path("", include("desk.stock.urls")),
    path("", include("desk.devices.urls")),
    path("", include("desk.packages.urls")),
    path("", include("desk.recalls.urls")),
    path("", include("desk.preferences.urls")),
    path("", include("desk.hours.urls")),
    path("", include("desk.closures.urls")),
    path("", include("desk.courses.urls")),
    path("", include("desk.series.urls")),
    path("", include("desk.waitlist.urls")),
    path("", include("desk.follow_ups.urls")),
    path("", include("desk.palette.urls")),
    path("", include("desk.feeds.urls")),
]
