from django.urls import path

from desk.consents import device_views, text_views, views

urlpatterns = [
    path("patients/<uuid:uuid>/consents/", views.consents_of, name="consents"),
    path("patients/<uuid:uuid>/consents/sign/", views.consent_sign, name="consent_sign"),
    path("patients/<uuid:uuid>/consents/paper/", views.consent_paper, name="consent_paper"),
    path("patients/<uuid:uuid>/consents/device/", device_views.device_hand, name="device_hand"),
    path("device/", device_views.device_back, name="device"),
    path("consents/<uuid:uuid>/document/", views.consent_document, name="consent_document"),
    path("consents/<uuid:uuid>/signature/", views.consent_signature, name="consent_signature"),
    path("consents/<uuid:uuid>/withdraw/", views.consent_withdraw, name="consent_withdraw"),
    path("consent-texts/", text_views.consent_texts, name="consent_texts"),
    path("consent-texts/<str:purpose>/", text_views.consent_text, name="consent_text"),
]
