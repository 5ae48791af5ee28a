from django.urls import path

from desk.twins import views

urlpatterns = [
    path("twins/", views.twins_list, name="twins"),
    path("twins/add/", views.twins_add, name="twins_add"),
    path("twins/<uuid:uuid>/", views.twins_compare, name="twins_compare"),
    path("twins/<uuid:uuid>/merge/", views.twins_merge, name="twins_merge"),
    path("twins/<uuid:uuid>/apart/", views.twins_apart, name="twins_apart"),
    path("twins/<uuid:uuid>/again/", views.twins_again, name="twins_again"),
    path("merges/<uuid:uuid>/undo/", views.merge_undo, name="merge_undo"),
]
