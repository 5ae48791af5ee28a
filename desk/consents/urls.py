from django.urls import path

from desk.consents import views

urlpatterns = [
    path("patients/<uuid:uuid>/consents/", views.consents_of, name="consents"),
    path("patients/<uuid:uuid>/consents/sign/", views.consent_sign, name="consent_sign"),
    path("patients/<uuid:uuid>/consents/paper/", views.consent_paper, name="consent_paper"),
    path("consents/<uuid:uuid>/document/", views.consent_document, name="consent_document"),
    path("consents/<uuid:uuid>/signature/", views.consent_signature, name="consent_signature"),
    path("consents/<uuid:uuid>/withdraw/", views.consent_withdraw, name="consent_withdraw"),
]
