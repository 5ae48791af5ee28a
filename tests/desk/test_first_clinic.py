"""The first day of a real clinic: one command makes it, and until then the pages say so."""

import sys
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Device, OpeningHours, Role, RoleGrant, Room, Service, Shift, Site, User
from tests.factories import clinic
from tests.factories import patients as people
from visits import reception

pytestmark = pytest.mark.django_db

SECRET = "a-heron-stands-in-the-mill-race"
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday
SAID = {
    "name": "Mill Lane Skin",
    "address": "12 Mill Lane, Leeds LS1 4AB",
    "phone": "0113 496 0000",
    "email": "hello@mill.example",
    "time_zone": "Europe/London",
    "manager_name": "Max Feld",
    "manager_email": "Max@mill.example",
    "practitioner": ["Ana Duarte <ana@mill.example>"],
    "room": ["Room 1", "Room 2"],
    "device": "Pen 1, Northlight, NL-2, NL2-04417, 2.50, 2027-06-01",
}


@pytest.fixture
def first_clinic(monkeypatch):
    """Run the command with a password on its standard input; return what it printed."""

    def run(password: str = SECRET, **changed: object) -> str:
        monkeypatch.setattr(sys, "stdin", StringIO(f"{password}\n"))
        printed = StringIO()
        given = {name: value for name, value in (SAID | changed).items() if value is not None}
        call_command("first_clinic", password_stdin=True, stdout=printed, **given)
        return printed.getvalue()

    return run


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_one_command_makes_a_clinic(first_clinic):
    said = first_clinic()

    assert [site.name for site in Site.objects.all()] == ["Mill Lane Skin"]
    assert [(day.weekday, day.opens_at.hour, day.closes_at.hour) for day in OpeningHours.objects.all()] == [
        (weekday, 9, 18) for weekday in range(5)
    ]
    assert {user.email: user.roles for user in User.objects.all()} == {
        "max@mill.example": {Role.MANAGER, Role.FRONT_DESK},
        "ana@mill.example": {Role.PRACTITIONER},
    }
    assert Shift.objects.filter(practitioner__short_name="Ana").count() == 10
    assert [room.name for room in Room.objects.all()] == ["Room 1", "Room 2"]
    assert [(s.code, s.minutes) for s in Service.objects.all()] == [
        ("microneedling", 90),
        ("consultation", 30),
        ("review", 15),
    ]
    assert [pen.serial_number for pen in Device.objects.all()] == ["NL2-04417"]
    assert "Max Feld signs in with max@mill.example." in said
    assert SECRET not in said


def test_the_manager_signs_in_and_the_board_opens(first_clinic):
    first_clinic()
    client = Client()

    answer = client.post("/account/login/", {"login": "max@mill.example", "password": SECRET})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("code", ["microneedling", "consultation", "review"])
def test_everything_on_its_menu_can_be_booked(first_clinic, code):
    first_clinic()
    agreed = {"agreed_by": User.objects.get(short_name="Ana"), "agreed_reason": "Consulted elsewhere"}

    visit = reception.book(
        patient=people.mia(),
        service=Service.objects.get(code=code),
        practitioner=User.objects.get(short_name="Ana"),
        starts_at=TEN,
        site=Site.objects.get(),
        by=Actor.of(User.objects.get(short_name="Max")),
        at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        **(agreed if code == "microneedling" else {}),
    )

    assert (visit.state, visit.starts_at) == (Appointment.State.BOOKED, TEN)


def test_a_practitioner_is_sent_a_link_to_choose_a_password(first_clinic, mailoutbox):
    first_clinic()

    Client().post("/account/password/reset/", {"email": "ana@mill.example"})

    assert [mail.to for mail in mailoutbox] == [["ana@mill.example"]]
    assert "/account/password/reset/key/" in mailoutbox[0].body


def test_a_manager_may_treat_too(first_clinic):
    first_clinic(practitioner=["Max Feld <max@mill.example>"])

    assert User.objects.get().roles == {Role.MANAGER, Role.FRONT_DESK, Role.PRACTITIONER}
    assert User.objects.get().check_password(SECRET)


def test_somebody_entered_before_keeps_their_password(first_clinic):
    User.objects.create_user("max@mill.example", SECRET, name="Max Feld", short_name="Max")

    first_clinic(password="")

    known = User.objects.get(short_name="Max")
    assert known.check_password(SECRET)
    assert known.roles == {Role.MANAGER, Role.FRONT_DESK}


def test_a_second_clinic_is_refused(first_clinic):
    first_clinic()

    with pytest.raises(CommandError) as refused:
        first_clinic(name="Another")

    assert str(refused.value) == "There is a clinic already: Mill Lane Skin. Nothing was changed."
    assert Site.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": None, "phone": " "}, "Please say also --name (the clinic's name), --phone (its telephone number)."),
        ({"phone": "12"}, "Phone: "),
        ({"time_zone": "Leeds"}, "Please say also --emergency-number (the number patients dial), --out-of-hours"),
        (
            {"time_zone": "Leeds", "emergency_number": "112", "out_of_hours": "Call 112."},
            "Time zone: “Leeds” is not a time zone; write it as in Europe/London.",
        ),
        ({"manager_email": "max"}, "--manager-email: “max” is not an e-mail address."),
        ({"practitioner": ["Ana"]}, "--practitioner: write “Ana” as “Ana Duarte <ana@clinic.example.org>”."),
        ({"practitioner": ["A B <a@b.example>", "C D <A@b.example>"]}, "--practitioner: a@b.example is named twice"),
        ({"room": ["Room 1", "Room 1"]}, "Room with this Site and Name already exists."),
        ({"room": [" "]}, "Name: This field cannot be blank."),
        ({"device": "Pen 1"}, "--device: write six parts with commas between"),
        ({"device": "P, N, M, S, deep, 2027-06-01"}, "--device: “deep” is not a depth in mm, such as 2.50."),
        ({"device": "P, N, M, S, 2.50, June"}, "--device: “June” is not a day, such as 2027-06-01."),
        ({"device": "P, N, M, S, nan, 2027-06-01"}, "--device: “nan” is not a depth in mm, such as 2.50."),
        ({"device": "P, N, M, S, 9.00, 2027-06-01"}, "--device: the deepest setting is more than 0 mm"),
        ({"password": "short"}, "This password is too short."),
        ({"password": ""}, "The password is empty."),
    ],
)
def test_a_mistake_is_answered_with_a_sentence_and_nothing_is_made(first_clinic, changed, sentence):
    with pytest.raises(CommandError) as refused:
        first_clinic(**changed)

    assert str(refused.value).startswith(sentence)
    assert [model.objects.count() for model in (Site, User, RoleGrant, Room, Service, Device)] == [0] * 6


@pytest.mark.parametrize("path", ["/", "/patients/", "/messages/"])
def test_without_a_site_every_page_says_how_to_set_the_clinic_up(path):
    answer = signed_in(clinic.dee()).get(path)

    assert answer.status_code == 503
    assert "The clinic is not set up yet" in answer.content.decode()
    assert "python manage.py first_clinic" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_site_signing_out_and_the_health_page_still_work():
    client = signed_in(clinic.dee())

    assert client.get("/account/logout/").status_code == 200
    assert client.get("/healthz/").status_code == 200
    assert Client().get("/").status_code == 302
