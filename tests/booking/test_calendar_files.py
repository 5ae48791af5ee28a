"""A visit in its patient's calendar: one event that keeps its name, moves with the visit and goes with it."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import icalendar
import pytest

from booking import calendar_files, feeds
from outbox import letters
from outbox.models import Notice
from patients import patients as people
from tests.factories.booking import SUNDAY, TEN, minutes
from visits import reception

WEDNESDAY = TEN + timedelta(days=2)
IN_SUMMER = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)  # ten on the wall


@pytest.fixture
def booked(mia, microneedling, ana, dee, site):
    return reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=WEDNESDAY, site=site, by=dee, at=SUNDAY
    )


def mail_of(kind):
    notice = Notice.objects.get(kind=kind)
    return message_from_bytes(
        letters.with_links(letters.compose(notice, to="mia.okafor@post.example", at=SUNDAY)), policy=default
    )


def files_of(mail):
    return [part for part in mail.walk() if part.get_content_type() == "text/calendar"]


def event_of(file):
    """Return the one event of a calendar file, read back."""
    (event,) = icalendar.Calendar.from_ical(file).walk("VEVENT")
    return event


def mailed(kind):
    (file,) = files_of(mail_of(kind))
    return event_of(file.get_content())


def test_the_confirmation_carries_the_visit(booked, site):
    (file,) = files_of(mail_of("CONFIRMATION"))
    calendar = icalendar.Calendar.from_ical(file.get_content())
    event = event_of(file.get_content())

    assert (file.get_param("method"), file.get_filename(), calendar["METHOD"]) == (
        "PUBLISH",
        "appointment.ics",
        "PUBLISH",
    )
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (str(booked.uuid), 0, "CONFIRMED")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (booked.starts_at, booked.ends_at)
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event.decoded("DTSTAMP") == SUNDAY
    assert event["SUMMARY"] == "Appointment at Rowan Skin Clinic"
    assert (event["LOCATION"], event["DESCRIPTION"]) == (site.address, "Questions? Call 0113 496 0000.")


def test_the_file_names_neither_the_patient_nor_the_treatment(booked, mia):
    file = calendar_files.written(booked, language="en")

    for secret in ("Mia", "Okafor", "icroneedling", "Ana", "Room"):
        assert secret not in file
    assert len(file) < 1500


def test_it_is_the_event_of_the_clinics_own_feed(booked, ana, site, dee):
    feed, _key = feeds.make(site=site, practitioner=ana, by=dee, at=SUNDAY)
    (own,) = feeds.read(feed, at=SUNDAY).events

    event = event_of(calendar_files.written(booked, language="en"))
    assert (event["UID"], event["SEQUENCE"]) == (own.uid, own.sequence)


def test_a_move_changes_the_same_event_and_a_cancellation_takes_it_away(booked, dee):
    first = mailed("CONFIRMATION")
    at = SUNDAY + minutes(10)
    Notice.objects.filter(kind="CONFIRMATION").update(state=Notice.State.SENT, settled_at=at)
    moved = reception.move(booked, starts_at=WEDNESDAY + minutes(60), version=1, by=dee, at=at)
    second = mailed("CHANGE")
    Notice.objects.filter(kind="CHANGE").update(state=Notice.State.SENT, settled_at=at + minutes(10))
    reception.cancel(moved, reason="Ill", version=2, by=dee, at=at + minutes(20))
    third = mailed("CANCELLATION")

    assert {one["UID"] for one in (first, second, third)} == {str(booked.uuid)}
    assert [one["SEQUENCE"] for one in (first, second, third)] == [0, 1, 2]
    assert [one["STATUS"] for one in (first, second, third)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert (first.decoded("DTSTART"), second.decoded("DTSTART")) == (WEDNESDAY, WEDNESDAY + minutes(60))


def test_a_yes_leaves_the_event_as_it_is(booked, dee):
    confirmed = reception.confirm(booked, version=1, by=dee, at=SUNDAY)

    assert event_of(calendar_files.written(confirmed, language="en"))["SEQUENCE"] == 0


def test_no_other_message_carries_a_file(booked):
    kinds = set(Notice.objects.exclude(kind="CONFIRMATION").values_list("kind", flat=True))

    assert "PRE_24H" in kinds
    assert [kind for kind in kinds if files_of(mail_of(kind))] == []


def test_the_wall_shows_the_same_hour_in_summer(mia, microneedling, ana, dee, site):
    visit = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=IN_SUMMER, site=site, by=dee, at=SUNDAY
    )
    file = calendar_files.written(visit, language="en")

    assert "DTSTART;TZID=Europe/London:20260331T100000" in file
    assert event_of(file).decoded("DTSTART") == IN_SUMMER


def test_the_event_speaks_the_language_of_the_mail(booked, mia, dee):
    people.edit(mia, version=mia.version, by=dee, at=SUNDAY, language="es")

    assert event_of(calendar_files.written(booked, language="es"))["SUMMARY"] == "Cita en Rowan Skin Clinic"


def test_plain_words_and_page_stay_two_sides_of_one_mail(booked):
    mail = mail_of("CONFIRMATION")

    assert mail.get_body(["plain"]).get_content().startswith("Your appointment is booked")
    assert "<h1" in mail.get_body(["html"]).get_content()
    assert "{link:" not in mail.as_string()
    assert mail.get_content_type() == "multipart/mixed"
