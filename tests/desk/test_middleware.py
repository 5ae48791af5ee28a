"""Who is led on to what their form did: somebody signed in, in a whole page and by htmx alike."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from clinic import submissions
from desk.middleware import AnsweredOnce
from patients.models import Patient

pytestmark = pytest.mark.django_db

NEW = "desk:patient_new"


@pytest.fixture
def form():
    return {"form_key": str(uuid.uuid4()), "name": "Jo Park", "phone": "0113 496 0555"}


def looked_early(monkeypatch):
    """Let the next post have looked before any other stood, and act after."""
    look, early = submissions.answered_before, [None]
    monkeypatch.setattr(submissions, "answered_before", lambda request: early.pop() if early else look(request))


def test_htmx_is_told_to_leave_the_page(client, site, dee, form, monkeypatch):
    client.force_login(dee.user)
    first = client.post(reverse(NEW), form)
    looked_early(monkeypatch)

    second = client.post(reverse(NEW), form, headers={"HX-Request": "true"})

    assert (second.status_code, second.headers["HX-Redirect"]) == (200, first.headers["Location"])
    assert Patient.objects.count() == 1


def test_somebody_who_is_not_signed_in_is_stopped_as_ever(form, rf: RequestFactory):
    """A form of the patients' pages has no key; one that is made up leads nowhere."""
    request, stopped = rf.post("/l/none/", form), HttpResponse(status=422)
    request.user = AnonymousUser()

    assert AnsweredOnce(lambda request: stopped)(request) is stopped
