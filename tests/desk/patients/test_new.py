"""Entering someone: a name and one way to reach them; who looks alike is shown and is no bar."""

import uuid

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from patients.models import Patient
from tests.factories import patients as people

NEW = "desk:patient_new"


def typed(**fields: str) -> dict[str, str]:
    known = {"name": "Oskar Nyberg", "phone": "", "email": "", "born_on": "", "called": "", "seen": ""}
    return known | fields


def test_a_name_and_a_phone_are_enough(desk):
    response = desk.post(reverse(NEW), typed(phone="0113 496 0300"))

    entered = Patient.objects.get()
    assert response.headers["Location"] == reverse("desk:patient", args=[entered.uuid])
    assert (entered.name, entered.phone_words, entered.reference) == ("Oskar Nyberg", "0113 496 0300", "R-10001")
    assert AuditRow.objects.get().actor_name == "Dee Marlowe"


def test_a_name_and_an_address_are_enough(desk):
    desk.post(reverse(NEW), typed(email="Oskar@Post.example", born_on="27/03/1984"))

    entered = Patient.objects.get()
    assert (entered.email, entered.born_on.isoformat()) == ("oskar@post.example", "1984-03-27")


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({}, "phone", "Write a phone number or an e-mail address."),
        (
            {"phone": "12"},
            "phone",
            "This phone number cannot be dialled. Write it as 0113 496 0123 or +34 600 123 456.",
        ),
        ({"email": "oskar"}, "email", "This is not an e-mail address. It looks like name@example.org."),
        (
            {"email": "o@post.example\r\nBcc: x@post.example"},
            "email",
            "This is not an e-mail address. It looks like name@example.org.",
        ),
        ({"phone": "0113 496 0300", "born_on": "31/02/1984"}, "born_on", "Write the date of birth as 21/05/1994."),
        (
            {"phone": "0113 496 0300", "born_on": "31/12/2027"},
            "born_on",
            "A date of birth lies between 1900 and today.",
        ),
        ({"phone": "0113 496 0300", "name": " "}, "name", "Write the name."),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_keeps_what_was_typed(desk, fields, field, sentence):
    response = desk.post(reverse(NEW), typed(**fields))

    form = response.context["form"]
    assert response.status_code == 422
    assert form.errors == {field: [sentence]}
    assert form["phone"].value() == fields.get("phone", "")
    assert Patient.objects.count() == 0


def test_who_looks_alike_is_shown_once_and_then_entered_all_the_same(desk, mia):
    first = desk.post(reverse(NEW), typed(name="Mia Okafor", phone="0113 496 0301"))

    assert first.status_code == 422
    assert [alike.patient for alike in first.context["alikes"]] == [mia]
    assert Patient.objects.count() == 1

    seen = first.context["form"]["seen"].value()
    second = desk.post(reverse(NEW), typed(name="Mia Okafor", phone="0113 496 0301", seen=seen))

    assert (second.status_code, Patient.objects.count()) == (302, 2)


def test_the_same_form_twice_enters_one_person(desk):
    form = typed(phone="0113 496 0300") | {"form_key": str(uuid.uuid4())}

    first, second = desk.post(reverse(NEW), form), desk.post(reverse(NEW), form)

    assert Patient.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_a_form_that_was_sent_and_comes_back_with_other_answers_enters_nobody_else(desk):
    key = {"form_key": str(uuid.uuid4())}
    desk.post(reverse(NEW), typed(phone="0113 496 0300") | key)

    response = desk.post(reverse(NEW), typed(phone="0113 496 0300", name="Oskar Nyborg") | key)

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == [
        "This form was already sent with other answers. Open it again to make a change."
    ]
    assert [one.name for one in Patient.objects.all()] == ["Oskar Nyberg"]


def test_who_came_from_a_booking_goes_back_to_it_with_the_new_person(desk):
    response = desk.post(reverse(NEW), typed(phone="0113 496 0300") | {"next": "/book/?service=review"})

    assert response.headers["Location"] == f"/book/?service=review&patient={Patient.objects.get().uuid}"


def test_nobody_is_led_to_another_house(desk):
    response = desk.post(reverse(NEW), typed(phone="0113 496 0300") | {"next": "https://elsewhere.example/"})

    assert response.headers["Location"] == reverse("desk:patient", args=[Patient.objects.get().uuid])


@pytest.mark.parametrize(
    ("searched", "field"), [("Oskar", "name"), ("0113 496", "phone"), ("oskar@post.example", "email")]
)
def test_what_was_searched_stands_in_the_form_already(desk, searched, field):
    form = desk.get(reverse(NEW), {"q": searched}).context["form"]

    assert form[field].value() == searched


def test_a_family_shares_a_telephone(desk, mia):
    people.tomasz(phone="0113 496 0417")

    response = desk.post(reverse(NEW), typed(phone="0113 496 0417", seen="R-10001 R-10002"))

    assert response.status_code == 302
