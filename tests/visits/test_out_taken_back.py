"""The wrong person was taken out: one press opens the time again and puts every visit back, or nothing changes."""

import pytest

from booking.models import Appointment, Closure
from clinic import wall_time
from clinic.refusals import Refused
from tests.factories import booking, clinic, treatments
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.factories.patients import patient
from visits import closing, reception
from visits.displaced import Decision, NotSettled

State = Appointment.State


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


@pytest.fixture
def morning(site, ana, ben, mia, tomasz, consultation):
    """Mia at ten and Tomasz right after her, both with Ana; Ben could see them in another room."""
    consultation.practitioners.add(ben)
    consultation.rooms.add(clinic.room(site, "Room 2"))
    first = booking.visit(mia, consultation, ana)
    return first, booking.visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))


def leave(practitioner, site, decisions, *, by, at):
    """Take somebody out of that Monday from nine on."""
    until = wall_time.day_bounds(TEN.date(), site.zone)[1]
    span = {"from_at": TEN - minutes(60), "until": until, "words": "Ill"}
    return closing.out_today(practitioner, site=site, **span, decisions=decisions, by=by, at=at)


@pytest.fixture
def out(morning, site, ana, ben, dee):
    """Ana is out; Mia is seen by Ben, and Tomasz is called off."""
    first, second = morning
    decisions = [Decision(first, 1, "move", first.starts_at, ben), Decision(second, 1, "cancel")]
    return leave(ana, site, decisions, by=dee, at=SUNDAY)[0]


def standing():
    return list(Appointment.objects.order_by("starts_at").values_list("practitioner__name", "state"))


def test_the_time_is_open_again_and_the_visits_are_where_they_were(out, ana, dee, consultation):
    assert standing() == [("Ben Adeyemi", State.BOOKED), ("Ana Duarte", State.CANCELLED)]

    back = closing.out_no_more(out, by=dee, at=SUNDAY + minutes(1))

    assert [visit.patient.name for visit in back] == ["Mia Okafor", "Tomasz Wrona"]
    assert standing() == [("Ana Duarte", State.BOOKED)] * 2
    assert Closure.objects.standing().count() == 0
    assert booking.visit(patient("Zoe Lark"), consultation, ana, starts_at=TEN + minutes(60)).is_standing


def test_when_one_visit_was_changed_since_nothing_is_taken_back(out, morning, dee):
    reception.confirm(morning[0], version=2, by=dee, at=SUNDAY)

    with pytest.raises(NotSettled, match=r"Mia Okafor.*changed since"):
        closing.out_no_more(out, by=dee, at=SUNDAY + minutes(1))

    assert standing() == [("Ben Adeyemi", State.CONFIRMED), ("Ana Duarte", State.CANCELLED)]
    assert Closure.objects.standing().get() == out


def test_what_is_over_is_not_told_otherwise_afterwards(out, dee):
    with pytest.raises(NotSettled, match="The time that this visit had is over"):
        closing.out_no_more(out, by=dee, at=TEN + minutes(24 * 60))

    assert standing() == [("Ben Adeyemi", State.BOOKED), ("Ana Duarte", State.CANCELLED)]


def test_it_is_taken_back_once(out, dee):
    closing.out_no_more(out, by=dee, at=SUNDAY + minutes(1))

    with pytest.raises(Refused) as refused:
        closing.out_no_more(out, by=dee, at=SUNDAY + minutes(2))

    assert refused.value.refusal.rule == closing.LIFTED
    assert standing() == [("Ana Duarte", State.BOOKED)] * 2


def test_what_another_press_did_stays(out, ana, site, dee, consultation):
    closing.out_no_more(out, by=dee, at=SUNDAY)
    mia, tomasz = Appointment.objects.order_by("starts_at")
    again, _settled = leave(ana, site, [Decision(mia, mia.version, "cancel")], by=dee, at=SUNDAY + minutes(1))
    closing.settle(again, [Decision(tomasz, tomasz.version, "cancel")], by=dee, at=SUNDAY + minutes(2))

    back = closing.out_no_more(again, by=dee, at=SUNDAY + minutes(3))

    assert [visit.patient.name for visit in back] == ["Mia Okafor"]
    assert standing() == [("Ana Duarte", State.BOOKED), ("Ana Duarte", State.CANCELLED)]


def test_who_may_not_close_time_takes_nothing_back(out):
    with pytest.raises(Refused) as refused:
        closing.out_no_more(out, by=HOUSE, at=SUNDAY)

    assert refused.value.refusal.rule == "closure.may_not"
    assert Closure.objects.standing().get() == out
