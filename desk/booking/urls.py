from django.urls import path

from desk.booking import moving, panel, views

urlpatterns = [
    path("book/", views.book, name="book"),
    path("book/patients/", views.book_patients, name="book_patients"),
    path("appointments/<uuid:uuid>/", panel.appointment, name="appointment"),
    path("appointments/<uuid:uuid>/move/", moving.move, name="appointment_move"),
    path("appointments/<uuid:uuid>/confirm/", panel.confirm, name="appointment_confirm"),
    path("appointments/<uuid:uuid>/arrive/", panel.arrive, name="appointment_arrive"),
    path("appointments/<uuid:uuid>/enter-room/", panel.enter_room, name="appointment_enter_room"),
    path("appointments/<uuid:uuid>/finish/", panel.finish, name="appointment_finish"),
    path("appointments/<uuid:uuid>/no-show/", panel.no_show, name="appointment_no_show"),
    path("appointments/<uuid:uuid>/cancel/", panel.cancel, name="appointment_cancel"),
    path("appointments/<uuid:uuid>/revert/", panel.revert, name="appointment_revert"),
]
