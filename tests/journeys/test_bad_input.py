"""What goes wrong at a desk every day: each answers with a clear sentence, keeps what was typed and loses nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from aftercare.models import Plan
from booking.models import Appointment
from desk.booking.offers import offer_value
from patients.models import Patient
from tests.factories import booking, stock
from tests.factories import treatments as charts
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.journeys.paper import Paper
from treatments.models import Addendum, Session, ZonePass

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def values(db):
    charts.values()


@pytest.fixture
def clock():
    """It is Monday, ten o'clock, until somebody turns it."""
    with time_machine.travel(TEN, tick=False) as turned:
        yield turned


def paper(user) -> Paper:
    client = Client()
    client.force_login(user)
    return Paper(client)


@pytest.fixture
def desk(clock, dee):
    return paper(dee.user)


@pytest.fixture
def second_desk(clock, max_):
    return paper(max_.user)


@pytest.fixture
def session(clock, mia, ana, as_ana, microneedling):
    """Mia's first session, begun at ten."""
    charts.course(mia, by=as_ana)
    return charts.started(booking.visit(mia, microneedling, ana), by=as_ana)


@pytest.fixture
def tip(db):
    return stock.cartridges("C4-0871")


@pytest.fixture
def tablet(session, tip, ana):
    """Ana's tablet with the empty chart."""
    opened = paper(ana)
    opened.open(reverse("desk:chart", args=[session.uuid]))
    return opened


@pytest.fixture
def full(tip):
    return {
        "device": "Pen 1",
        "cartridge_lot": str(tip.pk),
        "zones-0-zone": "Cheek",
        "zones-0-depth_mm": "1.50",
        "zones-0-pass_count": "4",
        "zones-0-endpoint": "Even erythema",
        "serum_is_none": True,
        "anaesthetic_is_none": True,
        "erythema": "2",
        "oedema": "1",
        "pain_during": "3",
        "note": "Calm throughout.",
        "aftercare_given": True,
        "sharps_disposed": True,
    }


def zones() -> list[tuple[str, str]]:
    return [(one.zone.code, f"{one.depth_mm}") for one in ZonePass.objects.order_by("pk")]


def kept(page, typed: dict) -> dict:
    """Return what the page holds of what was typed, but for boxes and choices in words."""
    return {name: page.value(name) for name in typed if typed[name] is not True and name not in IN_WORDS}


IN_WORDS = {"device", "zones-0-zone", "zones-0-endpoint", "bleeding"}


# --- what can't be recorded ------------------------------------------------------------------------------


def test_nine_millimetres_are_refused_with_the_limit(tablet, full, clock):
    clock.move_to(TEN + minutes(60))
    typed = full | {"zones-0-depth_mm": "9"}

    answer = tablet.press("Save", typed)

    assert (answer.status, answer.alerts) == (
        422,
        [
            "There is a problem; nothing was saved yet "
            "The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can't be recorded."
        ],
    )
    assert kept(answer, typed) == {name: typed[name] for name in kept(answer, typed)}
    assert zones() == []

    tablet.press("Save", {"zones-0-depth_mm": "1.50"})
    assert zones() == [("cheek", "1.50")]


def test_a_lot_that_expired_yesterday_is_refused_with_those_in_date(tablet, full, clock):
    clock.move_to(TEN + minutes(60))
    late = stock.cartridges("C4-0212", (TEN - timedelta(days=1)).date())
    typed = full | {"cartridge_lot": str(late.pk)}

    answer = tablet.press("Save", typed)

    assert (answer.status, answer.alerts) == (
        422,
        [
            "There is a problem; nothing was saved yet "
            "Lot C4-0212 expired on 1 Mar 2026; nothing was saved. In date: C4-0871 (until 30 Nov 2027)."
        ],
    )
    assert kept(answer, typed) == {name: typed[name] for name in kept(answer, typed)}
    assert zones() == []


def test_an_end_before_the_start_is_refused_with_both_times(tablet, full, clock, session):
    clock.move_to(TEN + minutes(60))
    tablet.press("End treatment", full)

    answer = tablet.press("Treatment ended", {"ended_at": "09:30"})

    assert (answer.status, answer.value("ended_at")) == (422, "09:30")
    assert answer.alerts == ["There is a problem The end, 09:30, is before the start, 10:00."]
    assert Session.objects.get().ended_at is None
    assert Plan.objects.count() == 0


# --- the same form twice -----------------------------------------------------------------------------------


