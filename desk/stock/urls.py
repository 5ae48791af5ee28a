from django.urls import path

from desk.stock import receiving, views

urlpatterns = [
    path("stock/", views.stock_list, name="stock"),
    path("stock/receive/", receiving.stock_receive, name="stock_receive"),
    path("stock/<str:which>/", views.lot, name="lot"),
    path("stock/<str:which>/count/", views.lot_count, name="lot_count"),
    path("stock/<str:which>/discard/", views.lot_discard, name="lot_discard"),
    path("stock/<str:which>/aside/", views.lot_aside, name="lot_aside"),
    path("stock/<str:which>/release/", views.lot_release, name="lot_release"),
]
