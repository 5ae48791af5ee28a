"""What was ticked, answered or noted about Mia changes what she is told: nobody is sent to a tablet that harms."""

from uuid import uuid4

import pytest

from aftercare.health import Health
from clinic.actors import Actor
from intake.rules import Reply
from patients import patients
from tests.factories import patients as who
from tests.factories import screening, treatments
from tests.factories.booking import HOUSE, TEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def health_values(db):
    treatments.values()


def answered(mia, **replies):
    """Answer every question well but for these."""
    screening.screened(mia, by=Actor.of_link(mia.name, uuid4()), at=TEN, **replies)
    return Health(mia)


def test_where_nothing_speaks_against_it_the_policy_of_the_site_decides(health_values, mia, site):
    known = answered(mia)

    assert known.ibuprofen(site) == "allow"
    site.nsaid_policy = "ask_first"
    assert known.ibuprofen(site) == "ask_first"


@pytest.mark.parametrize("code", ["ANTICOAG", "BLEEDING", "PREGNANT", "CARDIAC_HEPATIC", "MEDICAL"])
@pytest.mark.parametrize("policy", ["allow", "ask_first"])
def test_an_answer_that_speaks_against_it_keeps_it_out_whatever_the_policy(health_values, mia, site, code, policy):
    site.nsaid_policy = policy

    assert answered(mia, **{code: Reply("yes")}).ibuprofen(site) == "avoid"


@pytest.mark.parametrize(
    "name", ["Aspirin", "IBUPROFENO", "NSAIDs", "AINE", "anti-inflammatory tablets", "Ácido acetilsalicílico"]
)
def test_an_allergy_to_it_or_its_kin_keeps_it_out(health_values, mia, site, as_ana, name):
    known = answered(mia)
    who.allergy(mia, name, by=as_ana)

    assert known.ibuprofen(site) == "avoid"


def test_another_allergy_does_not(health_values, mia, site, as_ana):
    known = answered(mia)
    who.allergy(mia, "Lidocaine", by=as_ana)

    assert known.ibuprofen(site) == "allow"


def test_cold_sores_and_dark_marks_count_when_they_were_answered_only(health_values, mia):
    patients.edit(mia, version=mia.version, by=HOUSE, at=TEN, fitzpatrick=2)
    mia.refresh_from_db()
    assert (answered(mia).cold_sores, Health(mia).marks_easily) == (False, False)

    known = answered(mia, HSV_HISTORY=Reply("yes"), PIH_MELASMA=Reply("yes"))

    assert (known.cold_sores, known.marks_easily) == (True, True)