@pytest.fixture
def booking_of_mia(desk, mia, microneedling, clock):
    """The drawer with Mia and a time chosen, ready to be sent."""
    clock.move_to(SUNDAY)
    desk.open("/book/")
    desk.find("mi ok", "Mia Okafor")
    desk.press("Show times", {"service": "Microneedling", "practitioner": "Ana Duarte"})
    return desk.sheet.sent_by(desk.sheet.button("Book"))


def test_a_booking_sent_twice_is_one_visit_and_the_same_answer(desk, booking_of_mia):
    first = desk.post("/book/", booking_of_mia)
    second = desk.post("/book/", booking_of_mia)

    assert first.address == second.address
    assert Appointment.objects.count() == 1


def test_the_same_booking_form_with_another_time_is_told_apart(desk, booking_of_mia):
    desk.post("/book/", booking_of_mia)
    other = [pair for pair in booking_of_mia if pair[0] != "note"] + [("note", "By the window")]

    answer = desk.post("/book/", other)

    assert (answer.status, answer.value("note")) == (422, "By the window")
    assert answer.alerts == [
        "There is a problem This form was already sent with other answers. Open it again to make a change."
    ]
    assert Appointment.objects.count() == 1


def test_a_chart_sent_twice_is_kept_once_and_says_so(tablet, full, clock):
    clock.move_to(TEN + minutes(60))
    sent = tablet.filled_in(tablet.sheet.button("Save"), full)
    tablet.post(tablet.sheet.address, sent)

    answer = tablet.post(tablet.sheet.address, sent)

    assert (answer.status, answer.alerts) == (
        409,
        [
            "Somebody else saved this chart a moment ago "
            "What stands now is what you typed; there is nothing left to save."
        ],
    )
    assert zones() == [("cheek", "1.50")]


def test_an_ending_sent_twice_ends_once(tablet, full, clock):
    clock.move_to(TEN + minutes(60))
    tablet.press("End treatment", full)
    address, sent = tablet.sheet.address, tablet.sheet.sent_by(tablet.sheet.button("Treatment ended"))
    first = tablet.post(address, sent)

    second = tablet.post(address, sent)

    assert (first.address, second.address) == (address, address)
    assert Plan.objects.count() == 1
    assert Session.objects.get().ended_at == TEN + minutes(60)


def test_an_addendum_sent_twice_stands_once(tablet, full, clock):
    clock.move_to(TEN + minutes(60))
    tablet.press("End treatment", full)
    tablet.press("Treatment ended")
    tablet.press("Sign the record")
    sent = tablet.filled_in(tablet.sheet.button("Add to the record"), {"reason": "Left out", "words": "Faint."})
    address = tablet.sheet.address.removesuffix("record/") + "addendum/"

    tablet.post(address, sent)
    tablet.post(address, sent)

    assert [one.words for one in Addendum.objects.all()] == ["Faint."]


# --- two people at one record ------------------------------------------------------------------------------


def test_two_people_edit_mia_and_the_later_one_sees_both(desk, second_desk, mia, site):
    edit = reverse("desk:patient_edit", args=[mia.uuid])
    desk.open(edit)
    second_desk.open(edit)
    desk.press("Save", {"email": "mia@new.example", "called": "Mia-Lou"})

    answer = second_desk.press("Save", {"called": "Mimi"})

    assert (answer.status, answer.value("called"), answer.value("email")) == (409, "Mimi", "mia@new.example")
    assert answer.alerts == [
        "Somebody changed the same a moment ago What you typed is below and not saved yet. Compare: "
        "Dee Marlowe also changed this, and it is in the form: E-mail, mia@new.example. "
        "Field Stands now You typed Called Mia-Lou Dee Marlowe, 10:00 Mimi "
        "Change the fields to what is right and save; saving puts them in the place of what stands now."
    ]
    assert Patient.objects.values_list("email", "called").get() == ("mia@new.example", "Mia-Lou")

    second_desk.press("Save")
    assert Patient.objects.values_list("email", "called").get() == ("mia@new.example", "Mimi")


def test_two_people_edit_different_things_of_mia_and_both_stand(desk, second_desk, mia, site):
    edit = reverse("desk:patient_edit", args=[mia.uuid])
    desk.open(edit)
    second_desk.open(edit)
    desk.press("Save", {"email": "mia@new.example"})

    answer = second_desk.press("Save", {"called": "Mimi"})

    assert answer.toasts == ["Saved. Dee Marlowe changed this meanwhile, and it stands: E-mail."]
    assert Patient.objects.values_list("email", "called").get() == ("mia@new.example", "Mimi")


