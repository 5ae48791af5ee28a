"""The lots as Ana and Max keep them: what is left, what asks to be looked at, and what they do with one."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from clinic.actors import Actor
from stock import lots, movements
from stock.models import Movement
from tests.desk.conftest import page_of
from tests.factories import stock
from tests.factories.booking import HOUSE, TEN
from tests.journeys.paper import Paper
from treatments import recalls

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]

QUERIES = 6
FAR, SOON, PAST = date(2027, 11, 30), date(2026, 4, 10), date(2026, 2, 1)


@pytest.fixture
def paper(ana, site):
    return Paper(page_of(ana))


@pytest.fixture
def lot(db):
    return stock.lot(stock.tip(), "C4-0871", received_count=12)


def at(one) -> str:
    return reverse("desk:lot", args=[one.pk])


def shown(client, **asked) -> dict[str, list[str]]:
    page = client.get(reverse("desk:stock"), asked)
    return {held.product.name: [one.lot.number for one in rows] for held, rows in page.context["groups"]}


def test_an_empty_shelf_says_what_will_stand_there(paper):
    assert "Nothing was received yet" in paper.open(reverse("desk:stock")).text


def test_lots_stand_by_product_with_what_is_left_and_what_is_wrong(practice, site, lot):
    soon = stock.lot(stock.tip(), "C4-0900", SOON, received_count=2)
    aside = stock.lot(stock.tip(), "C4-0901", FAR, received_count=2)
    lots.quarantine(aside, reason="recall", by=HOUSE, at=TEN)
    gel, past = stock.serum("HA-1"), stock.serum("HA-0", PAST)
    vial = stock.lot(stock.product("Vial", "serum", is_single_use=True), "V-1")
    movements.use([vial], session=uuid4(), by=HOUSE, at=TEN)
    tip = lot.product
    tip.low_stock_below = 15
    tip.save()

    assert shown(practice) == {
        tip.name: [soon.number, lot.number, aside.number], gel.product.name: [gel.number], "Vial": ["V-1"]
    }  # fmt: skip
    assert shown(practice, show="low") == {tip.name: [soon.number, lot.number, aside.number]}
    assert shown(practice, show="expiring") == {tip.name: [soon.number]}
    assert shown(practice, show="expiring", days="10") == {}
    assert shown(practice, show="count") == {"Vial": ["V-1"]}
    assert shown(practice, show="out") == {tip.name: [aside.number]}
    assert shown(practice, show="all", kind="serum") == {
        gel.product.name: [past.number, gel.number], "Vial": ["V-1"]
    }  # fmt: skip
    page = practice.get(reverse("desk:stock"))
    assert [(code, tally) for code, _words, tally in page.context["chips"]] == [
        ("", None), ("low", 1), ("expiring", 1), ("count", 1), ("out", 1), ("all", None)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_as_much_with_thirty_lots_as_with_one(practice, site, count, django_assert_num_queries):
    for number in range(count):
        stock.lot(stock.tip(), f"C-{number}", received_count=number + 1)
    practice.get(reverse("desk:stock"))

    with django_assert_num_queries(QUERIES):
        practice.get(reverse("desk:stock"))


def test_a_count_is_kept_once_with_who_and_why(paper, ana, lot):
    paper.open(at(lot))

    page = paper.press("Keep this count", {"counted": "9", "reason": "Three in room 2"})

    assert page.toasts == ["Counted."]
    moved = lot.movements.get(kind=Movement.Kind.CORRECTED)
    assert (movements.left(lot), moved.by_name, moved.reason) == (9, ana.name, "Three in room 2")
    assert "Three in room 2" in page.text


@pytest.mark.parametrize(
    ("way", "typed", "wrong"),
    [
        ("lot_count", {"counted": "nine", "reason": "x"}, {"counted": ["Write how many units, as a whole number."]}),
        ("lot_count", {"counted": "9"}, {"reason": ["Write why, in a few words."]}),
        ("lot_count", {"counted": "10000", "reason": "x"}, {"counted": ["Write how many units, from 0 to 9999."]}),
        (
            "lot_discard",
            {"count": "13", "reason": "x"},
            {"count": ["By the count 12 units are left. If more are there, count again first."]},
        ),
        ("lot_aside", {"reason": "  "}, {"reason": ["Write why, in a few words."]}),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(practice, site, lot, way, typed, wrong):
    page = practice.post(reverse(f"desk:{way}", args=[lot.pk]), typed)

    assert (page.status_code, page.context["form"].errors) == (422, wrong)
    assert all(page.context["form"][name].value() == value for name, value in typed.items())
    assert movements.left(lot) == 12


def test_a_lot_is_set_aside_and_released(paper, lot):
    paper.open(at(lot))
    page = paper.press("Set it aside", {"reason": "Two seals open"})
    assert "Set aside since 1 Mar 2026" in page.text

    page = paper.press("Release it", {"reason": "The maker looked at it"})

    lot.refresh_from_db()
    assert lot.quarantined_at is None
    assert "The maker looked at it" in page.text


def test_a_lot_that_a_recall_holds_is_not_released_and_what_was_typed_stays(paper, lot, site, ana):
    recalls.open(lot, site=site, reason="Seals open", by=Actor.of(ana), at=TEN)
    paper.open(at(lot))

    page = paper.press("Release it", {"reason": "The maker looked at it"})

    lot.refresh_from_db()
    assert (page.status, lot.quarantined_at) == (422, TEN)
    assert "holds this lot. Close the recall first." in page.text
    assert page.value("reason").count("The maker looked at it") == 1


def test_the_desk_keeps_no_stock(desk, lot):
    assert [desk.get(page).status_code for page in (reverse("desk:stock"), at(lot))] == [403, 403]


@pytest.mark.parametrize("which", ["0", "abc", "99999999999999999999"])
def test_a_lot_that_is_not_there_is_not_found(practice, site, which):
    assert practice.get(f"/stock/{which}/").status_code == 404
