"""One visit at the desk: every step, taken back, and what happens when somebody else was faster."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import appointments, waitlist
from booking.models import Appointment
from booking.waitlist import Wants
from desk.booking.offers import offer_value
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits
from visits import reception

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


# --- late, the note, who called it off, what is told, what comes next -------------------------------------


def test_a_lateness_is_one_press_and_is_taken_back_by_another(monday, booked):
    page = monday.post(at("_late", booked), {"version": 1, "minutes": 10}, follow=True)
    (message,) = page.context["messages"]

    assert str(message) == "Mia Okafor comes 10 minutes late."
    assert Appointment.objects.get().late_minutes == 10
    monday.post(message.extra_tags.removeprefix("undo:"))
    assert Appointment.objects.get().late_minutes is None


@pytest.mark.parametrize("typed", ["", "0", "241", "soon"])
def test_a_lateness_that_is_none_is_asked_for_again(monday, booked, typed):
    answer = monday.post(at("_late", booked), {"version": 1, "minutes": typed})

    assert answer.status_code == 422
    assert list(answer.context["late_form"].errors) == ["minutes"]


def test_lateness_is_a_matter_of_the_day(desk, monday, booked):
    with time_machine.travel(SUNDAY, tick=False):
        early = desk.get(at("", booked)).context["steps"]["late"]

    assert (early, monday.get(at("", booked)).context["steps"]["late"]) == (False, True)


def test_the_note_is_written_in_the_panel(desk, booked):
    answer = desk.post(at("_note", booked), {"version": 1, "note": "Brings her son"})

    assert answer.headers["Location"] == at("", booked)
    assert Appointment.objects.get().note == "Brings her son"


def test_a_note_over_a_newer_one_shows_both_and_keeps_what_was_typed(desk, booked, dee):
    appointments.change_note(booked, note="Parks at the back", version=1, by=dee, at=SUNDAY)
    answer = desk.post(at("_note", booked), {"version": 1, "note": "Brings her son"})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "Note: – → “Parks at the back”." in page
    assert 'value="Brings her son"' in page
    again = {"version": answer.context["note_form"]["version"].value(), "note": "Brings her son"}
    assert desk.post(at("_note", booked), again).status_code == 302


@pytest.mark.parametrize(("said", "kept"), [({}, "patient"), ({"called_off_by": "clinic"}, "clinic")])
def test_the_panel_keeps_who_called_the_visit_off(desk, booked, said, kept):
    answer = desk.post(at("_cancel", booked), {"version": 1, "reason": "Ill", **said})

    assert answer.headers["Location"] == at("", booked)
    assert Appointment.objects.get().cancelled_by == kept


def test_the_panel_says_that_it_counts_as_late_only_when_it_does(desk, monday, booked):
    late = monday.get(at("", booked)).context["would_be_late"]
    with time_machine.travel(SUNDAY, tick=False):
        early = desk.get(at("", booked)).context["would_be_late"]

    assert (early, late) == (False, True)


def test_the_panel_tells_each_message_by_its_purpose_and_when_it_leaves(desk, mia, review, ana, dee, site):
    starts_at = TEN + timedelta(days=1)
    booked = reception.book(
        patient=mia, service=review, practitioner=ana, starts_at=starts_at, site=site, by=dee, at=SUNDAY
    )
    told = desk.get(at("", booked)).context["visit_messages"]

    assert [(one.words, one.sends_in) for one in told] == [("Confirmation", "3:00"), ("Reminder, the day before", "")]


def test_the_next_visit_is_one_press_away(desk, booked, mia, review, ana):
    rebook = desk.get(at("", booked)).context["rebook"]
    drawer = desk.get(rebook[0].address).context["drawer"]

    assert [(one.weeks, one.fits) for one in rebook] == [(4, None), (5, None), (6, None)]
    assert (drawer.found.patient, drawer.service, drawer.practitioner) == (mia, review, ana)
    assert drawer.offers[0].starts_at.date() == (TEN + timedelta(days=28)).date()


def test_a_booking_says_where_to_open_it(desk, booked, tomasz, review, ana):
    typed = {"do": "book", "service": review.pk, "patient": tomasz.uuid, "tell_patient": "on"}
    page = desk.post("/book/", typed | {"time": offer_value(TEN + minutes(60), ana.pk)}, follow=True)
    new = Appointment.objects.get(patient=tomasz)

    assert f'href="{at("", new)}">Open</a>' in page.content.decode()


def test_a_cancelled_visit_shows_who_waits_for_such_a_time(desk, booked, tomasz, review, dee, site):
    before = desk.get(at("", booked)).context["fits"]
    waitlist.enter(patient=tomasz, site=site, wants=Wants(review), by=dee, at=SUNDAY)
    page = desk.post(at("_cancel", booked), {"version": 1, "reason": "Ill"}, follow=True)

    assert before is None
    assert page.context["fits"].first_names == ["Tomasz"]
    assert "1 person on the waitlist fits" in page.content.decode()


def test_cancelling_says_that_the_wait_for_a_sooner_time_ends_with_the_visit(desk, booked, mia, review, ana, site, dee):
    before = desk.get(at("", booked)).content.decode()
    entry = waits(mia, review, booking=booked)
    waiting_too = desk.get(at("", booked)).content.decode()
    offered(entry, ana, starts_at=TEN - minutes(60))
    held = desk.get(at("", booked)).content.decode()
    told = desk.post(at("_cancel", booked), {"version": 1, "reason": "Ill"}, follow=True).content.decode()

    words = "Mia waits for a sooner time for this visit: the place on the waitlist ends with it."
    assert [words in page for page in (before, waiting_too, held)] == [False, True, True]
    held_words = "The time that is held now goes to the next."
    assert [held_words in page for page in (before, waiting_too, held)] == [False, False, True]
    assert "The visit of Mia Okafor is cancelled, and with it the wait for a sooner time." in told


def test_a_wait_for_another_service_does_not_end_with_the_visit(desk, booked, mia, consultation):
    waits(mia, consultation, booking=booked)

    assert "ends with it" not in desk.get(at("", booked)).content.decode()


def test_the_panel_leads_to_the_waitlist_and_to_the_series(desk, mia, microneedling, ana):
    needling = visit(mia, microneedling, ana)
    page = desk.get(at("", needling)).content.decode()

    assert f"/waitlist/add/?patient={mia.uuid}&amp;service={microneedling.pk}&amp;booking={needling.uuid}" in page
    assert f"{reverse('desk:series')}?patient={mia.uuid}" in page
