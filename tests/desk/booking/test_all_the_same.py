"""What stands in the way at the desk, and who may book it all the same: shown to them, and said to the others."""

from datetime import date, timedelta

import pytest
from time_machine import travel as time_at

from booking.models import Appointment, Override
from clinic.models import Role, RoleGrant
from desk.booking.offers import offer_value
from patients import restrictions
from tests.desk.booking.test_booking import BOOK, booking
from tests.desk.conftest import page_of
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from visits import reception

pytestmark = pytest.mark.django_db

SEVEN_PM = TEN + minutes(9 * 60)
ASKED_AT_SEVEN = "2026-03-02T19:00"


@pytest.fixture
def prescriber(ana):
    RoleGrant.objects.create(user=ana, role=Role.PRESCRIBER)
    return page_of(ana)


# --- outside working hours --------------------------------------------------------------------------------


def test_who_may_is_offered_the_hour_they_wrote(manager, mia, review, ana):
    page = manager.get(BOOK, {"patient": mia.uuid, "service": review.pk, "asked": ASKED_AT_SEVEN})
    drawer = page.context["drawer"]

    assert [one.rule for one in drawer.refusals] == ["hours.outside"]
    assert (drawer.may_pass, drawer.all_the_same.names) == (True, False)
    assert drawer.chosen == drawer.exception
    assert drawer.exception.free.starts_at == SEVEN_PM
    assert "Book all the same" in page.content.decode()


def test_the_desk_is_told_who_may_and_offered_other_times(desk, mia, review, ana):
    page = desk.get(BOOK, {"patient": mia.uuid, "service": review.pk, "asked": ASKED_AT_SEVEN})
    drawer = page.context["drawer"]

    assert (drawer.may_pass, drawer.exception) == (False, None)
    assert drawer.offers[0].starts_at.date() == date(2026, 3, 2)
    assert "Practitioner, Prescriber, Manager." in page.content.decode()
    assert "Book all the same" not in page.content.decode()


def test_it_is_booked_with_the_reason_and_not_without(manager, mia, review, ana, max_):
    typed = booking(review, ana, starts_at=SEVEN_PM, patient=mia.uuid, asked=ASKED_AT_SEVEN)
    without = manager.post(BOOK, typed)
    with_it = manager.post(BOOK, booking(review, ana, starts_at=SEVEN_PM, patient=mia.uuid, agreed_reason="Stays on"))

    assert (without.status_code, with_it.status_code) == (409, 302)
    kept = Override.objects.get()
    assert (kept.rule, kept.reason, kept.agreed_by) == ("hours.outside", "Stays on", max_.user)


# --- a clinician decides ----------------------------------------------------------------------------------


@pytest.fixture
def held(mia):
    restrictions.write(mia, source="screening:1", service_kinds=[], not_before=None, words="", at=SUNDAY)
    return mia


def test_a_prescriber_is_offered_times_where_the_desk_is_not(desk, prescriber, held, review, ana):
    asked = {"patient": held.uuid, "service": review.pk}
    of_desk, of_prescriber = (one.get(BOOK, asked).context["drawer"] for one in (desk, prescriber))

    assert (of_desk.may_pass, of_desk.offers) == (False, [])
    assert of_prescriber.may_pass
    assert of_prescriber.offers[0].free.starts_at == TEN - minutes(60)


def test_a_prescriber_books_in_her_own_name(prescriber, held, review, ana):
    answer = prescriber.post(BOOK, booking(review, ana, patient=held.uuid, agreed_reason="Spoke with her"))

    assert answer.status_code == 302
    assert Override.objects.get().agreed_by == ana


# --- a consultation comes first ---------------------------------------------------------------------------


@pytest.fixture
def talks_first(site, consultation):
    site.consultation_first = True
    site.save()


def test_a_first_needling_is_answered_with_a_consultation_one_press_away(desk, mia, talks_first, microneedling):
    asked = {"patient": mia.uuid, "service": microneedling.pk}
    page = desk.get(BOOK, asked)
    instead = desk.post(BOOK, asked | {"instead": page.context["drawer"].consultation.pk}).context["drawer"]

    assert page.context["drawer"].refusal.rule == "consultation.first"
    assert len(page.context["drawer"].offers) == 5
    assert (instead.service.code, instead.refusals) == ("consultation", [])


def test_the_desk_names_the_practitioner_who_agreed_and_why(desk, mia, talks_first, microneedling, ana):
    nameless = desk.post(BOOK, booking(microneedling, ana, patient=mia.uuid))
    named = {"agreed_by": ana.pk, "agreed_reason": "Seen at our other house"}
    answer = desk.post(BOOK, booking(microneedling, ana, patient=mia.uuid, **named))

    assert (nameless.status_code, answer.status_code) == (409, 302)
    assert Override.objects.get().rule == "consultation.first"


def test_a_name_without_a_reason_is_asked_for_one(desk, mia, talks_first, microneedling, ana):
    answer = desk.post(BOOK, booking(microneedling, ana, patient=mia.uuid, agreed_by=ana.pk))

    assert answer.status_code == 422
    assert answer.context["form"].errors["agreed_reason"] == ["Write why it is possible all the same."]


def test_somebody_new_is_offered_a_consultation_first_of_all(desk, microneedling, consultation):
    drawer = desk.post(BOOK, {"service": microneedling.pk, "pick": "new", "q": "Amara"}).context["drawer"]

    assert (drawer.service, drawer.name) == (consultation, "Amara")


# --- the length of the needling ---------------------------------------------------------------------------


