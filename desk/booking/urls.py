from django.urls import path

from desk.booking import moving, panel, steps, views

urlpatterns = [
    path("book/", views.book, name="book"),
    path("book/patients/", views.book_patients, name="book_patients"),
    path("appointments/<uuid:uuid>/", panel.appointment, name="appointment"),
    path("appointments/<uuid:uuid>/move/", moving.move, name="appointment_move"),
    path("appointments/<uuid:uuid>/confirm/", steps.confirm, name="appointment_confirm"),
    path("appointments/<uuid:uuid>/arrive/", steps.arrive, name="appointment_arrive"),
    path("appointments/<uuid:uuid>/enter-room/", steps.enter_room, name="appointment_enter_room"),
    path("appointments/<uuid:uuid>/finish/", steps.finish, name="appointment_finish"),
    path("appointments/<uuid:uuid>/no-show/", steps.no_show, name="appointment_no_show"),
    path("appointments/<uuid:uuid>/cancel/", steps.cancel, name="appointment_cancel"),
    path("appointments/<uuid:uuid>/late/", steps.late, name="appointment_late"),
    path("appointments/<uuid:uuid>/note/", steps.note, name="appointment_note"),
    path("appointments/<uuid:uuid>/revert/", steps.revert, name="appointment_revert"),
]
