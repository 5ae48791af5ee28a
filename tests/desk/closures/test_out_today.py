"""Out today, as plain posts: a look at what becomes of each visit, and all of it sent in one go."""

import uuid

import pytest
import time_machine

from booking import appointments
from booking.models import Appointment, Change, Closure
from desk.booking.offers import offer_value
from tests.factories.booking import HOUSE, TEN, minutes, visit
from tests.factories.patients import patient

pytestmark = pytest.mark.django_db

OUT = "/out-today/"
NINE = TEN - minutes(60)


@pytest.fixture(autouse=True)
def nine_on_monday(sunday):
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def mia_and_tomasz(house, mia, tomasz, ana, consultation):
    return visit(mia, consultation, ana), visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))


def sending(practitioner, *pairs, **fields):
    said = {"do": "send", "form_key": str(uuid.uuid4()), "practitioner": practitioner.pk, "span": "rest", "words": ""}
    for booked, choice in pairs:
        said |= {f"visit-{booked.pk}": choice, f"version-{booked.pk}": booked.version}
    return said | fields


def chosen(answer):
    return [(line.visit.patient.first_name, line.chosen.kind) for line in answer.context["lines"]]


def test_the_link_from_the_board_shows_everything_that_would_happen(desk, mia_and_tomasz, ana):
    answer = desk.get(OUT, {"practitioner": ana.pk})

    assert chosen(answer) == [("Mia", "same"), ("Tomasz", "same")]
    assert answer.context["when"] == "Monday 2 March, from 09:00 on"
    assert Closure.objects.count() == 0


def test_without_a_name_it_asks_who_is_out(desk, house):
    answer = desk.get(OUT)

    assert (answer.status_code, "lines" in answer.context) == (200, False)


def test_one_press_closes_the_time_and_moves_everybody(desk, mia_and_tomasz, ana, ben):
    first, second = mia_and_tomasz
    pairs = [(one, f"same/{offer_value(one.starts_at, ben.pk)}") for one in (first, second)]

    answer = desk.post(OUT, sending(ana, *pairs), follow=True)

    closed = Closure.objects.get()
    assert (closed.practitioner, closed.starts_at, closed.ends_at) == (ana, NINE, TEN + minutes(840))
    assert list(Appointment.objects.values_list("practitioner", flat=True)) == [ben.pk, ben.pk]
    assert [str(one) for one in answer.context["messages"]] == [
        "Ana Duarte is out: Monday 2 March, from 09:00 on. 2 visits moved."
    ]


def test_one_press_on_the_message_takes_it_all_back_and_a_second_changes_nothing(desk, mia_and_tomasz, ana, ben):
    first, second = mia_and_tomasz
    moves = (first, f"same/{offer_value(first.starts_at, ben.pk)}")
    (said,) = desk.post(OUT, sending(ana, moves, (second, "cancel")), follow=True).context["messages"]
    undo = said.extra_tags.removeprefix("undo:")

    back, again = desk.post(undo, follow=True), desk.post(undo, follow=True)

    assert [str(one) for one in back.context["messages"]] == [
        "Ana Duarte is open again: Monday 2 March, from 09:00 on. 2 visits stand as before."
    ]
    assert [one.level_tag for one in again.context["messages"]] == ["info"]
    assert [(one.practitioner, one.state) for one in Appointment.objects.all()] == [(ana, "booked")] * 2
    assert Closure.objects.standing().count() == 0


@pytest.fixture
def ana_is_out(desk, mia_and_tomasz, ana, ben):
    """Ana is out; Mia is seen by Ben, and Tomasz is called off. The closure."""
    first, second = mia_and_tomasz
    desk.post(OUT, sending(ana, (first, f"same/{offer_value(first.starts_at, ben.pk)}"), (second, "cancel")))
    return Closure.objects.get()


def together(desk):
    """Return what the board says was done by one press, and what takes it back."""
    changes = desk.get("/").context["day"].changes
    return [(one.together.title, one.together.words, one.together.undo) for one in changes if one.together]


def stands():
    return list(Appointment.objects.order_by("starts_at").values_list("practitioner__name", "state"))


def test_the_board_tells_of_it_in_one_line_with_its_undo(desk, ana_is_out):
    undo = f"/closures/{ana_is_out.uuid}/undo/"
    assert together(desk) == [("Ana Duarte is out", "1 visit moved, 1 called off", undo)]
    assert f'form="steps" formaction="{undo}"' in desk.get("/").content.decode()

    back = desk.post(undo, {"next": "/?day=2026-03-02", "change": "1"})

    assert (back.url, stands()) == ("/?day=2026-03-02", [("Ana Duarte", "booked")] * 2)
    assert together(desk) == []


def test_one_visit_alone_is_told_so_too(desk, mia_and_tomasz, ana):
    desk.post(OUT, sending(ana, (mia_and_tomasz[0], "cancel")))

    assert [line[:2] for line in together(desk)] == [("Ana Duarte is out", "1 called off")]


def test_it_is_no_late_day(desk, ana_is_out, ana):
    change = Change.objects.filter(press=ana_is_out.uuid).first()

    assert desk.post("/running-late/undo/", {"change": change.pk}).status_code == 404
    page = desk.get("/running-late/", {"practitioner": ana.pk, "minutes": 0, "done": 1})
    assert page.context.get("done", []) == []