def test_the_length_is_the_services_own_until_it_is_changed(desk, mia, microneedling, ana):
    asked = {"patient": mia.uuid, "service": microneedling.pk}
    usual = desk.get(BOOK, asked).context["drawer"]
    longer = desk.post(BOOK, asked | {"needling_minutes": 60, "usual_minutes": 30}).context["drawer"]

    assert (usual.length, longer.length) == (30, 60)
    assert [one.ends_at - one.starts_at for one in (usual.offers[0], longer.offers[0])] == [minutes(80), minutes(110)]


def test_what_was_only_proposed_gives_way_to_what_is_usual_now(desk, mia, microneedling):
    asked = {"patient": mia.uuid, "service": microneedling.pk, "needling_minutes": 20, "usual_minutes": 20}

    assert desk.post(BOOK, asked).context["drawer"].length == 30


@pytest.mark.parametrize(("typed", "kept"), [(20, 20), (30, None)])
def test_a_length_is_kept_where_it_is_not_the_services_own(desk, mia, microneedling, ana, typed, kept):
    desk.post(BOOK, booking(microneedling, ana, patient=mia.uuid, needling_minutes=typed))

    assert Appointment.objects.get().needling_minutes == kept


# --- who stands at the desk, and who did not come ---------------------------------------------------------


def test_who_walks_in_is_booked_and_here_in_one_press(mia, review, ana, dee):
    with time_at(TEN + minutes(4), tick=False):
        client = page_of(dee.user)
        answer = client.post(BOOK, booking(review, ana, patient=mia.uuid) | {"do": "walk_in"}, follow=True)

    here = Appointment.objects.get()
    assert (here.starts_at, here.state, here.is_walk_in) == (TEN + minutes(4), Appointment.State.ARRIVED, True)
    assert [str(one) for one in answer.context["messages"]] == [
        "Mia Okafor is here: Monday 2 March, 10:04 to 10:19, with Ana."
    ]


def test_a_walk_in_sent_twice_is_one_visit(mia, review, ana, dee):
    typed = booking(review, ana, patient=mia.uuid) | {"do": "walk_in"}
    with time_at(TEN, tick=False):
        client = page_of(dee.user)
        first, second = client.post(BOOK, typed), client.post(BOOK, typed)

    assert first.headers["Location"] == second.headers["Location"]
    assert Appointment.objects.count() == 1


def test_the_drawer_says_how_often_somebody_did_not_come_and_what_to_say(desk, mia, review, ana, dee, site):
    site.policy_words = "Tell us a day before."
    site.save()
    missed = visit(mia, review, ana, starts_at=TEN - timedelta(days=7), at=SUNDAY - timedelta(days=14))
    reception.no_show(missed, version=1, by=dee, at=missed.starts_at + minutes(20))
    page = desk.get(BOOK, {"patient": mia.uuid})

    assert page.context["drawer"].attendance.no_shows == 1
    assert "<b>1 no-show</b>" in page.content.decode()
    assert "Tell us a day before." in page.content.decode()


def test_nothing_is_said_of_somebody_who_always_came(desk, mia, review):
    assert "no-show" not in desk.get(BOOK, {"patient": mia.uuid}).content.decode()


# --- moving -----------------------------------------------------------------------------------------------


def test_a_cell_of_the_board_is_chosen_at_once(desk, mia, review, ana):
    booked = visit(mia, review, ana)
    at = f"/appointments/{booked.uuid}/move/"
    drawer = desk.get(at, {"start": "2026-03-03T11:15", "practitioner": ana.pk}).context["drawer"]

    assert drawer.chosen.free.starts_at == TEN + timedelta(days=1) + minutes(75)


@pytest.mark.parametrize(("said", "told"), [({"tell_patient": "on"}, True), ({}, False)])
def test_the_patient_is_told_of_a_move_or_not_as_the_strip_says(desk, mia, review, ana, said, told):
    booked = visit(mia, review, ana)
    time = offer_value(TEN + minutes(60), ana.pk)
    desk.post(f"/appointments/{booked.uuid}/move/", {"do": "move", "version": 1, "time": time, **said})

    moved = Appointment.objects.get()
    assert (moved.starts_at, moved.tell_patient) == (TEN + minutes(60), told)


def test_a_visit_gets_another_length_where_it_stands(desk, mia, microneedling, ana):
    booked = visit(mia, microneedling, ana)
    chosen = {"do": "move", "version": 1, "time": offer_value(TEN, ana.pk), "needling_minutes": 20}
    answer = desk.post(f"/appointments/{booked.uuid}/move/", chosen)

    moved = Appointment.objects.get()
    assert answer.status_code == 302
    assert (moved.starts_at, moved.ends_at, moved.needling_minutes) == (TEN, TEN + minutes(70), 20)


def test_who_moved_it_meanwhile_is_named_with_what_was_and_what_is(desk, mia, review, ana, dee):
    booked = visit(mia, review, ana)
    noted = reception.change_note(booked, note="Brings her son", version=1, by=dee, at=SUNDAY)
    reception.move(noted, starts_at=TEN + minutes(30), version=2, by=dee, at=SUNDAY)
    chosen = {"do": "move", "version": 1, "time": offer_value(TEN + minutes(90), ana.pk), "reason": "School run"}
    answer = desk.post(f"/appointments/{booked.uuid}/move/", chosen)

    assert answer.status_code == 409
    assert str(answer.context["drawer"].refusal.sentence) == (
        "Look at it as it stands now, then press again. What you typed is still here. "
        "Time: Mon 2 Mar, 10:00 → Mon 2 Mar, 10:30. Note: – → “Brings her son”."
    )
    assert answer.context["drawer"].chosen.free.starts_at == TEN + minutes(90)
    assert 'value="School run"' in answer.content.decode()
