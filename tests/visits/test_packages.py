"""A treatment that ends uses one session of a package, and ends all the same where there is none."""

import pytest

from clinic.refusals import Refused
from ledger import packages
from ledger.models import PackageEntry
from tests.factories import booking, treatments
from tests.factories.booking import HOUSE, TEN, minutes
from tests.factories.ledger import sold
from visits import treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

OVER = TEN + minutes(70)


@pytest.fixture
def session(mia, ana, microneedling, as_ana):
    treatments.values()
    begun = treatments.started(booking.visit(mia, microneedling, ana), by=as_ana)
    return treatments.saved(begun, by=as_ana, at=OVER)


def test_a_treatment_that_ended_uses_one_session(session, mia, as_ana):
    package = sold(mia)

    treatment.finish(session, ended_at=OVER, by=as_ana, at=OVER)

    assert (packages.left(package), packages.used_by(session.uuid).package) == (5, package)
    assert PackageEntry.objects.get(kind="redeemed").by_name == as_ana.name


def test_it_ends_without_a_package_too(session, as_ana):
    ended = treatment.finish(session, ended_at=OVER, by=as_ana, at=OVER)

    assert (ended.ended_at, PackageEntry.objects.count()) == (OVER, 0)


def test_a_package_for_another_service_is_not_touched(session, mia, as_ana):
    package = sold(mia, service_codes=["microneedling-no-numbing"])

    treatment.finish(session, ended_at=OVER, by=as_ana, at=OVER)

    assert packages.left(package) == 6


def test_an_end_that_is_refused_uses_nothing(session, mia, as_ana):
    package = sold(mia)

    with pytest.raises(Refused):
        treatment.finish(session, ended_at=TEN - minutes(10), by=as_ana, at=OVER)

    assert packages.left(package) == 6


def test_what_a_session_used_comes_back_by_its_id(session, mia, as_ana):
    package = sold(mia)
    treatment.finish(session, ended_at=OVER, by=as_ana, at=OVER)

    packages.give_back_for(session.uuid, reason="Entered in error", by=HOUSE, at=OVER)

    assert (packages.left(package), packages.used_by(session.uuid)) == (6, None)
