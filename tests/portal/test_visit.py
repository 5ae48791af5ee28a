"""A patient's page of a visit: it shows, it never acts by itself, and what is pressed holds for every door."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import visit_links
from booking.models import Appointment
from clinic.models import AuditRow
from outbox.models import Notice
from patients import links
from patients import patients as people
from patients.models import Link
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.health_forms import opened, sent, telephone
from tests.portal.test_offer import everything, heading, words
from visits import health_forms, reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

NOON = SUNDAY + minutes(180)
WEDNESDAY = TEN + timedelta(days=2)
State = Appointment.State


@pytest.fixture
def booked(mia, review, ana, dee, site):
    return reception.book(
        patient=mia, service=review, practitioner=ana, starts_at=WEDNESDAY, site=site, by=dee, at=SUNDAY
    )


@pytest.fixture
def address(booked):
    return links.path(visit_links.of(booked, at=SUNDAY))


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def at(moment):
    return time_machine.travel(moment, tick=False)


def confirm(phone, address, version=1):
    return phone.post(address, {"answer": "confirm", "version": version})


def call_off(phone, address, version=1, **said):
    return phone.post(f"{address}cancel/", {"version": version, **said})


# --- the link ------------------------------------------------------------------------------------------------


def test_every_message_that_may_be_answered_leads_to_the_page(booked, address, settings):
    link = visit_links.of(booked, at=SUNDAY)
    about = Notice.objects.filter(subject=f"appointment:{booked.pk}").order_by("due_at")

    assert [(one.kind, links.placeholder(link) in one.body_text) for one in about] == [
        ("CONFIRMATION", True),
        ("PRE_24H", True),
    ]
    assert links.url(link) == settings.PUBLIC_URL + address
    assert link.expires_at == booked.ends_at + timedelta(days=1)


def test_the_link_keeps_its_address_when_the_visit_moves_and_lasts_longer(booked, address, dee):
    later = WEDNESDAY + timedelta(days=7)
    moved = reception.move(booked, starts_at=later, version=booked.version, by=dee, at=SUNDAY + minutes(10))
    link = Link.objects.get(purpose="visit")

    assert (links.path(link), link.expires_at) == (address, moved.ends_at + timedelta(days=1))
    assert heading(telephone().get(address)) == "Mia, your appointment"


def test_who_reads_no_mail_gets_no_link(tomasz, review, ana, dee, site):
    reception.book(patient=tomasz, service=review, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY)

    assert (Link.objects.count(), Notice.objects.filter(body_text__contains="{link:").count()) == (0, 0)


def test_a_link_that_was_revoked_is_given_anew_with_the_next_news(booked, address, dee):
    links.revoke(Link.objects.get(), at=SUNDAY)
    reception.move(booked, starts_at=WEDNESDAY + minutes(60), version=1, by=dee, at=SUNDAY + minutes(10))

    link = Link.objects.get()
    assert (link.revoked_at, links.path(link) == address) == (None, False)
    assert links.placeholder(link) in Notice.objects.get(kind="CHANGE").body_text


# --- looking -------------------------------------------------------------------------------------------------


def test_the_page_says_when_where_and_with_whom(booked, address):
    page = telephone().get(address)

    assert (page.status_code, heading(page)) == (200, "Mia, your appointment")
    assert "<b>Wednesday 4 March</b><b>10:00 to 10:15</b>" in words(page)
    assert "12 Mill Lane, Leeds LS1 4AB" in words(page)
    assert "<dd>Ana Duarte</dd>" in words(page)
    assert 'href="tel:+441134960000"' in words(page)


def test_the_page_knows_no_more_of_the_patient_than_the_first_name(booked, address, mia, review):
    for page in (telephone().get(address), telephone().get(f"{address}cancel/")):
        for secret in ("Okafor", mia.reference, "0417", "mia.okafor", "1994", review.name):
            assert secret not in words(page)


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
@pytest.mark.parametrize("where", ["", "cancel/", "appointment.ics"])
def test_opening_the_page_changes_nothing_however_often(booked, address, browser, where):
    client, before = Client(headers={"User-Agent": browser}), everything()
    for _ in range(3):
        assert client.get(address + where).status_code == 200
        assert client.head(address + where).status_code == 200

    assert everything() == before


def test_the_page_is_light_and_the_address_is_told_to_nobody(booked, address):
    for answer in (telephone().get(address), telephone().get(f"{address}cancel/"), telephone().get("/v/x/")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in answer.content.decode()
        assert len(answer.content) < 20_000


def test_a_token_of_another_purpose_opens_nothing(booked, address):
    assert telephone().get(address.replace("/v/", "/l/")).status_code == 404
    assert telephone().get("/v/x/").status_code == 404


@pytest.mark.usefixtures("booked")
def test_the_health_form_is_on_the_list_until_it_is_done(address, mia, dee):
    assert "Before you come" not in words(telephone().get(address))
    form = sent(mia)

    page = words(telephone().get(address))
    assert "Fill in your health form</a>" in page
    assert "Not yet started" in page
    opened(form)
    health_forms.finish(form, by=dee, at=NOON)
    page = words(telephone().get(address))
    assert ("Fill in your health form" in page, "Completed" in page) == (False, True)


# --- saying yes ----------------------------------------------------------------------------------------------


def test_one_press_on_the_page_confirms_and_the_house_sees_who_did_it(booked, address, mia):
    phone = telephone()
    answer = confirm(phone, address)
    booked.refresh_from_db()
    change, row = booked.changes.get(verb="confirm"), AuditRow.objects.get(verb="confirm")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}#now")
    assert booked.state == State.CONFIRMED
    assert (change.by, change.by_name, row.actor_kind, row.actor_name) == (None, mia.name, "link", "")
    page = phone.get(address)
    assert heading(page).endswith("Mia, we look forward to seeing you")
    assert "Confirm: I am coming" not in words(page)


def test_the_desk_reads_the_yes_on_the_board_and_in_the_history(booked, address, mia, dee):
    confirm(telephone(), address)
    desk = Client()
    desk.force_login(dee.user)
    board = words(desk.get("/", {"day": WEDNESDAY.date().isoformat(), "view": "list"}))
    history = words(desk.get(reverse("desk:appointment", args=[booked.uuid])))

    assert "Confirmed" in board
    assert ("Confirmed" in history, history.count(mia.name) > 1) == (True, True)


def test_a_page_with_its_styles_stays_light(booked, address, settings):
    styles = [settings.BASE_DIR / "static" / "css" / f"{name}.css" for name in ("tokens", "portal")]
    weight = sum(len(one.read_bytes()) for one in styles)

    for where in ("", "cancel/", "change/", "change/2026-03-06/?who=any"):
        assert weight + len(telephone().get(address + where).content) < 60_000  # before it is compressed


def test_two_presses_are_one_yes(booked, address):
    assert [confirm(telephone(), address).status_code for _ in range(2)] == [303, 303]
    assert booked.changes.filter(verb="confirm").count() == 1


def test_a_yes_to_a_time_that_was_changed_meanwhile_is_asked_again(booked, address, dee):
    reception.move(booked, starts_at=WEDNESDAY + minutes(60), version=1, by=dee, at=NOON)
    answer = confirm(telephone(), address)
    booked.refresh_from_db()

    assert (answer.status_code, booked.state) == (409, State.BOOKED)
    assert "Your appointment was changed a moment ago" in words(answer)
    assert "<b>11:00 to 11:15</b>" in words(answer)


def test_a_yes_comes_in_time_until_the_visit_begins(booked, address):
    with at(WEDNESDAY - minutes(5)):
        assert confirm(telephone(), address).status_code == 303


def test_an_answer_that_is_none_changes_nothing(booked, address):
    before = everything()

    assert [telephone().post(address, said).status_code for said in ({}, {"answer": "x"})] == [422, 422]
    assert confirm(telephone(), address, version="many").status_code == 409
    assert everything() == before


# --- calling off ---------------------------------------------------------------------------------------------


def test_a_visit_is_called_off_with_two_presses_and_no_reason(booked, address):
    phone = telephone()
    assert f'href="{address}cancel/"' in words(phone.get(address))
    answer = call_off(phone, address)
    booked.refresh_from_db()

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}#now")
    assert (booked.state, booked.cancelled_by) == (State.CANCELLED, "patient")
    assert booked.changes.get(verb="cancel").reason == "The patient gave no reason"
    assert heading(phone.get(address)) == "Mia, your appointment is cancelled"
    assert [one.kind for one in Notice.objects.open()] == ["CANCELLATION"]


def test_the_reason_that_is_given_is_kept(booked, address):
    call_off(telephone(), address, reason=" I am ill. ")

    assert booked.changes.get(verb="cancel").reason == "I am ill."


def test_a_reason_that_is_too_long_is_said_and_stays(booked, address):
    answer = call_off(telephone(), address, reason="So much to say. " * 20)

    assert answer.status_code == 422
    assert "Say it in fewer letters." in words(answer)
    assert "So much to say." in words(answer)
    assert booked.changes.count() == 1


def test_what_the_clinic_says_about_missed_visits_is_said_before(booked, address, site):
    assert "somebody else can have the time" in words(telephone().get(f"{address}cancel/"))
    site.policy_words = "We keep this hour only for you."
    site.save()

    assert "We keep this hour only for you." in words(telephone().get(f"{address}cancel/"))


@pytest.mark.parametrize("where", ["", "cancel/"])
def test_when_it_is_late_the_page_says_why_it_takes_a_call(booked, address, where):
    with at(WEDNESDAY - timedelta(hours=23)):
        page = telephone().get(address + where)
        answer = call_off(telephone(), address)
    booked.refresh_from_db()

    assert "It is less than 24 hours until your appointment. To change or cancel it now, please call us." in words(page)
    assert f"{address}cancel/" not in words(page)
    assert (answer.status_code, booked.state) == (409, State.BOOKED)


def test_two_presses_call_it_off_once(booked, address):
    assert [call_off(telephone(), address).status_code for _ in range(2)] == [303, 303]
    assert booked.changes.filter(verb="cancel").count() == 1


# --- afterwards ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (WEDNESDAY, "Mia, your appointment has begun"),
        (WEDNESDAY + minutes(15), "Mia, this appointment is over"),
    ],
)
def test_nothing_is_to_be_pressed_once_it_has_begun(booked, address, moment, said):
    with at(moment):
        page, answer = telephone().get(address), confirm(telephone(), address)
    booked.refresh_from_db()

    assert (heading(page), "<form" in words(page)) == (said, False)
    assert (answer.status_code, booked.state) == (409, State.BOOKED)
    assert "Please call us" in words(answer)


def test_a_day_after_the_visit_the_link_has_ended(booked, address):
    with at(WEDNESDAY + timedelta(days=1, minutes=14)):
        assert telephone().get(address).status_code == 200
    with at(WEDNESDAY + timedelta(days=1, minutes=15)):
        assert telephone().get(address).status_code == 404


def test_whoever_has_died_is_shown_nothing(booked, address, mia, dee):
    people.edit(mia, version=mia.version, by=dee, at=NOON, died_on=SUNDAY.date())

    assert telephone().get(address).status_code == 404


def test_the_page_speaks_the_language_of_the_patient(booked, address, mia, dee):
    people.edit(mia, version=mia.version, by=dee, at=NOON, language="es")
    page = telephone().get(address)

    assert heading(page) == "Mia, su cita"
    assert "<b>miércoles 4 de marzo</b>" in words(page)


def test_the_visit_is_handed_to_the_patients_own_calendar(booked, address):
    page = telephone().get(address)
    file = telephone().get(f"{address}appointment.ics")

    assert f'href="{address}appointment.ics"' in words(page)
    assert file.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert file.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert f"UID:{booked.uuid}" in file.content.decode()
