import pytest

from tests.factories import clinic, treatments


@pytest.fixture(autouse=True)
def day(sunday):
    """Every test of the folder plays on that Sunday."""


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


@pytest.fixture
def house(site, ana, ben, room, consultation):
    """Ana and Ben both give consultations, in two rooms."""
    consultation.practitioners.add(ben)
    consultation.rooms.add(clinic.room(site, "Room 2"))
    return site
