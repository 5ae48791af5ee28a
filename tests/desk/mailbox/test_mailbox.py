"""The demo's mailbox: real mails, shown so that they can do nothing."""

from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse

from clinic.mailbox import Mailbox
from tests.factories.outbox import NINE


@pytest.fixture
def box(settings, tmp_path, db):
    settings.DEMO, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    return Mailbox(settings.MAILBOX_DIR)


@pytest.fixture
def as_max(max_):
    client = Client()
    client.force_login(max_.user)
    return client


def kept(box, subject="After your visit", page="<p>Dear Mia</p><script>alert(1)</script>"):
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["From"] = subject, "mia@post.example", "clinic@demo.invalid"
    mail.set_content("Dear Mia, <b>rest</b>")
    if page:
        mail.add_alternative(page, subtype="html")
    return box.keep(mail.as_bytes(), at=NINE)


def test_what_arrived_is_listed(as_max, box):
    kept(box)

    page = as_max.get(reverse("desk:mailbox")).content.decode()

    assert "After your visit" in page
    assert "mia@post.example" in page


def test_an_empty_mailbox_says_how_to_fill_it(as_max, box):
    assert "No mail yet" in as_max.get(reverse("desk:mailbox")).content.decode()


def test_a_mail_is_shown_with_its_headers_and_its_plain_words_escaped(as_max, box):
    response = as_max.get(reverse("desk:mailbox_letter", args=[kept(box)]))

    page = response.content.decode()
    assert "clinic@demo.invalid" in page
    assert "Dear Mia, &lt;b&gt;rest&lt;/b&gt;" in page
    assert "<script>alert" not in page
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]


def test_its_page_may_do_nothing_but_be_looked_at(as_max, box):
    response = as_max.get(reverse("desk:mailbox_page", args=[kept(box)]))

    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";"))
    assert response.content.decode().strip() == "<p>Dear Mia</p><script>alert(1)</script>"
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "frame-ancestors": "'self'",
        "sandbox": "",
    }
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_mail_without_a_page_has_none(as_max, box):
    assert as_max.get(reverse("desk:mailbox_page", args=[kept(box, page="")])).status_code == 404


@pytest.mark.parametrize("name", ["mailbox_letter", "mailbox_page"])
def test_a_mail_that_is_not_there_is_not_found(as_max, box, name):
    assert as_max.get(reverse(f"desk:{name}", args=["20260302T090000_000000-00000000"])).status_code == 404


def test_the_desk_does_not_open_it(dee, box):
    client = Client()
    client.force_login(dee.user)

    assert client.get(reverse("desk:mailbox")).status_code == 403


def test_outside_the_demo_there_is_no_mailbox(as_max, box, settings):
    settings.DEMO = False

    assert as_max.get(reverse("desk:mailbox")).status_code == 404
