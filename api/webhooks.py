"""Where a provider of mail tells what became of a mail later. It knows the shared secret, or nothing is heard."""

from __future__ import annotations

from anymail.urls import urlpatterns as known
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from clinic.policy import open_to_all


@csrf_exempt  # a provider has no form; Anymail checks the secret, and the provider's signature where it has one
@open_to_all
def mail_events(request: HttpRequest) -> HttpResponse:
    """Hear the events of the provider that the settings name; there is nothing here for anybody else."""
    name = f"{settings.MAIL_PROVIDER}_tracking_webhook"
    view = next((entry.callback.view_class for entry in known if entry.name == name), None)
    if view is None or not issubclass(view, AnymailBaseWebhookView):
        raise Http404
    return view.as_view()(request)


urlpatterns = [path("mail/", mail_events, name="mail_events")]
