from django.urls import path

from desk.imports import views

urlpatterns = [
    path("imports/", views.imports_list, name="imports"),
    path("imports/<uuid:uuid>/", views.imports_one, name="imports_one"),
    path("imports/<uuid:uuid>/check/", views.imports_check, name="imports_check"),
    path("imports/<uuid:uuid>/run/", views.imports_run, name="imports_run"),
    path("imports/<uuid:uuid>/undo/", views.imports_undo, name="imports_undo"),
    path("imports/<uuid:uuid>/forget/", views.imports_forget, name="imports_forget"),
    path("imports/<uuid:uuid>/problems/", views.imports_problems, name="imports_problems"),
]
