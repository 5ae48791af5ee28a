"""The people of the tests and the house around them.

Ana and Ben treat (users). Dee sits at the front desk and Max manages (actors; `dee.user` is the user). Mia and Tomasz
are patients: she reads e-mail, he does not.
"""

import pytest

from clinic.actors import Actor
from clinic.models import Device, Room, Service, Site, User
from patients.models import Patient
from tests.factories import clinic, patients


@pytest.fixture
def site(db: None) -> Site:
    return clinic.site()


@pytest.fixture
def ana(site: Site) -> User:
    return clinic.ana(site)


@pytest.fixture
def ben(site: Site) -> User:
    return clinic.ben(site)


@pytest.fixture
def as_ana(ana: User) -> Actor:
    return Actor.of(ana)


@pytest.fixture
def dee(db: None) -> Actor:
    return Actor.of(clinic.dee())


@pytest.fixture
def max_(db: None) -> Actor:
    return Actor.of(clinic.max_())


@pytest.fixture
def mia(db: None) -> Patient:
    return patients.mia()


@pytest.fixture
def tomasz(db: None) -> Patient:
    return patients.tomasz()


@pytest.fixture
def room(site: Site) -> Room:
    return clinic.room(site)


@pytest.fixture
def pen(site: Site) -> Device:
    return clinic.device(site)


@pytest.fixture
def microneedling(ana: User, room: Room, pen: Device) -> Service:
    """Ana gives it in Room 1 with Pen 1; a test that needs more adds to it."""
    return clinic.service("microneedling", practitioners=[ana], rooms=[room], devices=[pen])


@pytest.fixture
def consultation(ana: User, room: Room) -> Service:
    return clinic.service("consultation", practitioners=[ana], rooms=[room])


@pytest.fixture
def review(ana: User, room: Room) -> Service:
    return clinic.service("review", practitioners=[ana], rooms=[room])
