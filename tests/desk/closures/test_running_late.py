"""Running late, as plain posts: a look at each visit, one press, and who is to be told by a person."""

import uuid
from urllib.parse import urlencode

import pytest
import time_machine

from booking import appointments
from booking.models import Appointment
from tests.factories.booking import HOUSE, TEN, minutes, visit
from visits import closing, reception, running_late
from visits.displaced import Decision

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
    assert [(one.visit.patient.first_name, one.was, one.told.way) for one in answer.context["done"]] == [
        ("Mia", TEN, "mail"),
        ("Tomasz", TEN + minutes(30), "call"),
    ]
    assert "10:30 → 10:50" in answer.content.decode()


def test_who_waits_is_named_before_and_after(desk, mia_and_tomasz, mia, ana):
    first, second = mia_and_tomasz
    appointments.arrive(first, version=1, by=HOUSE, at=NINE)

    before = desk.get(LATE, {"practitioner": ana.pk})
    after = desk.post(LATE, running(ana, 15, second), follow=True)

    assert [one.patient for one in before.context["preview"].waiting] == [mia]
    assert [one.patient for one in after.context["waiting"]] == [mia]


@pytest.mark.parametrize(("name", "version"), [("version-1", "9" * 5000), (f"version-{'9' * 5000}", "1")])
def test_a_number_that_is_none_names_no_visit(desk, mia_and_tomasz, ana, name, version):
    form = urlencode(running(ana, 20) | {name: version})
    answer = desk.post(LATE, form, content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, str(answer.context["refusal"].title)) == (409, "Nothing was changed")


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


def test_a_day_in_which_nothing_can_move_on_says_why_and_what_to_try(desk, mia_and_tomasz, ana, dee, site):
    until_six = {"starts_at": TEN + minutes(60), "ends_at": TEN + minutes(480)}
    closing.close(kind="leave", site=site, practitioner=ana, **until_six, by=dee, at=NINE)

    page = desk.get(LATE, {"practitioner": ana.pk, "minutes": 45})

    assert [one.why_not for one in page.context["preview"].staying] == [
        "Ana Duarte is taken from 11:00 on.",
        "Ana Duarte is taken from 11:15 on.",
    ]
    assert "Try fewer minutes" in page.content.decode()


def test_a_day_without_visits_says_so(desk, house, ana):
    assert "has no visit left today that can move" in desk.get(LATE, {"practitioner": ana.pk}).content.decode()


UNDO = "/running-late/undo/"


@pytest.fixture
def moved_on(desk, mia_and_tomasz, ana):
    """Both visits moved on by twenty minutes; the page that this led to."""
    return desk.post(LATE, running(ana, 20, *mia_and_tomasz), follow=True)


def test_the_page_it_leads_to_puts_all_of_it_back(desk, moved_on):
    undo = moved_on.context["undo"]
    assert (undo["count"], undo["leaves_at"]) == (2, NINE + minutes(3))

    answer = desk.post(UNDO, {"change": undo["change"]}, follow=True)

    assert starts() == [TEN, TEN + minutes(30)]
    assert [str(one) for one in answer.context["messages"]] == ["Taken back. 2 visits stand as before."]


def test_pressed_twice_it_goes_back_once(desk, moved_on):
    undo = {"change": moved_on.context["undo"]["change"]}
    desk.post(UNDO, undo)

    again = desk.post(UNDO, undo, follow=True)

    assert [str(one) for one in again.context["messages"]][-1] == "These visits were put back already."
    assert starts() == [TEN, TEN + minutes(30)]


def test_the_message_offers_the_same(desk, moved_on):
    (message,) = moved_on.context["messages"]

    desk.post(message.extra_tags.removeprefix("undo:"))

    assert starts() == [TEN, TEN + minutes(30)]


def test_the_board_tells_of_it_in_one_line_with_its_undo(desk, moved_on):
    page = desk.get("/")

    (done,) = [one.together for one in page.context["day"].changes if one.together]
    assert (done.title, done.words, done.undo) == ("Ana Duarte runs late", "2 visits, 20 min later", UNDO)
    assert f'formaction="{UNDO}" name="change" value="{done.change.pk}"' in page.content.decode()


