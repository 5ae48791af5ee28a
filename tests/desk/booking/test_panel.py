"""One visit at the desk: every step, taken back, and what happens when somebody else was faster."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import appointments
from booking.models import Appointment
from desk.booking.offers import offer_value
from tests.factories.booking import SUNDAY, TEN, minutes, visit

pytestmark = pytest.mark.django_db
State = Appointment.State


@pytest.fixture
def booked(mia, review, ana):
    return visit(mia, review, ana)


@pytest.fixture
def monday(dee):
    """Dee's browser on Monday at ten, when the visit is due."""
    with time_machine.travel(TEN, tick=False):
        client = Client()
        client.force_login(dee.user)
        yield client


def at(name, booked):
    return reverse(f"desk:appointment{name}", args=[booked.uuid])


def state(booked) -> str:
    return Appointment.objects.get(pk=booked.pk).state


def test_the_panel_shows_who_when_and_what_happened(desk, booked):
    page = desk.get(at("", booked))

    assert page.context["visit"] == booked
    assert [told.words for told in page.context["history"]] == ["Booked"]
    assert "Monday 2 March, 10:00" in page.content.decode()


def test_a_visit_nobody_knows_is_not_found(desk, booked):
    assert desk.get("/appointments/00000000-0000-4000-8000-000000000000/").status_code == 404


@pytest.mark.parametrize(
    ("step", "stands"), [("_confirm", State.CONFIRMED), ("_arrive", State.ARRIVED), ("_no_show", State.NO_SHOW)]
)
def test_a_step_is_taken_and_leads_back_to_where_it_was_pressed(monday, booked, step, stands):
    answer = monday.post(at(step, booked), {"version": booked.version, "next": "/?day=2026-03-02&view=list"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/?day=2026-03-02&view=list")
    assert state(booked) == stands


def test_a_step_leads_nowhere_else(desk, booked):
    answer = desk.post(at("_confirm", booked), {"version": booked.version, "next": "https://elsewhere.example/"})

    assert answer.headers["Location"] == "/?day=2026-03-02"


def test_a_step_offers_its_undo_and_the_undo_works(monday, booked):
    page = monday.post(at("_arrive", booked), {"version": booked.version}, follow=True)
    (message,) = page.context["messages"]
    answer = monday.post(message.extra_tags.removeprefix("undo:"))

    assert answer.status_code == 302
    assert state(booked) == State.BOOKED


def test_a_stale_step_changes_nothing_and_shows_the_visit_as_it_stands(desk, booked, dee):
    appointments.confirm(booked, version=booked.version, by=dee, at=SUNDAY)
    answer = desk.post(at("_arrive", booked), {"version": booked.version})

    assert answer.status_code == 409
    assert "This visit changed meanwhile" in answer.content.decode()
    assert state(booked) == State.CONFIRMED


def test_a_no_show_before_the_hour_is_refused_in_words(desk, booked):
    answer = desk.post(at("_no_show", booked), {"version": booked.version})

    assert answer.status_code == 409
    assert state(booked) == State.BOOKED


@pytest.mark.parametrize("version", ["", "x"])
def test_a_step_without_a_version_is_asked_to_look_again(desk, booked, version):
    assert desk.post(at("_arrive", booked), {"version": version}).status_code == 422
    assert desk.post(at("_revert", booked), {"version": version}).status_code == 422


def test_a_cancelled_visit_keeps_its_reason(desk, booked):
    answer = desk.post(at("_cancel", booked), {"version": booked.version, "reason": "Has a cold"})

    assert answer.status_code == 302
    assert state(booked) == State.CANCELLED
    assert booked.changes.get(verb="cancel").reason == "Has a cold"


def test_a_visit_is_not_cancelled_without_a_reason(desk, booked):
    answer = desk.post(at("_cancel", booked), {"version": booked.version, "reason": ""})

    assert answer.status_code == 422
    assert answer.context["cancel_form"].errors["reason"] == ["Write why the visit is cancelled."]
    assert state(booked) == State.BOOKED


def test_the_practitioner_starts_a_needling_from_its_panel_and_the_desk_does_not(
    monday, client, mia, microneedling, ana, dee
):
    needling = visit(mia, microneedling, ana)
    appointments.arrive(needling, version=needling.version, by=dee, at=TEN)
    client.force_login(ana)
    of_dee, of_ana = monday.get(at("", needling)), client.get(at("", needling))

    assert of_dee.context["forward"] is None
    assert of_ana.context["forward"] == ("start", "Start", f"/appointments/{needling.uuid}/start/")


# --- moving ----------------------------------------------------------------------------------------------


def test_moving_offers_other_times_than_the_visits_own(desk, booked):
    drawer = desk.get(at("_move", booked)).context["drawer"]

    assert TEN not in [one.free.starts_at for one in drawer.offers]
    assert drawer.old_words == "Monday 2 March, 10:00 to 10:15, with Ana"


def test_a_visit_is_moved_and_says_so(desk, booked, ana):
    later = TEN + minutes(90)
    chosen = {"do": "move", "version": booked.version, "time": offer_value(later, ana.pk)}
    page = desk.post(at("_move", booked), chosen, follow=True)

    assert [str(message) for message in page.context["messages"]] == [
        "Mia Okafor is moved: Monday 2 March, 11:30 to 11:45, with Ana."
    ]
    assert Appointment.objects.get().starts_at == later


def test_a_free_cell_of_the_board_leads_back_to_the_move(desk, booked, ana):
    page = desk.get(at("_move", booked)).content.decode()

    assert f'href="{at("_move", booked)}?practitioner={ana.pk}&amp;start=2026-03-02T11:00"' in page


def test_a_move_to_a_time_that_has_gone_offers_the_nearest(desk, booked, tomasz, review, ana):
    taken = TEN + minutes(60)
    visit(tomasz, review, ana, starts_at=taken)
    chosen = {"do": "move", "version": booked.version, "time": offer_value(taken, ana.pk), "reason": "School run"}
    answer = desk.post(at("_move", booked), chosen)

    assert answer.status_code == 409
    assert len(answer.context["drawer"].offers) == 3
    assert 'value="School run"' in answer.content.decode()
    assert Appointment.objects.get(pk=booked.pk).starts_at == TEN


def test_a_move_without_a_time_asks_for_one(desk, booked):
    answer = desk.post(at("_move", booked), {"do": "move", "version": booked.version})

    assert answer.status_code == 422
    assert answer.context["form"].errors["time"] == ["Choose one of the times."]


def test_a_stale_move_shows_the_visit_as_it_stands(desk, booked, ana, dee):
    appointments.confirm(booked, version=booked.version, by=dee, at=SUNDAY)
    chosen = {"do": "move", "version": booked.version, "time": offer_value(TEN + timedelta(days=1), ana.pk)}

    assert desk.post(at("_move", booked), chosen).status_code == 409


def test_what_is_done_is_not_moved(desk, booked, dee):
    appointments.arrive(booked, version=booked.version, by=dee, at=TEN)

    assert desk.get(at("_move", booked)).headers["Location"] == at("", booked)