def test_the_page_of_the_closure_takes_it_back_as_long_as_that_can_be(desk, ana_is_out):
    address = f"/closures/{ana_is_out.uuid}/"
    shown = desk.get(address)

    assert (shown.context["undo"]["count"], shown.context["undo"]["leaves_at"]) == (2, NINE + minutes(3))
    assert "Open it again and put all 2 back" in shown.content.decode()
    desk.post(f"{address}undo/")
    assert (stands(), desk.get(address).context["undo"]) == ([("Ana Duarte", "booked")] * 2, None)


def test_a_visit_that_was_changed_since_ends_the_offer_to_take_it_back(desk, ana_is_out, mia_and_tomasz):
    appointments.confirm(mia_and_tomasz[0], version=2, by=HOUSE, at=NINE)

    assert desk.get(f"/closures/{ana_is_out.uuid}/").context["undo"] is None
    assert together(desk) == [("Ana Duarte is out", "1 visit moved, 1 called off", "")]


def test_once_the_time_is_open_again_there_is_nothing_to_take_back(desk, ana_is_out):
    desk.post(f"/closures/{ana_is_out.uuid}/lift/")

    assert desk.get(f"/closures/{ana_is_out.uuid}/").context["undo"] is None
    assert together(desk) == [("Ana Duarte is out", "1 visit moved, 1 called off", "")]


def test_when_a_visit_was_changed_since_nothing_is_taken_back_and_it_is_named(desk, mia_and_tomasz, ana, ben):
    first = mia_and_tomasz[0]
    moves = (first, f"same/{offer_value(first.starts_at, ben.pk)}")
    (said,) = desk.post(OUT, sending(ana, moves), follow=True).context["messages"]
    appointments.confirm(first, version=2, by=HOUSE, at=NINE)

    answer = desk.post(said.extra_tags.removeprefix("undo:"))

    assert answer.status_code == 409
    assert "Mia Okafor, Monday 2 March, 10:00: This visit was changed since." in answer.content.decode()
    assert Closure.objects.standing().count() == 1


def test_who_is_left_for_now_stays_and_is_a_loose_end(desk, mia_and_tomasz, ana):
    desk.post(OUT, sending(ana, *((one, "leave") for one in mia_and_tomasz)))

    assert Appointment.objects.filter(practitioner=ana, version=1).count() == 2
    assert [row.standing for row, _visits in desk.get("/closures/").context["loose"]] == [2]


def test_when_one_visit_cannot_give_way_nothing_is_closed(desk, mia_and_tomasz, ana, ben, consultation):
    first, second = mia_and_tomasz
    visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(30))
    pairs = [(one, f"same/{offer_value(one.starts_at, ben.pk)}") for one in (first, second)]

    answer = desk.post(OUT, sending(ana, *pairs, words="Course"))

    assert answer.status_code == 409
    assert chosen(answer) == [("Mia", "same"), ("Tomasz", "next")]
    assert answer.context["form"]["words"].value() == "Course"
    assert (Closure.objects.count(), Appointment.objects.filter(practitioner=ana, version=1).count()) == (0, 2)


def test_sent_twice_it_happens_once(desk, mia_and_tomasz, ana):
    form = sending(ana, (mia_and_tomasz[0], "cancel"))

    first, second = desk.post(OUT, form), desk.post(OUT, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Closure.objects.count() == 1


def test_all_of_today_begins_in_the_morning(desk, house, ana):
    desk.post(OUT, sending(ana, span="day"))

    assert Closure.objects.get().starts_at == TEN - minutes(600)


def test_until_a_day_includes_that_day(desk, house, ana):
    desk.post(OUT, sending(ana, span="until", until_day="2026-03-04"))

    assert Closure.objects.get().ends_at == TEN + minutes(840 + 2 * 24 * 60)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [("", "Choose the last day."), ("2026-03-01", "Choose a day from today on, within two years.")],
)
def test_a_last_day_that_is_wrong_is_said(desk, house, ana, day, sentence):
    answer = desk.post(OUT, sending(ana, span="until", until_day=day))

    assert (answer.status_code, answer.context["form"].errors) == (422, {"until_day": [sentence]})
    assert Closure.objects.count() == 0


def test_somebody_here_already_is_not_moved_without_a_word(desk, mia_and_tomasz, ana):
    appointments.arrive(mia_and_tomasz[0], version=1, by=HOUSE, at=NINE)

    answer = desk.get(OUT, {"practitioner": ana.pk})

    assert [one.patient.first_name for one in answer.context["here"]] == ["Mia"]
    assert chosen(answer) == [("Tomasz", "same")]
    assert "1 patient is here already" in answer.content.decode()


def test_the_control_until_she_comes_she_gives_way_like_the_others(desk, mia_and_tomasz, ana):
    answer = desk.get(OUT, {"practitioner": ana.pk})

    assert (answer.context["here"], chosen(answer)) == ([], [("Mia", "same"), ("Tomasz", "same")])


def test_a_visit_of_somebody_else_is_not_taken_along(desk, house, mia, ana, ben, consultation):
    of_ben = visit(mia, consultation, ben)

    answer = desk.post(OUT, sending(ana, (of_ben, "cancel")))

    assert (answer.status_code, answer.context["refusal"].rule) == (409, "closure.elsewhere")
    assert (Closure.objects.count(), Appointment.objects.get().state) == (0, "booked")


def test_with_a_script_the_form_alone_is_answered(desk, mia_and_tomasz, ana):
    first, _second = mia_and_tomasz

    answer = desk.post(OUT, sending(ana, (first, "cancel"), do=""), headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<form id="way"')
    assert chosen(answer) == [("Mia", "cancel"), ("Tomasz", "same")]
