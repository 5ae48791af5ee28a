from django.urls import path

from desk.board import views

urlpatterns = [
    path("", views.board, name="board"),
]
