"""Running late, as plain posts: a look at each visit, one press, and who is to be told by a person."""

import uuid

import pytest
import time_machine

from booking import appointments
from booking.models import Appointment
from tests.factories.booking import HOUSE, TEN, minutes, visit

pytestmark = pytest.mark.django_db

LATE = "/running-late/"
NINE = TEN - minutes(60)


@pytest.fixture(autouse=True)
def nine_on_monday(sunday):
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def mia_and_tomasz(house, mia, tomasz, ana, consultation):
    return visit(mia, consultation, ana), visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))


def running(practitioner, delay, *visits, **fields):
    said = {"do": "run", "form_key": str(uuid.uuid4()), "practitioner": practitioner.pk, "minutes": delay}
    return said | {f"version-{one.pk}": one.version for one in visits} | fields


def starts():
    return list(Appointment.objects.values_list("starts_at", flat=True))


def test_the_link_from_the_board_shows_a_quarter_of_an_hour(desk, mia_and_tomasz, ana):
    answer = desk.get(LATE, {"practitioner": ana.pk})

    shown = [(one.visit.patient.first_name, one.starts_at - TEN, told.way) for one, told in answer.context["told"]]
    assert shown == [("Mia", minutes(15), "mail"), ("Tomasz", minutes(45), "call")]
    assert starts() == [TEN, TEN + minutes(30)]


def test_one_press_moves_them_on_and_says_who_is_to_be_told(desk, mia_and_tomasz, ana):
    answer = desk.post(LATE, running(ana, 20, *mia_and_tomasz), follow=True)

    assert starts() == [TEN + minutes(20), TEN + minutes(50)]
    assert [str(one) for one in answer.context["messages"]] == ["2 visits moved on."]
    assert [(one.visit.patient.first_name, one.told.way) for one in answer.context["done"]] == [
        ("Mia", "mail"),
        ("Tomasz", "call"),
    ]


def test_who_waits_is_named_before_and_after(desk, mia_and_tomasz, mia, ana):
    first, second = mia_and_tomasz
    appointments.arrive(first, version=1, by=HOUSE, at=NINE)

    before = desk.get(LATE, {"practitioner": ana.pk})
    after = desk.post(LATE, running(ana, 15, second), follow=True)

    assert [one.patient for one in before.context["preview"].waiting] == [mia]
    assert [one.patient for one in after.context["waiting"]] == [mia]


def test_sent_twice_it_happens_once(desk, mia_and_tomasz, ana):
    form = running(ana, 20, *mia_and_tomasz)

    first, second = desk.post(LATE, form), desk.post(LATE, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert starts() == [TEN + minutes(20), TEN + minutes(50)]


def test_when_the_day_changed_meanwhile_nothing_moves_and_it_is_shown_anew(desk, mia_and_tomasz, ana):
    form = running(ana, 20, *mia_and_tomasz)
    appointments.confirm(mia_and_tomasz[0], version=1, by=HOUSE, at=NINE)

    answer = desk.post(LATE, form)

    assert (answer.status_code, str(answer.context["refusal"].title)) == (409, "Nothing was changed")
    assert [one.visit.version for one in answer.context["preview"].moving] == [2, 1]
    assert starts() == [TEN, TEN + minutes(30)]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("soon", "Write the minutes as a number, such as 25."),
        ("0", "Write a delay of 1 to 180 minutes."),
        ("400", "Write a delay of 1 to 180 minutes."),
    ],
)
def test_minutes_that_are_wrong_are_said_and_stay(desk, mia_and_tomasz, ana, typed, sentence):
    answer = desk.get(LATE, {"practitioner": ana.pk, "minutes": typed})

    assert (answer.status_code, answer.context["form"].errors) == (422, {"minutes": [sentence]})
    assert f'value="{typed}"' in answer.content.decode()


def test_a_day_without_visits_says_so(desk, house, ana):
    assert "has no visit left today that can move" in desk.get(LATE, {"practitioner": ana.pk}).content.decode()
