"""Today's aftercare that did not reach a patient: how much of it a reader may send again, and where."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from outbox import addresses
from patients.models import Patient


def count(request: HttpRequest, patient: Patient) -> int:
    """Return how many messages of today this reader can send to the patient again."""
    return addresses.missed(patient, at=request.now).count() if request.actor.may("edit_patients") else 0


def page_of(patient: Patient) -> str:
    """Return the address of the messages of one patient, where the button stands."""
    return f"{reverse('desk:messages')}?{urlencode({'show': 'all', 'patient': patient.uuid})}"


def offer(request: HttpRequest, patient: Patient) -> None:
    """Say after an address was put right that today's aftercare can go to it."""
    if count(request, patient):
        words = _("Today's aftercare went to the old address, or failed. Open the messages to send it again.")
        messages.warning(request, words, extra_tags=f"open:{page_of(patient)}")
