"""What we may write, chosen behind the link under every letter; and the one press of a mail program (RFC 8058)."""

from datetime import timedelta

import pytest
from django.test import Client

from clinic.models import AuditRow
from outbox import choosing, deliveries
from outbox.models import Attempt, Notice
from patients import links
from patients.models import Patient
from tests.factories import clinic, outbox
from tests.factories import patients as people
from tests.factories.outbox import NINE, message, plan, planned

pytestmark = pytest.mark.django_db
Purpose = Notice.Purpose
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def site():
    return clinic.site()


@pytest.fixture
def mia():
    return people.mia()


@pytest.fixture(autouse=True)
def the_tests_own_messages(settings):
    settings.NOTICE_OWNERS = settings.NOTICE_OWNERS | outbox.OWNERS
    outbox.no_longer_wanted.clear()


@pytest.fixture
def address(mia, site, time_machine) -> str:
    time_machine.move_to(NINE)
    return f"/s/{links.token(choosing.link_of(mia, at=NINE))}/"


def sent(mia, site, smtp_server, purpose):
    planned(mia, message(site, purpose=purpose))
    deliveries.send_due(clock=lambda: NINE)
    return smtp_server.messages[-1]


def choices_of(mia):
    mia.refresh_from_db()
    return mia.wants_appointment_mail, mia.wants_aftercare_mail, mia.wants_recall_mail, mia.wants_marketing_mail


# --- what stands on the letters ------------------------------------------------------------------------------


def test_a_follow_up_says_to_programs_how_it_is_stopped(mia, site, smtp_server, settings):
    settings.PUBLIC_URL = "https://clinic.example.org"

    mail = sent(mia, site, smtp_server, Purpose.FOLLOW_UP)

    token = links.token(choosing.link_of(mia, at=NINE))
    assert mail["List-Unsubscribe"] == f"<https://clinic.example.org/s/{token}/>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (
        f"Stop these e-mails, or choose what we write to you: https://clinic.example.org/s/{token}/"
        in mail.get_body(["plain"]).get_content()
    )


@pytest.mark.parametrize("purpose", [Purpose.AFTERCARE, Purpose.APPOINTMENT, Purpose.FORM])
def test_care_is_no_advertising_and_says_so(mia, site, smtp_server, purpose):
    mail = sent(mia, site, smtp_server, purpose)

    said = "This e-mail is part of your care. It is not advertising."
    assert (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) == (None, None)
    assert said in mail.get_body(["plain"]).get_content()
    assert said in mail.get_body(["html"]).get_content()


def test_the_address_of_the_choices_stands_in_no_copy(mia, site, smtp_server):
    sent(mia, site, smtp_server, Purpose.FOLLOW_UP)

    token = links.token(choosing.link_of(mia, at=NINE))
    kept = bytes(Attempt.objects.get().message_bytes)
    assert (token.encode() in kept, token.encode() in smtp_server.raw[0]) == (False, True)


def test_all_letters_of_a_year_bear_the_same_link(mia):
    first, later = (choosing.link_of(mia, at=NINE + timedelta(days=days)) for days in (0, 200))

    assert links.token(first) == links.token(later)


def test_the_foot_is_in_the_patients_language(mia, site, smtp_server):
    planned(mia, message(site, language="es"))
    deliveries.send_due(clock=lambda: NINE)

    assert "No es publicidad." in smtp_server.messages[-1].get_body(["plain"]).get_content()


# --- the one press of a program ------------------------------------------------------------------------------


def test_one_press_without_cookies_stops_what_the_letter_was_about_and_nothing_else(mia, address):
    answer = Client(enforce_csrf_checks=True).post(address, ONE_CLICK)

    assert (answer.status_code, answer.content, answer.cookies.keys()) == (200, b"", set())
    assert choices_of(mia) == (True, True, False, mia.wants_marketing_mail)


def test_it_is_in_the_trail_as_the_patients_link(mia, address):
    Client().post(address, ONE_CLICK)

    row = AuditRow.objects.filter(verb="edit").latest("pk")
    link = choosing.link_of(mia, at=NINE)
    assert (row.actor_kind, row.actor_id, list(row.fields)) == ("link", str(link.uuid), ["wants_recall_mail"])


def test_pressed_twice_it_is_stopped_once(mia, address):
    answers = [Client().post(address, ONE_CLICK).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert AuditRow.objects.filter(verb="edit").count() == 1


def test_what_is_unsent_leaves_by_no_mail_from_then_on(mia, site, address, smtp_server):
    plan(mia, message(site, "FOLLOW_28D", purpose=Purpose.FOLLOW_UP))
    Client().post(address, ONE_CLICK)

    deliveries.send_due(clock=lambda: NINE)

    assert smtp_server.raw == []


def test_opening_the_page_changes_nothing(mia, address):
    before = choices_of(mia)

    answers = [Client().get(address).status_code, Client().head(address).status_code]

    assert (answers, choices_of(mia)) == ([200, 200], before)


@pytest.mark.parametrize("wrong", ["/s/nothing/", "other purpose", "given anew"])
def test_a_link_that_opens_nothing_says_so_and_stops_nothing(mia, address, wrong):
    if wrong == "other purpose":
        link = links.make(patient=mia, purpose="offer", subject="offer:1", expires_at=NINE + timedelta(days=1), at=NINE)
        wrong = f"/s/{links.token(link)}/"
    if wrong == "given anew":
        links.renew_all(mia, at=NINE)
        wrong = address

    answers = [Client().get(wrong).status_code, Client().post(wrong, ONE_CLICK).status_code]

    assert (answers, Patient.objects.get().wants_recall_mail) == ([404, 404], True)


# --- for people ----------------------------------------------------------------------------------------------


def test_the_button_stops_it_and_the_page_says_so(mia, address):
    answer = Client().post(address, {"stop": "1"}, follow=True)

    assert answer.redirect_chain == [(f"{address}?kept", 303)]
    assert "We no longer tell you by e-mail when your next session is due." in answer.content.decode()
    assert choices_of(mia)[2] is False


def test_each_purpose_is_chosen_for_itself(mia, address):
    Client().post(address, {"choose": "1", "wants_appointment_mail": "on", "wants_marketing_mail": "on"})

    assert choices_of(mia) == (True, False, False, True)


def test_a_post_that_says_nothing_changes_nothing(mia, address):
    before = choices_of(mia)

    assert Client().post(address, {"else": "1"}).status_code == 422
    assert choices_of(mia) == before


def test_the_page_is_in_the_patients_language_and_tells_nobody_where_it_is(mia, address):
    Patient.objects.update(language="es")

    answer = Client().get(address)

    assert "No recibir más estos correos" in answer.content.decode()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