@pytest.fixture
def mias_visit(mia, ana, microneedling, clock):
    """Mia's visit on Monday at ten, looked at on the Sunday before."""
    clock.move_to(SUNDAY)
    return booking.visit(mia, microneedling, ana)


MOVED_TO_NINE = (
    "This visit changed meanwhile Look at it as it stands now, then press again. What you typed is still here. "
    "Time: Mon 2 Mar, 10:00 → Mon 2 Mar, 09:00."
)


def test_two_people_move_mia_and_the_later_one_sees_where_she_is(desk, second_desk, mias_visit):
    for one in (desk, second_desk):
        one.open(reverse("desk:appointment_move", args=[mias_visit.uuid]))
    first, *_between, last = desk.sheet.choices("time").values()
    desk.press("Move", {"time": first})

    answer = second_desk.press("Move", {"time": last, "reason": "Her train"})

    assert (answer.status, answer.value("time"), answer.value("reason")) == (409, last, "Her train")
    assert answer.alerts == [MOVED_TO_NINE]
    assert Appointment.objects.get().version == 2

    second_desk.press("Move")
    assert offer_value(Appointment.objects.get().starts_at, mias_visit.practitioner_id) == last


def test_a_visit_that_was_cancelled_meanwhile_is_not_moved(desk, second_desk, mias_visit):
    desk.open(reverse("desk:appointment_move", args=[mias_visit.uuid]))
    second_desk.open(reverse("desk:appointment", args=[mias_visit.uuid]))
    second_desk.press("Cancel the visit", {"reason": "She has a cold"})

    answer = desk.press("Move", {"reason": "Her train"})

    assert answer.toasts == ["This visit changed meanwhile and can no longer be moved. Nothing was changed."]
    assert Appointment.objects.get().starts_at == TEN


def test_a_visit_that_moved_meanwhile_is_cancelled_by_a_second_press(desk, second_desk, mias_visit):
    desk.open(reverse("desk:appointment", args=[mias_visit.uuid]))
    second_desk.open(reverse("desk:appointment_move", args=[mias_visit.uuid]))
    second_desk.press("Move")

    answer = desk.press("Cancel the visit", {"reason": "She has a cold"})

    assert (answer.status, answer.value("reason")) == (409, "She has a cold")
    assert answer.alerts == [MOVED_TO_NINE]
    assert Appointment.objects.get().state == Appointment.State.BOOKED

    desk.press("Cancel the visit")
    assert Appointment.objects.get().state == Appointment.State.CANCELLED


def test_two_people_book_one_time_and_the_later_one_gets_others(desk, second_desk, booking_of_mia, tomasz):
    second_desk.open("/book/")
    second_desk.find("toma", "Tomasz Wrona")
    second_desk.press("Show times", {"service": "Microneedling", "practitioner": "Ana Duarte"})
    desk.post("/book/", booking_of_mia)

    answer = second_desk.press("Book", {"note": "Has a dog"})

    assert (answer.status, answer.value("note"), answer.value("patient")) == (409, "Has a dog", str(tomasz.uuid))
    assert answer.alerts == [
        "That time has just been taken Someone or something needed for this visit is taken at that time. "
        "Please choose another time. Nobody can be in two places; this has no override. "
        "Everything you typed is still here."
    ]
    assert len(answer.choices("time")) == 3
    assert [visit.patient.name for visit in Appointment.objects.all()] == ["Mia Okafor"]

    second_desk.press("Book")
    assert Appointment.objects.count() == 2


def test_two_tablets_write_one_chart_and_the_later_one_sees_both(tablet, full, clock, ana):
    clock.move_to(TEN + minutes(60))
    other = paper(ana)
    other.open(tablet.sheet.address)
    tablet.press("Save", full)

    answer = other.press("Save", full | {"zones-0-depth_mm": "2.00", "note": "Two spots bled."})

    assert answer.status == 409
    assert answer.alerts == [
        "Somebody else saved this chart a moment ago What you typed is below and not saved yet. Compare: "
        "Part Stands now You typed "
        "Cheek 1.50 mm, 4 passes, Even erythema 2.00 mm, 4 passes, Even erythema "
        "Note Calm throughout. Two spots bled. "
        "Change the chart to what is right and save again; saving puts it in the place of what stands now."
    ]
    assert (answer.value("zones-0-depth_mm"), answer.value("note")) == ("2.00", "Two spots bled.")
    assert zones() == [("cheek", "1.50")]

    other.press("Save")
    assert zones() == [("cheek", "2.00")]
