from django.urls import path

from desk.devices import views

urlpatterns = [
    path("devices/", views.devices_list, name="devices"),
    path("devices/add/", views.device_add, name="device_add"),
    path("devices/<str:which>/", views.device, name="device_one"),
    path("devices/<str:which>/change/", views.device_change, name="device_change"),
    path("devices/<str:which>/service/", views.device_service, name="device_service"),
    path("devices/<str:which>/out/", views.device_out, name="device_out"),
    path("devices/<str:which>/back/", views.device_back, name="device_back"),
    path("devices/<str:which>/label/", views.device_label, name="device_label"),
    path("devices/<str:which>/unlabel/", views.device_unlabel, name="device_unlabel"),
]
