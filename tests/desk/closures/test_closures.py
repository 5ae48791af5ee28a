"""Closed time at the desk, as plain posts: closing, what stands in it, settling all of it, and opening again."""

import uuid
from datetime import date, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from booking import appointments
from booking.models import Appointment, Closure
from clinic.models import Shift
from desk.booking.offers import offer_value
from tests.factories import clinic
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit
from tests.factories.patients import patient
from visits import closing

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)
CLOSURES, ADD = "/closures/", "/closures/new/"


def closing_of(what, **fields):
    return {"form_key": str(uuid.uuid4()), "what": what, "from_day": "2026-03-02", "words": "", **fields}


@pytest.fixture
def away(house, ana, dee):
    """Ana is away on Monday."""
    return closing.close(
        kind="leave",
        site=house,
        practitioner=ana,
        starts_at=TEN - minutes(600),
        ends_at=TEN + minutes(840),
        by=dee,
        at=SUNDAY,
    )


def settling(*pairs, **fields):
    said = {"do": "settle", "form_key": str(uuid.uuid4()), **fields}
    for booked, choice in pairs:
        said |= {f"visit-{booked.pk}": choice, f"version-{booked.pk}": booked.version}
    return said


def page_of(closure):
    return reverse("desk:closure", args=[closure.uuid])


def choices(answer):
    """Return what is offered for each visit, and which of it is chosen."""
    return [
        (line.visit.patient.first_name, [one.words for one in line.choices], line.chosen.kind)
        for line in answer.context["lines"]
    ]


def test_a_whole_day_is_closed_unless_times_are_given(desk, house, ana):
    answer = desk.post(ADD, closing_of(f"practitioner-{ana.pk}", words="Course"))
    closed = Closure.objects.get()

    assert (answer.status_code, answer.headers["Location"]) == (302, page_of(closed))
    assert (closed.kind, closed.practitioner, closed.words) == ("leave", ana, "Course")
    assert (closed.starts_at, closed.ends_at) == (TEN - minutes(600), TEN + minutes(840))


def test_some_hours_of_a_room_are_closed(desk, house, room):
    desk.post(ADD, closing_of(f"room-{room.pk}", from_time="13:00", to_time="15:30"))
    closed = Closure.objects.get()

    assert (closed.kind, closed.room, closed.starts_at, closed.ends_at) == (
        "closure",
        room,
        TEN + minutes(180),
        TEN + minutes(330),
    )


def test_the_last_day_is_included(desk, house, pen):
    desk.post(ADD, closing_of(f"device-{pen.pk}", to_day="2026-03-04"))
    closed = Closure.objects.get()

    assert (closed.kind, closed.device, closed.ends_at) == ("servicing", pen, TEN + 2 * A_DAY + minutes(840))


def test_a_closure_sent_twice_is_one(desk, house, ana):
    form = closing_of(f"practitioner-{ana.pk}")

    first, second = desk.post(ADD, form), desk.post(ADD, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"what": ""}, "what", "Choose what is closed."),
        ({"from_day": ""}, "from_day", "Choose the first day."),
        ({"to_day": "2026-03-01"}, "to_day", "The last day is before the first."),
        ({"from_time": "15:00", "to_time": "13:00"}, "to_time", "The end is before the start."),
        ({"from_day": "2031-01-01"}, "from_day", "Choose a day within two years of today."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk, house, ana, fields, field, sentence):
    answer = desk.post(ADD, closing_of(f"practitioner-{ana.pk}") | {"words": "Course", **fields})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [sentence]}
    assert 'value="Course"' in answer.content.decode()
    assert Closure.objects.count() == 0


def test_a_day_that_is_over_is_not_closed(desk, house, ana):
    answer = desk.post(ADD, closing_of(f"practitioner-{ana.pk}", from_day="2026-02-27"))

    assert (answer.status_code, Closure.objects.count()) == (422, 0)


def test_the_desk_is_not_offered_the_whole_clinic(desk, manager, house):
    offered = [
        [value for value, _words in client.get(ADD).context["form"].fields["what"].choices]
        for client in (desk, manager)
    ]

    assert ["site" in values for values in offered] == [False, True]


def test_the_desk_that_asks_for_it_all_the_same_is_refused(desk, house):
    assert desk.post(ADD, closing_of("site")).status_code == 422
    assert Closure.objects.count() == 0


def test_a_manager_shuts_the_clinic(manager, house):
    manager.post(ADD, closing_of("site", words="Painting"))

    closed = Closure.objects.get()
    assert (closed.kind, closed.practitioner, closed.room, closed.device) == ("closure", None, None, None)


def test_a_closure_in_which_nothing_stands_says_so(desk, away):
    assert "No visit stands in it" in desk.get(page_of(away)).content.decode()


