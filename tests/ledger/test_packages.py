"""What somebody bought, what became of it, and that there is never less than nothing of it."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic import guards
from clinic.models import AuditRow
from clinic.refusals import Refused
from ledger import packages
from ledger.models import Package, PackageEntry
from patients.merging import Merged
from tests.factories.booking import HOUSE, TEN
from tests.factories.ledger import TODAY, sold
from visits import merging

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

SAID = {"by": HOUSE, "at": TEN}
DAY = TEN.date()


def rows(package: Package) -> list[tuple[str, int, str]]:
    return list(package.entries.order_by("id").values_list("kind", "count", "reason"))


def refused(call) -> tuple[str, str]:
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal.values.get("field", ""), str(no.value)


def used(patient, session=None, on=DAY, code="microneedling"):
    return packages.redeem(patient, session=session or uuid4(), service_code=code, on=on, **SAID)


def trail(package: Package) -> list[str]:
    rows = AuditRow.objects.filter(object_kind="ledger.package", object_id=str(package.pk))
    return list(rows.order_by("pk").values_list("verb", flat=True))


def test_what_is_bought_is_what_is_left(mia):
    package = sold(mia)

    assert (packages.left(package), rows(package), trail(package)) == (6, [("bought", 6, "")], ["package.sold"])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"),
        ({"sessions_count": 0}, "sessions_count"),
        ({"sessions_count": 25}, "sessions_count"),
        ({"price": Decimal("-1")}, "price"),
        ({"price": Decimal("5.001")}, "price"),
        ({"price": Decimal("NaN")}, "price"),
        ({"currency": "£"}, "currency"),
        ({"bought_on": TODAY + timedelta(days=1)}, "bought_on"),
        ({"expires_on": TODAY - timedelta(days=1)}, "expires_on"),
        ({"expires_on": date(2126, 1, 1)}, "expires_on"),
    ],
)
def test_what_cannot_be_sold_is_said_at_its_field(mia, said, field):
    assert refused(lambda: sold(mia, **said))[0] == field
    assert not Package.objects.exists()


def test_a_treatment_uses_one_session_once(mia):
    package, session = sold(mia), uuid4()

    assert (used(mia, session).package, used(mia, session)) == (package, None)
    assert rows(package) == [("bought", 6, ""), ("redeemed", -1, "")]


def test_what_expires_first_is_used_first(mia):
    never = sold(mia, name="Never")
    late = sold(mia, name="Late", expires_on=DAY + timedelta(days=90))
    soon = sold(mia, name="Soon", expires_on=DAY, sessions_count=1)

    assert [used(mia).package for _n in range(3)] == [soon, late, late]
    assert packages.left(never) == 6


def test_nothing_is_used_of_what_does_not_pay_for_it(mia, tomasz):
    sold(tomasz)
    sold(mia, name="Expired", expires_on=TODAY)
    sold(mia, name="Elsewhere", service_codes=["body"])

    assert used(mia) is None
    assert used(mia, on=TODAY - timedelta(days=1)) is None
    assert used(mia, code="body").package.name == "Elsewhere"


def test_the_last_session_is_used_and_then_none(mia):
    package = sold(mia, sessions_count=1)

    assert used(mia) is not None
    assert (used(mia), packages.left(package)) == (None, 0)


def test_what_a_struck_session_used_is_given_back_once_and_may_be_used_anew(mia):
    package, session = sold(mia), uuid4()
    used(mia, session)

    back = packages.give_back_for(session, reason="Entered in error", **SAID)
    again = packages.give_back_for(session, reason="Entered in error", **SAID)

    assert (back.count, again, packages.left(package)) == (1, None, 6)
    assert (used(mia, session).turn, packages.left(package)) == (2, 5)
    assert packages.give_back_for(uuid4(), reason="Nothing was used", **SAID) is None


def test_no_reason_is_too_long_for_what_is_struck(mia):
    package, session = sold(mia), uuid4()
    used(mia, session)

    assert packages.give_back_for(session, reason="x" * 600, **SAID).reason == "x" * 250
    assert packages.left(package) == 6


def test_a_use_is_given_back_by_hand_with_a_reason_and_once(mia):
    sold(mia)
    use = used(mia)

    assert refused(lambda: packages.give_back(use, reason=" ", **SAID))[0] == "reason"
    packages.give_back(use, reason="She pays by herself today", **SAID)
    assert refused(lambda: packages.give_back(use, reason="Again", **SAID)) == (
        "", "This session was given back before. Nothing was changed."
    )  # fmt: skip


def test_a_refund_takes_no_more_than_is_left_and_pays_back_no_more_than_was_paid(mia):
    package = sold(mia)
    used(mia)

    def refund(count, amount):
        return packages.refund(package, count, amount=Decimal(amount), reason="Moves away", **SAID)

    assert refused(lambda: refund(6, "1")) == ("count", "5 sessions are left in the package. Nothing was changed.")
    assert refused(lambda: refund(0, "1"))[0] == "count"
    assert refused(lambda: refund(2, "540.01"))[0] == "amount"
    refund(2, "180.00")
    assert refused(lambda: refund(1, "360.01"))[0] == "amount"
    assert (packages.left(package), packages.paid_back(package)) == (3, Decimal("180.00"))


def test_what_is_given_on_stands_in_a_package_of_its_own(mia, tomasz):
    package = sold(mia, expires_on=DAY + timedelta(days=30), service_codes=["microneedling"])

    given = packages.give_on(package, 2, to=tomasz, reason="For her uncle", today=DAY, **SAID)

    assert (given.patient, given.sessions_count, given.price, given.expires_on, given.service_codes) == (
        tomasz, 2, 0, package.expires_on, ["microneedling"]
    )  # fmt: skip
    assert (rows(package)[1:], rows(given)) == (
        [("transferred_out", -2, "For her uncle")], [("transferred_in", 2, "For her uncle")]
    )  # fmt: skip
    assert (package.entries.get(count=-2).other, given.entries.get().other) == (given.uuid, package.uuid)
    assert (trail(package), trail(given)) == (["package.sold", "package.given_on"], ["package.received"])
    assert AuditRow.objects.get(verb="package.received").patient_id_text == str(tomasz.uuid)


def test_nobody_gives_to_themselves_nor_what_is_not_there_nor_what_has_expired(mia, tomasz):
    package = sold(mia, expires_on=DAY)

    def give(count=1, to=tomasz, today=DAY):
        return packages.give_on(package, count, to=to, reason="A present", today=today, **SAID)

    assert refused(lambda: give(to=mia))[0] == "to"
    assert refused(lambda: give(count=7))[0] == "count"
    assert refused(lambda: give(today=DAY + timedelta(days=1)))[1].startswith("This package expired on 2 Mar 2026.")
    assert Package.objects.count() == 1


def test_what_is_past_its_day_expires_once(mia, tomasz):
    package, fresh = sold(mia, expires_on=DAY), sold(tomasz, expires_on=DAY + timedelta(days=1))
    used(mia)

    assert packages.expire(today=DAY, at=TEN) == 0
    assert [packages.expire(today=DAY + timedelta(days=1), at=TEN) for _n in range(2)] == [1, 0]
    assert (rows(package)[-1], packages.left(package)) == (("expired", -5, ""), 0)
    assert packages.left(fresh) == 6


def test_what_expires_within_two_months_is_told_beforehand(mia, tomasz):
    soon = sold(mia, expires_on=DAY + timedelta(days=60))
    sold(mia, expires_on=DAY + timedelta(days=61))
    spent = sold(tomasz, sessions_count=1, expires_on=DAY + timedelta(days=3))
    used(tomasz)

    assert packages.left(spent) == 0
    assert list(packages.expiring(on=DAY)) == [soon]


def test_a_correction_says_what_is_left_and_why(mia):
    package = sold(mia, expires_on=DAY)

    def correct(remaining, reason="Two were used elsewhere", today=DAY):
        return packages.correct(package, remaining=remaining, reason=reason, today=today, **SAID)

    assert refused(lambda: correct(7)) == ("remaining", "Write how many sessions are left, from 0 to 6.")
    assert refused(lambda: correct(4, reason=""))[0] == "reason"
    assert (correct(4).count, correct(4), packages.left(package)) == (-2, None, 4)
    assert refused(lambda: correct(5, today=DAY + timedelta(days=1)))[1].startswith("This package expired")


def test_a_merge_of_two_records_moves_the_packages(mia, tomasz):
    package = sold(tomasz)
    merging.merge(mia, tomasz, versions=(mia.version, tomasz.version), **SAID)

    assert used(mia).package == package
    with pytest.raises(Merged):
        sold(tomasz)
    with pytest.raises(Merged):
        packages.give_on(package, 1, to=tomasz, reason="A present", today=DAY, **SAID)
    assert packages.left(package) == 5


def test_the_database_refuses_more_than_is_left_whoever_writes(mia):
    package = sold(mia, sessions_count=2)
    taken = {"package": package, "kind": "refunded", "amount": 0, "reason": "By hand", "at": TEN, "by_name": "x"}
    PackageEntry.objects.create(count=-2, **taken)

    with pytest.raises(IntegrityError, match="not left in the package"), transaction.atomic():
        PackageEntry.objects.create(count=-1, **taken)


def test_the_control_without_the_guard_it_would_be_below_zero(mia):
    package = sold(mia, sessions_count=2)
    with guards.lifted():
        PackageEntry.objects.create(
            package=package, kind="refunded", count=-3, amount=0, reason="By hand", at=TEN, by_name="x"
        )

    assert packages.left(package) == -1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "redeemed", "count": -1},
        {"kind": "redeemed", "count": -2, "session": uuid4(), "turn": 1},
        {"kind": "given_back", "count": -1, "session": uuid4(), "turn": 1, "reason": "x"},
        {"kind": "corrected", "count": 0, "reason": "x"},
        {"kind": "corrected", "count": 1},
        {"kind": "transferred_out", "count": -1, "reason": "x"},
        {"kind": "refunded", "count": -1, "reason": "x"},
        {"kind": "bought", "count": 1, "amount": 3},
    ],
)
def test_an_entry_says_everything_that_it_should(mia, wrong):
    package = sold(mia)

    with pytest.raises(IntegrityError), transaction.atomic():
        PackageEntry.objects.create(package=package, at=TEN, by_name="x", **wrong)


def test_a_session_uses_one_session_in_all_packages_whoever_writes(mia):
    session = uuid4()
    one, other = sold(mia), sold(mia)
    said = {"kind": "redeemed", "count": -1, "session": session, "turn": 1, "at": TEN, "by_name": "x"}
    PackageEntry.objects.create(package=one, **said)

    with pytest.raises(IntegrityError), transaction.atomic():
        PackageEntry.objects.create(package=other, **said)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_package SET sessions_count = 9",
        "UPDATE ledger_packageentry SET count = 9",
        "DELETE FROM ledger_packageentry",
    ],
)
def test_nothing_that_was_written_changes(mia, statement):
    sold(mia)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
