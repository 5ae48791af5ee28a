"""One field of the chart takes the code of any pack and puts its lot in its place; what is not good changes nothing."""

from datetime import date

import pytest

from stock import lots, rules
from stock.models import Product
from tests.desk.charting.typed import FULL, GEL, TIP, problems, zone
from tests.factories import stock
from tests.factories.booking import HOUSE, TEN
from treatments import drafts
from treatments.models import Session

GTIN, GS = "09506000134352", "\u241d"
READ = "Read"


@pytest.fixture
def coded(shelf):
    """The tip has a number, so its packs are scanned."""
    Product.objects.filter(pk=shelf["tip"].product_id).update(gtin=GTIN)
    return f"01{GTIN}1727113010C4-0871{GS}210007"


def kept():
    return drafts.of(Session.objects.get())


def notes(sheet):
    return [node.text for node in sheet.nodes if node.attrs.get("role") == "status" and node.text]


def test_a_scanned_pack_chooses_the_cartridge_with_its_unit_and_is_kept(tablet, chart, session, coded, shelf):
    tablet.open(chart)

    page = tablet.press(READ, {"code": coded, "note": "Calm."})

    assert (page.status, page.value("code"), page.value("cartridge_lot")) == (200, "", str(shelf["tip"].pk))
    assert (kept().cartridge_lot, kept().unit_code, kept().note) == (shelf["tip"], "0007", "Calm.")
    assert page.toasts == ["Tip 3.00, lot C4-0871, is on the chart."]


def test_another_cartridge_lets_the_unit_of_the_first_go(tablet, chart, session, shelf):
    other = stock.cartridges("C4-0900")
    tablet.open(chart)

    tablet.press(READ, {"code": "c4 0900".replace(" ", "-"), "cartridge_lot": TIP, "unit_code": "0001"})

    assert (kept().cartridge_lot, kept().unit_code) == (other, "")


def test_the_same_cartridge_keeps_the_unit_that_was_typed(tablet, chart, session, shelf):
    tablet.open(chart)

    tablet.press(READ, {"code": "C4-0871", "cartridge_lot": TIP, "unit_code": "0001"})

    assert (kept().cartridge_lot, kept().unit_code) == (shelf["tip"], "0001")


def test_a_serum_gets_a_row_and_the_next_one_another(tablet, chart, session, shelf):
    other = stock.serum("HA-3000")
    tablet.open(chart)

    tablet.press(READ, {"code": "ha-2219", "serum_is_none": True})
    tablet.press(READ, {"code": "HA-3000"})
    page = tablet.press(READ, {"code": "HA-3000"})

    assert [(row.lot, row.phase) for row in kept().serums] == [(shelf["gel"], "after"), (other, "after")]
    assert (kept().serum_is_none, page.value("serums-TOTAL_FORMS")) == (False, "2")


def test_a_kit_stands_among_the_serums_and_skin_preparation_in_its_own_field(tablet, chart, session):
    kit = stock.lot(stock.product("Kit", Product.Kind.PRP_KIT, **rules.OF_A_KIT), "PK-1")
    prep = stock.skin_prep("CX-1")
    tablet.open(chart)

    page = tablet.press(READ, {"code": "CX-1"})
    assert page.value("skin_prep_lot") == str(prep.pk)
    page = tablet.press(READ, {"code": "PK-1"})

    assert page.value("serums-0-lot") == str(kit.pk)


def test_a_cream_is_put_on_the_chart_and_asks_for_its_time_when_it_is_saved(tablet, chart, session, shelf):
    tablet.open(chart)

    page = tablet.press(READ, {"code": "LC-0417", "anaesthetic_is_none": True, "note": "Calm."})

    assert (page.status, problems(page)) == (200, [])
    assert (page.value("creams-0-lot"), page.value("anaesthetic_is_none")) == (str(shelf["cream"].pk), "")
    assert (page.value("note"), "Cream 4.0, lot LC-0417, is on the chart." in notes(page)) == ("Calm.", True)
    tablet.press("Save", {"creams-0-on_at": "10:00"})
    assert [row.lot for row in kept().creams] == [shelf["cream"]]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("C4-0", "Lot C4-0 expired on 1 Mar 2026; nothing was saved."),
        ("C4-1", "Lot C4-1 is out of use; nothing was saved."),
        ("ZZ-9", "Lot ZZ-9 is not on the shelf. Receive it first, or choose the lot from the list."),
        ("TWIN", "More than one product has a lot TWIN. Choose it from the list."),
        ("9506000134353", "This is no code of a pack that can be read. Scan it again, or type what is printed."),
        ("", "Scan the code on the pack, or type what is printed under it."),
    ],
)
def test_what_cannot_be_used_is_said_at_the_field_and_changes_nothing(tablet, chart, session, code, sentence):
    stock.cartridges("C4-0", date(2026, 3, 1))
    lots.quarantine(stock.cartridges("C4-1"), reason="Torn", by=HOUSE, at=TEN)
    stock.cartridges("TWIN"), stock.serum("TWIN")
    tablet.open(chart)

    page = tablet.press(READ, {"code": code, "cartridge_lot": TIP, "note": "Calm.", **zone(0, "Cheek", "1.5o")})

    assert (page.status, problems(page)) == (422, [sentence])
    assert (page.value("code"), page.value("note"), page.value("zones-0-depth_mm")) == (code, "Calm.", "1.5o")
    assert page.choices("cartridge_lot")[TIP] == page.value("cartridge_lot")
    assert Session.objects.get().version == session.version


def test_a_code_that_stands_in_the_field_is_read_when_the_chart_is_saved(tablet, chart, session, shelf):
    tablet.open(chart)

    tablet.press("Save", FULL | {"cartridge_lot": "", "code": "C4-0871"})

    assert kept().cartridge_lot == shelf["tip"]


def test_a_code_that_is_not_good_keeps_nothing_else_from_being_saved(tablet, chart, session):
    tablet.open(chart)

    page = tablet.press("Save", FULL | {"code": "ZZ-9"})

    assert (kept().note, page.status) == ("Calm throughout.", 200)
    assert page.toasts == ["Lot ZZ-9 is not on the shelf. Receive it first, or choose the lot from the list."]


def test_what_was_done_already_is_told_with_a_lot_that_is_not_good_any_more(tablet, chart, session):
    Session.objects.filter(pk=session.pk).update(is_afterwards=True)
    old = stock.cartridges("C4-OLD", date(2023, 1, 1))
    tablet.open(chart)

    page = tablet.press(READ, {"code": "c4-old"})

    assert kept().cartridge_lot == old
    assert "Lot C4-OLD: expired 1 Jan 2023. If it was so when it was used" in page.text


def test_with_scripts_the_note_stands_at_the_field(tablet, chart, session, shelf):
    tablet.open(chart)
    said = tablet.filled_in(tablet.sheet.button(READ), {"code": "HA-2219", "serums-0-amount_ml": "2"})

    answer = tablet.client.post(chart, dict(said), headers={"HX-Request": "true"}).content.decode()

    assert "Gel allow, lot HA-2219, is on the chart." in answer
    assert [row.lot for row in kept().serums] == [shelf["gel"]]
    assert str(kept().serums[0].amount_ml) == "2.0"


def test_a_row_that_was_taken_off_is_not_filled(tablet, chart, session, shelf):
    tablet.open(chart)
    tablet.press("Save", {"serums-0-lot": GEL})
    tablet.open(chart)

    tablet.press("Take serum 1 off the chart")
    page = tablet.press(READ, {"code": "HA-2219"})

    assert (page.status, [row.lot for row in kept().serums]) == (200, [shelf["gel"]])
