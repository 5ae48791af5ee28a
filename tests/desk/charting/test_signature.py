"""A signature is somebody's own: after five minutes the password is asked for again, and the record is a document."""

import time

import pytest
import time_machine
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.urls import reverse

from clinic.models import User
from tests.desk.charting.typed import FULL
from treatments.models import Session

PASSWORD = "correct horse battery"


@pytest.fixture
def ended(tablet, chart, review, ana):
    """Mia's session, ended, before the person who did it; they have a password."""
    ana.set_password(PASSWORD)
    ana.save()
    tablet.client.force_login(ana)
    tablet.open(chart)
    tablet.press("Save", FULL)
    tablet.open(review)
    tablet.press("Treatment ended")
    return tablet


def signed_in(tablet, seconds_ago):
    """Say when who holds the tablet showed who they are."""
    request = HttpRequest()
    request.session = tablet.client.session
    user = User.objects.get(pk=request.session["_auth_user_id"])
    with time_machine.travel(time.time() - seconds_ago, tick=False):
        record_authentication(request, user, "password")
    request.session.save()


def test_who_signed_in_a_moment_ago_signs_with_one_press(ended, review):
    signed_in(ended, 299)
    ended.open(review)

    ended.press("Sign the record")

    assert Session.objects.get().is_signed


def test_after_five_minutes_nothing_is_signed_without_the_password(ended, review):
    signed_in(ended, 301)
    ended.open(review)

    page = ended.press("Sign the record")

    assert (page.status, Session.objects.get().is_signed) == (422, False)
    assert "Type your password to sign; you signed in more than five minutes ago." in page.text


def test_somebody_elses_password_signs_nothing(ended, review):
    signed_in(ended, 3600)
    ended.open(review)

    page = ended.press("Sign the record", {"password": "battery staple"})

    assert (page.status, Session.objects.get().is_signed) == (422, False)
    assert "This is not the password of Ana Duarte. Nothing was signed." in page.text


def test_the_password_signs_and_counts_for_the_next_five_minutes(ended, review):
    signed_in(ended, 3600)
    ended.open(review)

    ended.press("Sign the record", {"password": PASSWORD})

    assert Session.objects.get().is_signed
    assert ended.client.session["account_authentication_methods"][-1]["at"] == time.time()


def test_passwords_are_not_tried_for_ever(ended, review):
    signed_in(ended, 3600)
    ended.open(review)
    for _try in range(10):
        ended.press("Sign the record", {"password": "battery staple"})

    page = ended.press("Sign the record", {"password": PASSWORD})

    assert "That was tried too often. Wait a minute, then try again." in page.text
    assert not Session.objects.get().is_signed


def test_the_signed_record_is_handed_out_as_a_document(ended, review, session):
    signed_in(ended, 0)
    ended.open(review)
    ended.press("Sign the record")

    answer = ended.client.get(reverse("desk:record_pdf", args=[session.uuid]))

    assert answer.content.startswith(b"%PDF-")
    assert f"session-{session.patient.reference}-2026-03-02.pdf" in answer["Content-Disposition"]


def test_a_draft_is_no_document(tablet, session):
    answer = tablet.client.get(reverse("desk:record_pdf", args=[session.uuid]))

    assert answer["Location"] == reverse("desk:record", args=[session.uuid])