@pytest.fixture
def mia_and_tomasz(house, mia, tomasz, ana, consultation):
    """Both are booked with Ana; she is away only after that."""
    return visit(mia, consultation, ana), visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))


def test_each_visit_that_stands_in_it_has_its_choices_with_the_best_one_chosen(desk, mia_and_tomasz, away):
    answer = desk.get(page_of(away))

    assert choices(answer) == [
        (
            "Mia",
            ["Ben Adeyemi at the same time", "Tue 3 March, 10:00 with Ana", "Call it off", "Leave for now"],
            "same",
        ),
        (
            "Tomasz",
            ["Ben Adeyemi at the same time", "Tue 3 March, 10:30 with Ana", "Call it off", "Leave for now"],
            "same",
        ),
    ]
    assert [line.told.words for line in answer.context["lines"]] == [
        "E-mail to m•••@post.example",
        f"No e-mail: ring {mia_and_tomasz[1].patient.phone.as_international}",
    ]


def test_another_choice_is_counted_without_a_script(desk, mia_and_tomasz, away):
    first, second = mia_and_tomasz

    answer = desk.post(page_of(away), settling((first, "cancel"), (second, "leave"), do="look"))

    totals = answer.context["totals"]
    assert (answer.status_code, totals.moved, totals.cancelled, totals.left) == (200, 0, 1, 1)
    assert Appointment.objects.filter(version=1).count() == 2


def test_all_of_it_is_settled_with_one_press(desk, mia_and_tomasz, ana, ben, away):
    first, second = mia_and_tomasz
    to_ben = f"same/{offer_value(TEN, ben.pk)}"
    tomorrow = f"next/{offer_value(TEN + minutes(30) + A_DAY, ana.pk)}"

    answer = desk.post(page_of(away), settling((first, to_ben), (second, tomorrow)), follow=True)

    assert list(Appointment.objects.values_list("practitioner", "starts_at")) == [
        (ben.pk, TEN),
        (ana.pk, TEN + minutes(30) + A_DAY),
    ]
    assert [str(one) for one in answer.context["messages"]] == ["2 visits moved."]
    assert choices(answer) == []
    assert [(one.visit.patient.first_name, one.told.way) for one in answer.context["done"]] == [
        ("Mia", "mail"),
        ("Tomasz", "call"),
    ]


