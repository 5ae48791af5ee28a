"""Codes as scanners type them and packs print them: each part is read, and garbage is answered with a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.refusals import Refusal
from stock import codes, lots, rules, scans
from stock.codes import Code
from tests.factories import stock
from tests.factories.booking import HOUSE, TEN

GTIN, GS = "09506000134352", "\x1d"
TODAY = date(2026, 3, 2)
UNREAD = "This is no code of a pack that can be read. Scan it again, or type what is printed."
WHOLE = Code(GTIN, "C4-0871", "0007", date(2027, 11, 30))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (f"]d201{GTIN}1727113010C4-0871{GS}210007", WHOLE),
        (f"]C101{GTIN}1727113010C4-0871{GS}210007", WHOLE),
        (f"]Q301{GTIN}1727113010C4-0871{GS}210007", WHOLE),
        (f"{GS}01{GTIN}1727113010C4-0871{GS}210007", WHOLE),
        (f"01{GTIN}1727113010C4-0871{GS}210007\r\n", WHOLE),
        (f"01{GTIN}210007{GS}10C4-0871{GS}17271130", WHOLE),
        (f"01{GTIN}1727113010C4-0871<GS>210007", WHOLE),
        (f"(01){GTIN}(17)271130(10)C4-0871(21)0007", WHOLE),
        (f"(01) {GTIN} (17) 271130 (10) C4-0871 (21) 0007", WHOLE),
        (f"(01){GTIN}(17)271100(10)C4-0871(21)0007", WHOLE),
        (f"https://id.gs1.org/01/{GTIN}/10/C4-0871/21/0007?17=271130", WHOLE),
        (f"(01){GTIN}(17)280200", Code(GTIN, expires_on=date(2028, 2, 29))),
        (f"(01){GTIN}(10)A7(30)12", Code(GTIN, "A7", count=12)),
        (f"(02){GTIN}(37)10(10)A7", Code("", "A7", count=10)),
        (f"(01){GTIN}(11)260301(17)271130(10)A7", Code(GTIN, "A7", expires_on=date(2027, 11, 30))),
        ("9506000134352", Code(GTIN)),
        ("]E09506000134352", Code(GTIN)),
        ("9506 0001 34352", Code(GTIN)),
        ("(10)A7", Code("", "A7")),
    ],
)
def test_a_code_is_read_into_its_parts(typed, read):
    assert codes.read(typed) == read


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Scan the code on the pack, or type what is printed under it."),
        ("٠١٠٩", "Scan the code on the pack, or type what is printed under it."),
        ("0" * 301, "Scan the code on the pack, or type what is printed under it."),
        ("C4-0871", UNREAD),
        ("9506000134353", UNREAD),
        ("(01)", UNREAD),
        ("(", UNREAD),
        (f"(01){GTIN}(17)271399(10)A", UNREAD),
        (
            f"(01){GTIN[:-1]}3(17)271130",
            "The number of the product is misread: its check digit is wrong. Scan it again.",
        ),
    ],
)
def test_what_cannot_be_read_is_said(typed, sentence):
    refusal = codes.read(typed)

    assert isinstance(refusal, Refusal)
    assert (refusal.rule, refusal.sentence) == ("code.unread", sentence)


@given(st.text(max_size=320))
def test_garbage_is_answered_with_a_sentence_and_never_an_exception(typed):
    assert isinstance(codes.read(typed), Code | Refusal)


@given(st.text(alphabet="0123456789()]dCQ[^\x1d/AZ-. ", max_size=60), st.sampled_from(["(", "]d2", "01", "(01)", ""]))
def test_what_nearly_is_a_code_is_answered_too(typed, begins):
    assert isinstance(codes.read(begins + typed), Code | Refusal)


LOTS = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./", min_size=1, max_size=20)
DAYS = st.dates(date(2026, 1, 1), date(2040, 12, 31))


@given(LOTS, LOTS, DAYS, st.integers(1, 9999))
def test_what_is_written_is_read(lot, serial, day, count):
    written = f"]d201{GTIN}17{day:%y%m%d}10{lot}{GS}21{serial}{GS}30{count}"

    assert codes.read(written) == Code(GTIN, lot, serial, day, count)


@given(DAYS)
def test_a_month_without_a_day_is_its_last_day(day):
    assert codes.read(f"01{GTIN}17{day:%y%m}00") == Code(GTIN, expires_on=rules.last_day(day.year, day.month))


@pytest.fixture
def lot(db):
    tip = stock.tip()
    tip.gtin = GTIN
    tip.save()
    return stock.lot(tip, "C4-0871")


def said(typed: str) -> str:
    found = scans.find(typed, on=TODAY)
    assert isinstance(found, Refusal)
    return found.sentence


@pytest.mark.both_engines
def test_a_pack_is_found_by_its_code(lot):
    found = scans.find(f"01{GTIN}1727113010c4-0871{GS}210007", on=TODAY)

    assert (found.lot, found.product, found.code.serial) == (lot, lot.product, "0007")
    assert scans.find("(10)C4-0871", on=TODAY).lot == lot


@pytest.mark.both_engines
def test_what_is_not_to_be_used_is_said(lot):
    assert said("(01)09506000134369(10)C4-0871") == (
        "No product on the shelf has the number 09506000134369. Receive it first, or choose the lot from the list."
    )
    assert said(f"(01){GTIN}(10)Z") == ("Lot Z is not on the shelf. Receive it first, or choose the lot from the list.")
    assert said(GTIN) == ("This code names no lot. Choose the lot from the list, or scan the code with the lot in it.")
    assert said(f"(01){GTIN}(17)260301(10)C4-0871") == "Lot C4-0871 expired on 1 Mar 2026; nothing was saved."
    lots.quarantine(lot, reason="recall", by=HOUSE, at=TEN)
    assert said(f"(01){GTIN}(10)C4-0871") == "Lot C4-0871 is out of use; nothing was saved."


@pytest.mark.both_engines
def test_a_lot_alone_that_two_products_have_is_not_guessed(lot):
    stock.serum("C4-0871")

    assert said("(10)C4-0871") == "Lot C4-0871 is not on the shelf. Receive it first, or choose the lot from the list."


@pytest.mark.both_engines
def test_a_number_typed_as_it_is_printed_finds_its_lot(lot):
    assert scans.find(" c4-0871", on=TODAY).lot == lot
    assert said("Z-1") == "Lot Z-1 is not on the shelf. Receive it first, or choose the lot from the list."
    assert said("9506000134353") == UNREAD
    assert said(f"01{GTIN[:-1]}3172713") == UNREAD

    digits = stock.lot(lot.product, "9506000134369")
    assert scans.find("9506000134369", on=TODAY).lot == digits

    stock.serum("C4-0871")
    assert said("C4-0871") == "More than one product has a lot C4-0871. Choose it from the list."


def test_what_was_used_already_is_found_whatever_its_lot_is_by_now(lot):
    lots.quarantine(lot, reason="recall", by=HOUSE, at=TEN)

    assert scans.find(f"(01){GTIN}(17)260301(10)C4-0871", on=None).lot == lot


@pytest.mark.both_engines
def test_receiving_learns_what_is_known_and_what_is_new(lot):
    known, new = scans.look(f"(01){GTIN}(10)C4-0871"), scans.look("(01)09506000134369(10)A7")

    assert (known.product, known.lot) == (lot.product, lot)
    assert (new.product, new.lot, new.code.lot) == (None, None, "A7")
