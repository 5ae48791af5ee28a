from django.urls import path

from desk.closures import away, late, views

urlpatterns = [
    path("closures/", views.closures, name="closures"),
    path("closures/new/", views.closure_add, name="closure_add"),
    path("closures/<uuid:uuid>/", views.closure, name="closure"),
    path("closures/<uuid:uuid>/lift/", views.closure_lift, name="closure_lift"),
    path("closures/<uuid:uuid>/again/", views.closure_again, name="closure_again"),
    path("closures/<uuid:uuid>/undo/", views.out_undo, name="out_undo"),
    path("out-today/", away.out_today, name="out_today"),
    path("running-late/", late.running_late, name="running_late"),
    path("running-late/undo/", late.late_undo, name="late_undo"),
]
