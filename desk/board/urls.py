from django.urls import path

from desk.board import sheet_views, views

urlpatterns = [
    path("", views.board, name="board"),
    path("board/waiting/", views.waiting, name="board_waiting"),
    path("week/", views.week, name="week"),
    path("rooms/", views.rooms_of_day, name="rooms"),
    path("month/", views.month, name="month"),
    path("day-sheet/", sheet_views.day_sheet, name="day_sheet"),
    path("sheets/", sheet_views.day_sheets, name="day_sheets"),
    path("sheets/<str:day>/", sheet_views.day_sheet_pdf, name="day_sheet_pdf"),
]