def test_the_control_one_visit_that_is_moved_stands_by_its_own_name(desk, mia_and_tomasz, dee):
    reception.move(mia_and_tomasz[0], starts_at=TEN + minutes(60), version=1, reason="Train", by=dee, at=NINE)

    changes = desk.get("/").context["day"].changes

    assert [(one.together, one.name) for one in changes] == [(None, "Mia Okafor")]


def test_the_control_visits_that_give_way_to_a_closed_room_an_hour_later_are_no_late_day(
    desk, mia_and_tomasz, site, ana, room, dee
):
    hour = {"starts_at": TEN, "ends_at": TEN + minutes(60)}
    closed = closing.close(kind="blocked", site=site, room=room, **hour, by=dee, at=NINE)
    chosen = [Decision(one, 1, "move", one.starts_at + minutes(60), ana) for one in mia_and_tomasz]
    closing.settle(closed, chosen, by=dee, at=NINE)

    changes = desk.get("/").context["day"].changes

    assert [(one.together, one.name) for one in changes[:2]] == [(None, "Tomasz Wrona"), (None, "Mia Okafor")]


def test_the_page_knows_its_late_day_whatever_the_practitioner_is_called_by_now(desk, moved_on, ana):
    ana.name = "Ana Duarte-Lind"
    ana.save()

    page = desk.get(LATE, {"practitioner": ana.pk, "minutes": 20, "done": 1})

    assert ([one.visit.patient.first_name for one in page.context["done"]], page.context["undo"]["count"]) == (
        ["Mia", "Tomasz"],
        2,
    )


def test_a_visit_moved_by_itself_with_the_same_words_is_not_on_that_page(desk, moved_on, mia, ana, consultation, dee):
    said = {"reason": running_late.reason_for(ana, 20)}
    other = visit(mia, consultation, ana, starts_at=TEN + minutes(240))
    reception.move(other, starts_at=TEN + minutes(270), version=1, **said, by=dee, at=NINE)

    page = desk.get(LATE, {"practitioner": ana.pk, "minutes": 20, "done": 1})

    assert [one.was for one in page.context["done"]] == [TEN, TEN + minutes(30)]


def test_initials_only_tells_of_a_late_day_without_any_patient(desk, moved_on):
    page = desk.get("/", {"names": "initials"}).content.decode()

    assert "2 visits, 20 min later" in page
    assert "Okafor" not in page


def test_once_somebody_has_come_it_is_not_offered_any_more(desk, moved_on, mia_and_tomasz, ana):
    undo = moved_on.context["undo"]["change"]
    appointments.arrive(mia_and_tomasz[0], version=2, by=HOUSE, at=NINE)

    page = desk.get(LATE, {"practitioner": ana.pk, "minutes": 20, "done": 1})
    refused = desk.post(UNDO, {"change": undo})

    undos = [one.together.undo for one in desk.get("/").context["day"].changes if one.together]
    assert (page.context["undo"], undos) == (None, [""])
    assert (refused.status_code, str(refused.context["refusal"].title)) == (409, "Nothing was changed")
    assert starts() == [TEN + minutes(20), TEN + minutes(50)]


def test_after_three_minutes_the_page_says_that_messages_have_left(desk, moved_on, ana):
    with time_machine.travel(NINE + minutes(4), tick=False):
        page = desk.get(LATE, {"practitioner": ana.pk, "minutes": 20, "done": 1})

    assert page.context["undo"]["leaves_at"] is None


@pytest.mark.parametrize("change", ["", "0", "x", "99999999999999999999"])
def test_what_is_no_late_day_is_not_found(desk, moved_on, change):
    assert desk.post(UNDO, {"change": change}).status_code == 404


def test_another_step_of_a_visit_is_not_taken_back_here(desk, mia_and_tomasz, dee):
    booked = mia_and_tomasz[0].changes.get(verb="book")

    assert desk.post(UNDO, {"change": booked.pk}).status_code == 404
