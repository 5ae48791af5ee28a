"""The patient's page for a time that is held: it shows, it never acts by itself, and one answer is one answer."""

import io
import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from booking.models import Appointment, Offer
from clinic.models import AuditRow
from outbox import deliveries, suppressions
from outbox.models import Notice
from patients import links, restrictions
from patients import patients as people
from patients.models import Link
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception, waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]  # proofs/test_offer_races is on both

NOON = SUNDAY + minutes(20)
EXPIRY = SUNDAY + minutes(120)


@pytest.fixture
def offer(mia, review, ana, dee):
    return offered(waits(mia, review), ana, by=dee)


@pytest.fixture
def address(offer):
    return f"/l/{links.token(Link.objects.get(purpose='offer'))}/"


@pytest.fixture
def phone():
    """A telephone that nobody is signed in on and that checks forms as browsers do."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def words(answer):
    return " ".join(answer.content.decode().split())


def heading(answer):
    page = words(answer)
    return page[page.index("<h1") : page.index("</h1>")].rpartition(">")[2].strip()


def everything():
    """Return every row of every table."""
    with connection.cursor() as cursor:
        kept = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            kept[table] = sorted(map(str, cursor.fetchall()))
        return kept


# --- looking -------------------------------------------------------------------------------------------------


def test_the_address_in_the_mail_is_the_address_of_the_page(offer, settings):
    link = Link.objects.get(purpose="offer")

    assert links.url(link) == settings.PUBLIC_URL + reverse("portal:offer", args=[links.token(link)])


def test_the_page_says_what_is_held_and_until_when(phone, address):
    page = phone.get(address)

    assert (page.status_code, heading(page)) == (200, "Mia, a time is free for you")
    assert "<b>Monday 2 March</b><b>10:00 to 10:15</b>" in words(page)
    assert "12 Mill Lane, Leeds LS1 4AB" in words(page)
    assert "<dd>Ana</dd>" in words(page)
    assert "We hold it for you until <b>11:00</b>." in words(page)
    assert 'href="tel:+441134960000"' in words(page)


def test_the_hours_are_the_sites_and_a_later_day_is_named(phone, mia, review, ana):
    at = TEN.replace(month=3, day=30, hour=20)  # summer time: 21:00 in London
    offered(waits(mia, review), ana, at=at, starts_at=TEN.replace(day=31, hour=14))
    with time_machine.travel(at, tick=False):
        page = words(phone.get(f"/l/{links.token(Link.objects.get(purpose='offer'))}/"))

    assert "<b>Tuesday 31 March</b><b>15:00 to 15:15</b>" in page
    assert "until <b>Tuesday 31 March, 09:57</b>" in page


def test_the_page_knows_no_more_of_the_patient_than_the_first_name(phone, address, mia, review):
    page = words(phone.get(address))

    for secret in ("Okafor", mia.reference, "0417", "mia.okafor", "1994", review.name):
        assert secret not in page
    assert "Mia" in page


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
def test_opening_the_link_changes_nothing_however_often(address, browser):
    client, before = Client(headers={"User-Agent": browser}), everything()
    for _ in range(3):
        assert (client.get(address).status_code, client.head(address).status_code) == (200, 200)

    assert everything() == before


def test_the_address_is_told_to_nobody(phone, address):
    for answer in (phone.get(address), phone.post(address, {"answer": "decline"}), phone.get("/l/x/")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_runs_no_script_and_loads_nothing_from_elsewhere(phone, address):
    page = phone.get(address).content.decode()

    assert "<script" not in page
    assert [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith(("http", "//"))] == []


# --- answering -------------------------------------------------------------------------------------------------


def test_taking_the_time_books_it(phone, address, mia, review, ana):
    answer = phone.post(address, {"answer": "take"})
    booked = Appointment.objects.get()
    page = phone.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert (booked.patient, booked.service, booked.practitioner, booked.starts_at) == (mia, review, ana, TEN)
    assert heading(page) == "Mia, this time is yours"
    assert "<b>Monday 2 March</b><b>10:00 to 10:15</b>" in words(page)
    row = AuditRow.objects.get(verb="book")
    assert (row.actor_kind, row.actor_name) == ("link", "")


def test_the_same_answer_twice_is_one_answer(phone, address):
    answers = [phone.post(address, {"answer": "take"}) for _ in range(2)]

    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(303, address)] * 2
    assert Appointment.objects.count() == 1


def test_saying_no_frees_the_time_and_keeps_the_place_on_the_list(phone, address, offer):
    answers = [phone.post(address, {"answer": "decline"}) for _ in range(2)]
    page = phone.get(address)

    assert [one.status_code for one in answers] == [303, 303]
    assert heading(page) == "Mia, thank you for telling us"
    assert "You stay on our list" in words(page)
    assert Offer.objects.get().state == "declined"
    assert list(offer.claims.filter(is_active=True)) == []


def test_a_yes_after_the_no_says_how_it_stands(phone, address):
    phone.post(address, {"answer": "decline"})
    answer = phone.post(address, {"answer": "take"})

    assert (answer.status_code, heading(answer)) == (409, "Mia, thank you for telling us")
    assert Appointment.objects.count() == 0


def test_a_no_after_the_yes_changes_nothing(phone, address):
    phone.post(address, {"answer": "take"})
    phone.post(address, {"answer": "decline"})

    assert Appointment.objects.get().is_standing
    assert heading(phone.get(address)) == "Mia, this time is yours"


def test_an_answer_that_is_none_changes_nothing(phone, address):
    before = everything()

    assert [phone.post(address, said).status_code for said in ({}, {"answer": "x"})] == [422, 422]
    assert everything() == before


def test_a_later_visit_is_named_and_moved(phone, mia, review, ana):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    offered(waits(mia, review, booking=later), ana)
    address = f"/l/{links.token(Link.objects.get(purpose='offer'))}/"

    assert "your appointment on Monday 9 March, 10:00 moves to this time" in words(phone.get(address))
    phone.post(address, {"answer": "take"})
    assert Appointment.objects.get().starts_at == TEN


def test_what_stops_the_visit_by_now_is_said_and_the_time_stays_held(phone, address, mia, offer):
    restrictions.write(mia, source="x", service_kinds=[], not_before=None, words="Ask first.", at=SUNDAY)
    answer = phone.post(address, {"answer": "take"})

    assert answer.status_code == 409
    assert "A clinician decides first" in words(answer)
    assert Offer.objects.get().state == "open"


# --- what is promised ------------------------------------------------------------------------------------------


COMING, NONE_GOES = "We write to you in a few minutes", "No e-mail goes out about it"
AGAIN = {"mail": "and we write again", "call": "and we call you", "sheet": "You stay on our list."}


def promised(phone, address, answer="take"):
    phone.post(address, {"answer": answer})
    page = words(phone.get(address))
    return [promise for promise in (COMING, NONE_GOES, *AGAIN.values()) if promise in page]


def change(mia, dee, **fields):
    mia.refresh_from_db()
    people.edit(mia, version=mia.version, by=dee, at=NOON, **fields)


def unwanted(mia, dee):
    change(mia, dee, wants_appointment_mail=False)


def no_address(mia, dee):
    change(mia, dee, email="")


def bounced(mia, dee):
    suppressions.suppress(mia.email, reason="550 No such user", at=NOON)


def neither_mail_nor_phone(mia, dee):
    change(mia, dee, phone="")
    bounced(mia, dee)


def test_who_is_written_to_is_promised_a_letter_until_it_has_left(phone, address, smtp_server):
    assert promised(phone, address) == [COMING]

    deliveries.send_due(clock=lambda: NOON + minutes(3))
    page = words(phone.get(address))
    assert (len(smtp_server.messages), COMING in page, NONE_GOES in page) == (1, False, False)


@pytest.mark.parametrize("why", [unwanted, no_address, bounced, neither_mail_nor_phone])
def test_nobody_is_promised_mail_that_does_not_go(phone, address, mia, dee, why):
    why(mia, dee)

    assert promised(phone, address) == [NONE_GOES]
    assert not Notice.objects.filter(kind="CONFIRMATION", channel="mail").exists()


def test_a_letter_that_came_back_is_not_promised(phone, address, mia, dee):
    phone.post(address, {"answer": "take"})
    bounced(mia, dee)

    assert NONE_GOES in words(phone.get(address))


def test_who_takes_a_time_gets_it_in_writing_whatever_was_ticked_before(phone, mia, review, ana, smtp_server):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7), tell_patient=False)
    offered(waits(mia, review, booking=later), ana)

    assert promised(phone, f"/l/{links.token(Link.objects.get(purpose='offer'))}/") == [COMING]
    deliveries.send_due(clock=lambda: NOON + minutes(3))
    (mail,) = smtp_server.messages
    assert "Mon 2 March, 10:00" in mail.get_body(["plain"]).get_content()


def test_a_visit_that_the_desk_moves_without_a_letter_promises_none(phone, mia, review, ana, dee):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7), tell_patient=False)
    offered(waits(mia, review, booking=later), ana)
    address = f"/l/{links.token(Link.objects.get(purpose='offer'))}/"
    phone.post(address, {"answer": "take"})
    taken = Appointment.objects.get()
    when = {"starts_at": TEN + minutes(15), "tell_patient": False}
    reception.move(taken, version=taken.version, by=dee, at=NOON + minutes(1), **when)

    page = words(phone.get(address))
    assert (COMING in page, NONE_GOES in page) == (False, True)


@pytest.mark.parametrize(
    ("why", "way"),
    [(None, "mail"), (unwanted, "call"), (no_address, "call"), (bounced, "call"), (neither_mail_nor_phone, "sheet")],
)
def test_who_stays_on_the_list_reads_how_they_hear_of_the_next_time(phone, address, mia, dee, why, way):
    if why:
        why(mia, dee)

    assert promised(phone, address, "decline") == [AGAIN[way]]


def test_a_time_for_a_visit_that_is_called_off_has_gone(phone, mia, review, ana, dee):
    later = visit(mia, review, ana, starts_at=TEN + timedelta(days=7))
    offered(waits(mia, review, booking=later), ana)
    address = f"/l/{links.token(Link.objects.get(purpose='offer'))}/"
    reception.cancel(later, version=later.version, reason="Ill", by=dee, at=NOON)

    page, answer = phone.get(address), phone.post(address, {"answer": "take"})
    assert (heading(page), page.status_code) == ("This time has gone", 200)
    assert (heading(answer), answer.status_code) == ("This time has gone", 409)
    assert "You stay on our list" not in words(page)


# --- too late, or not at all -----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_swept", [False, True])
def test_an_offer_that_ran_out_says_so_and_books_nothing(phone, address, sunday, is_swept):
    sunday.move_to(EXPIRY)
    if is_swept:
        waiting.expire(at=EXPIRY)
    page, answer = phone.get(address), phone.post(address, {"answer": "take"})

    assert (page.status_code, heading(page)) == (200, "This time has gone")
    assert (answer.status_code, heading(answer)) == (409, "This time has gone")
    assert "You stay on our list." in words(page)
    assert "<button" not in words(page)
    assert Appointment.objects.count() == 0


def test_an_offer_that_was_withdrawn_has_gone(phone, address, offer, dee):
    waiting.withdraw_offer(offer, by=dee, at=NOON)

    assert heading(phone.get(address)) == "This time has gone"


def test_who_is_no_longer_on_the_list_is_not_told_that_they_are(phone, address, offer, dee):
    waiting.withdraw(offer.entry, by=dee, at=NOON)

    page = words(phone.get(address))
    assert ("You stay on our list" in page, "This time has gone" in page) == (False, True)


def test_a_visit_that_was_moved_afterwards_is_shown_where_it_is_now(phone, address, dee):
    phone.post(address, {"answer": "take"})
    booked = Appointment.objects.get()
    reception.move(booked, starts_at=TEN + minutes(60), version=booked.version, by=dee, at=NOON)

    assert "<b>11:00 to 11:15</b>" in words(phone.get(address))


def test_a_visit_that_was_cancelled_afterwards_is_not_promised(phone, address, dee):
    phone.post(address, {"answer": "take"})
    booked = Appointment.objects.get()
    reception.cancel(booked, version=booked.version, reason="Ill", by=dee, at=NOON)

    page = phone.get(address)
    assert heading(page) == "Mia, your appointment has changed since"
    assert "10:00" not in words(page)


def test_a_wrong_link_opens_nothing_and_says_whom_to_call(phone, address, site):
    changed = address[:-3] + ("A" if address[-3] != "A" else "B") + address[-2:]
    for wrong in (changed, "/l/x/", "/l/" + "A" * 64 + "/"):
        for answer in (phone.get(wrong), phone.post(wrong, {"answer": "take"})):
            assert (answer.status_code, heading(answer)) == (404, "This link opens nothing")
            assert "0113 496 0000" in words(answer)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("stop", ["expired", "revoked", "anew"])
def test_a_link_that_is_over_is_a_wrong_link(phone, address, mia, sunday, stop):
    link = Link.objects.get(purpose="offer")
    if stop == "expired":
        sunday.move_to(TEN + minutes(15))
    elif stop == "revoked":
        links.revoke(link, at=NOON)
    else:
        links.make(patient=mia, purpose="offer", subject=link.subject, expires_at=TEN, at=NOON)

    assert phone.get(address).status_code == 404


def test_a_link_of_another_purpose_opens_no_offer(phone, address, mia, offer):
    other = links.make(patient=mia, purpose="photos", subject=f"offer:{offer.uuid}", expires_at=TEN, at=NOON)

    assert phone.get(f"/l/{links.token(other)}/").status_code == 404


def test_somebody_who_works_here_sees_the_same_page(phone, address, dee):
    phone.force_login(dee.user)

    assert heading(phone.get(address)) == "Mia, a time is free for you"


def test_an_answer_that_means_nothing_leaves_no_key_in_the_log(phone, address, monkeypatch):
    log = io.StringIO()
    console = next(one for one in logging.getLogger("django").handlers if one.name == "console")
    monkeypatch.setattr(console, "stream", log)

    assert phone.post(address, {"answer": "perhaps"}).status_code == 422

    assert log.getvalue().endswith("WARNING django.request: Unprocessable Entity: /l/…/\n")
