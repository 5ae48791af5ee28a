"""What stands on the shelf, and what may be opened today."""

from datetime import date

import pytest

from stock import cartridges, lots, rules
from stock.models import Cartridge, Lot, Product
from tests.factories import stock
from tests.factories.booking import HOUSE, TEN
from tests.factories.stock import GOOD_UNTIL

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(("typed", "key"), [("C4-0871-B", "c4-0871-b"), (" c4 0871 B ", "c40871b"), ("Lot 7", "lot7")])
def test_a_lot_number_is_found_without_blanks_and_case(typed, key):
    assert rules.number_key(typed) == key


@pytest.mark.parametrize(
    ("year", "month", "last"),
    [(2026, 11, date(2026, 11, 30)), (2027, 2, date(2027, 2, 28)), (2028, 2, date(2028, 2, 29))],
)
def test_an_expiry_printed_as_a_month_means_its_last_day(year, month, last):
    assert rules.last_day(year, month) == last


@pytest.mark.parametrize(
    ("expires_on", "is_quarantined", "is_stocked", "sentence"),
    [
        (TODAY, False, True, None),
        (date(2026, 3, 1), False, True, "Lot C4 expired on 1 Mar 2026; nothing was saved."),
        (GOOD_UNTIL, True, True, "Lot C4 is out of use; nothing was saved."),
        (GOOD_UNTIL, False, False, "Lot C4 is out of use; nothing was saved."),
    ],
)
def test_a_lot_may_be_opened_until_its_last_day_unless_it_is_set_aside(
    expires_on, is_quarantined, is_stocked, sentence
):
    refusal = rules.lot_refusal(
        number="C4", expires_on=expires_on, is_quarantined=is_quarantined, is_stocked=is_stocked, on=TODAY
    )

    assert (refusal and refusal.sentence) == sentence


def test_a_delivery_keeps_its_number_as_typed(db):
    lot = stock.cartridges(" C4-0871  B ")

    assert (lot.number, lot.number_key) == ("C4-0871 B", "c4-0871b")


def test_one_number_is_one_lot_of_a_product(db):
    lot = stock.cartridges("C4-0871")

    with pytest.raises(lots.LotKnown) as known:
        stock.cartridges("c4 -0871")

    assert str(known.value) == "Tip 3.00 already has a lot c4 -0871."
    assert list(Lot.objects.all()) == [lot]


def test_one_number_may_stand_on_two_products(db):
    assert stock.cartridges("A-1").number == stock.serum("A-1").number


def test_a_lot_set_aside_is_offered_no_more(db):
    kept, recalled = stock.cartridges("C4-1"), stock.cartridges("C4-2")

    lots.quarantine(recalled, reason="recall", by=HOUSE, at=TEN)

    assert list(Lot.objects.usable(TODAY)) == [kept]


def test_what_expires_first_is_offered_first(db):
    late, soon = stock.cartridges("C4-1", date(2027, 5, 31)), stock.cartridges("C4-2", date(2026, 3, 2))
    stock.cartridges("C4-3", date(2026, 3, 1))

    assert list(Lot.objects.usable(TODAY)) == [soon, late]


def test_an_opened_unit_belongs_to_its_lot(as_ana, ana):
    lot = stock.cartridges()

    unit = cartridges.open(lot, on=TODAY, by=as_ana, at=TEN, unit_code=" 0007 ")

    assert (unit.lot, unit.unit_code, unit.opened_by, unit.opened_at) == (lot, "0007", ana, TEN)


def test_one_unit_is_opened_once(as_ana):
    lot = stock.cartridges()
    unit = cartridges.open(lot, on=TODAY, by=as_ana, at=TEN, unit_code="0007")

    with pytest.raises(cartridges.UnitOpened) as opened:
        cartridges.open(lot, on=TODAY, by=as_ana, at=TEN, unit_code="0007")

    assert str(opened.value) == "Unit 0007 of lot C4-0871 was opened before. A cartridge serves one patient once."
    assert list(Cartridge.objects.all()) == [unit]


def test_units_without_a_code_of_their_own_are_opened_one_by_one(as_ana):
    lot = stock.cartridges()

    for _unit in range(2):
        cartridges.open(lot, on=TODAY, by=as_ana, at=TEN)

    assert lot.cartridges.count() == 2


def test_a_serum_is_no_cartridge(as_ana):
    with pytest.raises(cartridges.NotACartridge) as wrong:
        cartridges.open(stock.serum(), on=TODAY, by=as_ana, at=TEN)

    assert str(wrong.value) == "Lot HA-2219 is Gel allow, not a cartridge."


def test_an_expired_lot_is_refused_and_three_of_the_same_kind_are_named(as_ana):
    for number in ("C4-1", "C4-2", "C4-3", "C4-4"):
        stock.cartridges(number)
    stock.serum()
    expired = stock.cartridges("C4-0", date(2026, 3, 1))

    with pytest.raises(lots.LotUnusable) as unusable:
        cartridges.open(expired, on=TODAY, by=as_ana, at=TEN)

    assert str(unusable.value) == (
        "Lot C4-0 expired on 1 Mar 2026; nothing was saved. In date: C4-1 (until 30 Nov 2027), "
        "C4-2 (until 30 Nov 2027), C4-3 (until 30 Nov 2027)."
    )
    assert [lot.number for lot in unusable.value.refusal.alternatives] == ["C4-1", "C4-2", "C4-3"]


def test_a_unit_taken_back_is_gone(as_ana):
    unit = cartridges.open(stock.cartridges(), on=TODAY, by=as_ana, at=TEN)

    cartridges.take_back(unit, by=as_ana, at=TEN)

    assert (Cartridge.objects.count(), Product.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2027-11-30", date(2027, 11, 30)),
        ("30/11/2027", date(2027, 11, 30)),
        ("1.2.2028", date(2028, 2, 1)),
        ("2028-02", date(2028, 2, 29)),
        (" 11/2027 ", date(2027, 11, 30)),
        ("2027-13", None),
        ("31/02/2027", None),
        ("11/27", None),
        ("soon", None),
        ("", None),
        ("0000-01", None),
    ],
)
def test_an_expiry_is_read_as_packs_print_it(typed, day):
    assert rules.expiry(typed) == day