def test_settling_sent_twice_happens_once(desk, mia_and_tomasz, ben, away):
    form = settling((mia_and_tomasz[0], f"same/{offer_value(TEN, ben.pk)}"))

    first, second = desk.post(page_of(away), form), desk.post(page_of(away), form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Appointment.objects.get(pk=mia_and_tomasz[0].pk).version == 2


def test_when_one_time_is_gone_nothing_moves_and_the_choices_stay(desk, mia_and_tomasz, ana, ben, away, consultation):
    first, second = mia_and_tomasz
    visit(patient("Zoe Lark"), consultation, ben, starts_at=TEN + minutes(30))

    answer = desk.post(
        page_of(away),
        settling((first, "cancel"), (second, f"same/{offer_value(TEN + minutes(30), ben.pk)}")),
    )

    assert answer.status_code == 409
    assert str(answer.context["refusal"].sentence).startswith("Tomasz Wrona, Monday 2 March, 10:30: ")
    assert [kind for _name, _words, kind in choices(answer)] == ["cancel", "next"]
    assert Appointment.objects.filter(practitioner=ana, version=1).count() == 2


def test_a_visit_that_stands_elsewhere_is_refused_and_named(desk, away, mia, tomasz, ana, ben, consultation):
    of_ben = visit(tomasz, consultation, ben)
    of_tuesday = visit(mia, consultation, ana, starts_at=TEN + A_DAY)

    for foreign in (of_ben, of_tuesday):
        answer = desk.post(page_of(away), settling((foreign, "cancel")))
        assert (answer.status_code, answer.context["refusal"].rule) == (409, "closure.elsewhere")
        assert str(answer.context["refusal"].sentence).startswith(foreign.patient.name)

    assert set(Appointment.objects.values_list("state", "version")) == {("booked", 1)}


def test_who_is_away_is_away_at_the_other_site_too(desk, house, mia, ana, dee, consultation):
    harbour = clinic.site(name="Harbour Skin Clinic")
    Shift.objects.create(practitioner=ana, site=harbour, weekday=1, starts_at=time(9), ends_at=time(17))
    consultation.rooms.add(clinic.room(harbour, "Quay room"))
    there = visit(mia, consultation, ana, starts_at=TEN + A_DAY, site=harbour)
    two_days = {"starts_at": TEN - minutes(600), "ends_at": TEN + A_DAY + minutes(840)}
    away = closing.close(kind="leave", site=house, practitioner=ana, **two_days, by=dee, at=SUNDAY)

    assert [name for name, _words, _kind in choices(desk.get(page_of(away)))] == ["Mia"]
    desk.post(page_of(away), settling((there, "cancel")))

    there.refresh_from_db()
    assert there.state == "cancelled"


def test_who_is_here_already_is_listed_apart(desk, dee, mia_and_tomasz, away):
    appointments.arrive(mia_and_tomasz[0], version=1, by=HOUSE, at=TEN - minutes(20))
    with time_machine.travel(TEN - minutes(10), tick=False):
        desk.force_login(dee.user)
        answer = desk.get(page_of(away))

    assert [one.patient.first_name for one in answer.context["here"]] == ["Mia"]
    assert [name for name, _words, _kind in choices(answer)] == ["Tomasz"]


def test_a_press_without_any_decision_says_what_to_do(desk, mia_and_tomasz, away):
    answer = desk.post(page_of(away), settling(*((one, "leave") for one in mia_and_tomasz)))

    assert (answer.status_code, str(answer.context["refusal"].title)) == (422, "Nothing is chosen yet")


def test_a_version_that_is_none_decides_nothing(desk, mia_and_tomasz, away):
    mia, _tomasz = mia_and_tomasz

    answer = desk.post(page_of(away), settling((mia, "cancel")) | {f"version-{mia.pk}": "9" * 5000})

    assert (answer.status_code, str(answer.context["refusal"].title)) == (422, "Nothing is chosen yet")


def test_visits_that_nobody_settled_are_loose_ends(desk, mia_and_tomasz, away):
    answer = desk.get(CLOSURES)

    assert [(row.closure, row.standing) for row, _visits in answer.context["loose"]] == [(away, 2)]
    assert [(group.named, [row.standing for row in group.rows]) for group in answer.context["groups"]] == [
        ("Ana Duarte", [2])
    ]


def test_what_is_closed_is_grouped_by_what_it_is(desk, house, ana, ben, room, max_, dee, away):
    span = {"starts_at": TEN, "ends_at": TEN + A_DAY, "at": SUNDAY}
    closing.close(kind="closure", site=house, room=room, by=dee, **span)
    closing.close(kind="leave", site=house, practitioner=ben, by=dee, **span)
    closing.close(kind="closure", site=house, by=max_, **span)

    groups = desk.get(CLOSURES).context["groups"]

    assert [group.named for group in groups] == ["The whole clinic", "Ana Duarte", "Ben Adeyemi", "Room 1"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(desk, house, ana, dee, django_assert_num_queries, count):
    for number in range(count):
        begins = TEN + number * A_DAY
        closing.close(
            kind="leave", site=house, practitioner=ana, starts_at=begins, ends_at=begins + A_DAY, by=dee, at=SUNDAY
        )
    desk.get(CLOSURES)

    with django_assert_num_queries(7):
        desk.get(CLOSURES)


def test_opening_again_can_be_taken_back(desk, away):
    lifted = desk.post(reverse("desk:closure_lift", args=[away.uuid]), follow=True)
    (said,) = lifted.context["messages"]
    away.refresh_from_db()
    assert (str(said), away.lifted_at) == ("Ana Duarte is open again: Monday 2 March, all day.", SUNDAY)

    for _press in range(2):
        desk.post(reverse("desk:closure_again", args=[away.uuid]))

    assert Closure.objects.standing().get().practitioner == away.practitioner


@pytest.mark.parametrize("pk", ["99999999999999999999", "0{}", "²"])
def test_a_number_that_no_visit_has_decides_nothing(desk, away, mia, ana, consultation, pk):
    booked = visit(mia, consultation, ana, starts_at=TEN + A_DAY)
    said = settling() | {f"visit-{pk.format(booked.pk)}": "cancel", f"version-{booked.pk}": booked.version}

    assert desk.post(page_of(away), said).status_code == 422
    booked.refresh_from_db()
    assert booked.state == "booked"


def test_the_desk_does_not_open_what_a_manager_shut(desk, house, max_):
    shut = closing.close(kind="closure", site=house, starts_at=TEN, ends_at=TEN + A_DAY, by=max_, at=SUNDAY)

    assert desk.post(reverse("desk:closure_lift", args=[shut.uuid])).status_code == 409
    assert desk.get(page_of(shut)).context["may_lift"] is False


def test_the_form_can_come_filled_in_from_the_board(desk, house, ana):
    form = desk.get(ADD, {"what": f"practitioner-{ana.pk}", "day": "2026-03-05"}).context["form"]

    assert (form["what"].value(), form["from_day"].value()) == (f"practitioner-{ana.pk}", date(2026, 3, 5).isoformat())
