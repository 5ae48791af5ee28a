from django.urls import path

from desk.booking import views

urlpatterns = [
    path("book/", views.book, name="book"),
    path("book/patients/", views.book_patients, name="book_patients"),
]
