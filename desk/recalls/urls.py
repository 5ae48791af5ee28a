from django.urls import path

from desk.recalls import files, looking_back, steps, views

urlpatterns = [
    path("recalls/", views.recalls_list, name="recalls"),
    path("recalls/open/", views.recall_open, name="recall_open"),
    path("recalls/<uuid:uuid>/", views.recall, name="recall"),
    path("recalls/<uuid:uuid>/list.csv", files.recall_csv, name="recall_csv"),
    path("recalls/<uuid:uuid>/list.pdf", files.recall_pdf, name="recall_pdf"),
    path("recalls/<uuid:uuid>/letters.pdf", files.letters_pdf, name="recall_letters_pdf"),
    path("recalls/<uuid:uuid>/contact/", steps.contact, name="recall_contact"),
    path("recalls/<uuid:uuid>/letters/", steps.letters, name="recall_letters"),
    path("recalls/<uuid:uuid>/mail/", steps.mail, name="recall_mail"),
    path("recalls/<uuid:uuid>/posted/", steps.posted, name="recall_posted"),
    path("recalls/<uuid:uuid>/close/", steps.close, name="recall_close"),
    path("look-back/", looking_back.look_back, name="look_back"),
    path("patients/<uuid:uuid>/lots/", looking_back.patient_lots, name="patient_lots"),
]
