from django.urls import path

from desk.mailbox import views

urlpatterns = [
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", views.letter, name="mailbox_letter"),
    path("mailbox/<str:name>/page/", views.letter_page, name="mailbox_page"),
]
