from django.urls import path

from desk.incidents import views

urlpatterns = [
    path("incidents/", views.incidents_list, name="incidents"),
    path("incidents/<uuid:uuid>/", views.incident_review, name="incident_review"),
]
