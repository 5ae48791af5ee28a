"""Two desks settle two practitioners' days in one moment: no time is given twice, and whoever lost has lost nothing."""

import threading

import pytest

from booking.models import Appointment, Claim, Closure
from clinic.actors import Actor
from clinic.models import Role, Service, Site, User
from tests.factories import booking, clinic, treatments
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.patients import patient
from tests.proofs.racing import rush
from visits import closing
from visits.displaced import Decision, NotSettled, Settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]


@pytest.fixture
def house(transactional_db):
    """Ana and Cleo are both ill, and only Ben is left to give consultations; each of them has four visits."""
    treatments.values()
    site = clinic.site()
    dee = Actor.of(clinic.user("Dee Moss", Role.FRONT_DESK))
    people = {name: clinic.practitioner(name, site) for name in ("Ana Duarte", "Ben Adeyemi", "Cleo Hart")}
    rooms = [clinic.room(site, f"Room {number}") for number in (1, 2, 3)]
    service = clinic.service("consultation", practitioners=list(people.values()), rooms=rooms)
    for name in ("Ana Duarte", "Cleo Hart"):
        for number in range(4):
            guest = patient(f"{name.split()[0]} Guest {number}")
            booking.visit(guest, service, people[name], starts_at=TEN + minutes(30 * number))
        ill = {"starts_at": TEN, "ends_at": TEN + minutes(120), "words": "Ill"}
        closing.close(kind="leave", site=site, practitioner=people[name], **ill, by=dee, at=SUNDAY)
    return site


def all_to_ben(name: str) -> list[Decision]:
    ben = User.objects.get(name="Ben Adeyemi")
    visits = Appointment.objects.for_board().filter(practitioner__name=name)
    return [Decision(visit, visit.version, "move", visit.starts_at, ben) for visit in visits]


def settle(decisions: list[Decision]) -> Settled:
    closure = Closure.objects.get(practitioner=decisions[0].visit.practitioner)
    return closing.settle(closure, decisions, by=Actor.of(User.objects.get(name="Dee Moss")), at=SUNDAY)


def visits_of(name: str) -> int:
    return Appointment.objects.filter(practitioner__name=name).count()


def overlaps() -> int:
    held = list(
        Claim.objects.filter(is_active=True).values_list("practitioner", "room", "patient", "starts_at", "ends_at")
    )
    return sum(
        any(mine and mine == theirs for mine, theirs in zip(one[:3], other[:3], strict=True))
        and one[3] < other[4]
        and other[3] < one[4]
        for number, one in enumerate(held)
        for other in held[:number]
    )


def test_of_two_days_that_want_the_same_times_one_is_settled_whole_and_the_other_not_at_all(house: Site):
    wanted = {name: all_to_ben(name) for name in ("Ana Duarte", "Cleo Hart")}

    got = rush([lambda decisions=decisions: settle(decisions) for decisions in wanted.values()])

    assert sorted(type(one).__name__ for one in got) == ["NotSettled", "Settled"]
    assert sorted(visits_of(name) for name in wanted) == [0, 4]
    assert (visits_of("Ben Adeyemi"), overlaps()) == (4, 0)


def test_the_control_settled_visit_by_visit_both_days_are_torn(house: Site):
    """The two desks take turns, and each gets the times that the other has not had yet."""
    ana, cleo = all_to_ben("Ana Duarte"), all_to_ben("Cleo Hart")
    lost = []
    for number in range(4):
        first, second = (ana, cleo) if number % 2 else (cleo, ana)
        settle([first[number]])
        try:
            settle([second[number]])
        except NotSettled as stopped:
            lost.append(stopped)

    assert (len(lost), visits_of("Ana Duarte"), visits_of("Cleo Hart")) == (4, 2, 2)


def test_a_day_settled_at_two_desks_is_settled_once(house: Site):
    desks = [all_to_ben("Ana Duarte") for _desk in range(4)]

    got = rush([lambda decisions=decisions: settle(decisions) for decisions in desks])

    assert sorted(type(one).__name__ for one in got) == ["NotSettled", "NotSettled", "NotSettled", "Settled"]
    assert set(Appointment.objects.filter(practitioner__name="Ben Adeyemi").values_list("version", flat=True)) == {2}


def test_what_is_opened_while_its_visits_are_settled_opens_when_they_are(house: Site, monkeypatch: pytest.MonkeyPatch):
    closure, chosen = Closure.objects.get(practitioner__name="Ana Duarte"), all_to_ben("Ana Duarte")
    at_work, is_open, must_stand_in, seen = threading.Event(), threading.Event(), closing._must_stand_in, []

    def while_somebody_opens_it(*given, **at):
        at_work.set()
        seen.append(is_open.wait(1))
        must_stand_in(*given, **at)

    def lift():
        at_work.wait(10)
        closing.lift(closure, by=Actor.of(User.objects.get(name="Dee Moss")), at=SUNDAY)
        is_open.set()

    monkeypatch.setattr(closing, "_must_stand_in", while_somebody_opens_it)
    settled, opened = rush([lambda: settle(chosen), lift])

    assert (type(settled), opened, seen) == (Settled, None, [False])
    assert (visits_of("Ben Adeyemi"), Closure.objects.standing().filter(pk=closure.pk).exists()) == (4, False)


def test_who_is_out_is_taken_back_once_though_three_desks_press(house: Site):
    ben, dee = User.objects.get(name="Ben Adeyemi"), Actor.of(User.objects.get(name="Dee Moss"))
    visit = booking.visit(patient("Ben Guest"), Service.objects.get(), ben, starts_at=TEN)
    span = {"from_at": TEN, "until": TEN + minutes(60), "words": ""}
    called_off = Decision(visit, visit.version, "cancel")
    out, _settled = closing.out_today(ben, site=house, **span, decisions=[called_off], by=dee, at=SUNDAY)

    got = rush([lambda: closing.out_no_more(out, by=dee, at=SUNDAY + minutes(1))] * 3)

    assert sorted(type(one).__name__ for one in got) == ["Refused", "Refused", "list"]
    assert Appointment.objects.get(pk=visit.pk).version == visit.version + 2
    assert Claim.objects.filter(appointment=visit, is_active=True).count() == 3
