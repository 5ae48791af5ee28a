"""Many who take the last session of a package in the same moment: one has it, and nobody takes what is not there."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError

from clinic import guards
from clinic.refusals import Refused
from ledger import packages
from ledger.models import PackageEntry
from tests.factories.booking import HOUSE, TEN
from tests.factories.ledger import sold
from tests.proofs.racing import rush

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

SAID = {"by": HOUSE, "at": TEN}
AT_ONCE = 8


def names(got) -> Counter[str]:
    return Counter(type(one).__name__ for one in got)


def test_of_many_treatments_that_end_at_once_one_uses_the_last_session(mia):
    package = sold(mia, sessions_count=1)

    def redeem():
        return packages.redeem(mia, session=uuid4(), service_code="microneedling", on=TEN.date(), **SAID)

    assert names(rush([redeem] * AT_ONCE)) == {"PackageEntry": 1, "NoneType": AT_ONCE - 1}
    assert packages.left(package) == 0


def test_a_session_that_is_ended_twice_at_once_uses_one(mia):
    package, session = sold(mia), uuid4()

    def redeem():
        return packages.redeem(mia, session=session, service_code="microneedling", on=TEN.date(), **SAID)

    assert names(rush([redeem] * AT_ONCE)) == {"PackageEntry": 1, "NoneType": AT_ONCE - 1}
    assert packages.left(package) == 5


def test_a_refund_and_what_is_given_on_never_take_the_same_session(mia, tomasz):
    package = sold(mia, sessions_count=2)

    def refund():
        return packages.refund(package, 2, amount=Decimal(1), reason="Moves away", **SAID)

    def give():
        return packages.give_on(package, 2, to=tomasz, reason="A present", today=TEN.date(), **SAID)

    got = names(rush([refund, give] * (AT_ONCE // 2)))

    assert got[Refused.__name__] == AT_ONCE - 1
    assert packages.left(package) == 0


def by_hand(package):
    """Return what takes one session without holding the package, as somebody who forgot to."""

    def take():
        return PackageEntry.objects.create(
            package=package, kind="refunded", count=-1, amount=0, reason="x", at=TEN, by_name="x"
        )

    return take


def test_the_database_holds_the_package_for_whoever_forgot_to(mia):
    package = sold(mia, sessions_count=1)

    assert names(rush([by_hand(package)] * AT_ONCE)) == {"PackageEntry": 1, IntegrityError.__name__: AT_ONCE - 1}


def test_the_control_without_the_guard_all_of_them_take_it(mia):
    package = sold(mia, sessions_count=1)

    with guards.lifted("ledger_packageentry_covered"):
        rush([by_hand(package)] * AT_ONCE)

    assert packages.left(package) == 1 - AT_ONCE
