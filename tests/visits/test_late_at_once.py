"""Several desks press at one moment that Ana runs late, or that she does not: the day moves once each way."""

import pytest

from booking.models import Appointment, Change
from clinic.actors import Actor
from clinic.models import Site, User
from tests.factories import booking, clinic, treatments
from tests.factories.booking import TEN, minutes
from tests.factories.patients import patient
from tests.proofs.racing import rush
from visits import running_late

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

NINE = TEN - minutes(60)


@pytest.fixture
def house(transactional_db):
    """Ana has three visits, one right after the other."""
    treatments.values()
    site = clinic.site()
    ana = clinic.ana(site)
    consultation = clinic.service("consultation", practitioners=[ana], rooms=[clinic.room(site)])
    for number in range(3):
        booking.visit(patient(f"Guest {number}"), consultation, ana, starts_at=TEN + minutes(30 * number))
    return site, ana, clinic.dee()


def move_on(site: Site, ana: User, dee: User) -> running_late.Preview:
    versions = dict.fromkeys(Appointment.objects.values_list("pk", flat=True), 1)
    return running_late.run(ana, site=site, minutes=20, versions=versions, by=Actor.of(dee), at=NINE)


def starts() -> list[int]:
    """Return the minutes after ten at which the visits begin."""
    return [(one - TEN) // minutes(1) for one in Appointment.objects.values_list("starts_at", flat=True)]


def test_a_day_that_three_desks_move_on_at_once_moves_on_once(house):
    got = rush([lambda: move_on(*house) for _desk in range(3)])

    assert sorted(type(one).__name__ for one in got) == ["NotSettled", "NotSettled", "Preview"]
    assert (starts(), Change.objects.filter(verb="move").count()) == ([20, 50, 80], 3)


def test_a_day_that_three_desks_put_back_at_once_goes_back_once(house):
    _site, _ana, dee = house
    move_on(*house)
    moves = list(Change.objects.filter(verb="move"))

    got = rush([lambda move=move: running_late.take_back(move, by=Actor.of(dee), at=NINE) for move in moves])

    assert sorted(type(one).__name__ for one in got) == ["Refused", "Refused", "list"]
    assert (starts(), Change.objects.filter(verb="revert").count()) == ([0, 30, 60], 3)
