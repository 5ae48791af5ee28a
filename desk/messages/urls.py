from django.urls import path

from desk.messages import views

urlpatterns = [
    path("messages/", views.messages_list, name="messages"),
    path("patients/<uuid:uuid>/aftercare/again/", views.aftercare_again, name="aftercare_again"),
    path("messages/<uuid:uuid>/", views.message, name="message"),
    path("messages/<uuid:uuid>/sheet/", views.message_sheet, name="message_sheet"),
    path("messages/<uuid:uuid>/withdraw/", views.message_withdraw, name="message_withdraw"),
    path("messages/<uuid:uuid>/again/", views.message_again, name="message_again"),
    path("messages/<uuid:uuid>/settle/", views.message_settle, name="message_settle"),
]
