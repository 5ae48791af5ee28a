"""A delivery is scanned or typed; a number that no product has is learnt, and a month is its last day."""

from datetime import date

import pytest
from django.urls import reverse

from stock import movements
from stock.models import Lot, Product
from tests.desk.conftest import page_of
from tests.factories import stock
from tests.journeys.paper import Paper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]

GTIN = "09506000134352"
CODE = f"(01){GTIN}(17)271100(10)C4-0871(30)40"
RECEIVE = "desk:stock_receive"


@pytest.fixture
def paper(ana, site):
    return Paper(page_of(ana))


@pytest.fixture
def tip(db):
    return stock.tip()


def typed(tip: Product, **other: str) -> dict[str, str]:
    return {"product": str(tip.pk), "number": "C4-0871", "expires": "2027-11", "count": "40"} | other


def test_a_scan_of_a_known_product_fills_the_form_and_one_press_keeps_it(paper, tip):
    Product.objects.filter(pk=tip.pk).update(gtin=GTIN)
    paper.open(reverse(RECEIVE))

    page = paper.press("Read the code", {"code": CODE})
    assert "Say how many came" in page.text
    page = paper.press("Put it on the shelf")

    lot = Lot.objects.get()
    assert (lot.product, lot.number, lot.expires_on, movements.left(lot)) == (tip, "C4-0871", date(2027, 11, 30), 40)
    assert "40 units of Tip 3.00, lot C4-0871, are on the shelf." in page.toasts[0]


def test_a_number_that_no_product_has_is_learnt(practice, site, tip):
    page = practice.post(reverse(RECEIVE), {"read": "1", "code": CODE})
    assert f"No product has the number {GTIN} yet." in page.content.decode()
    form = page.context["form"]
    assert (form["gtin"].value(), form["number"].value(), form["expires"].value()) == (GTIN, "C4-0871", "2027-11-30")

    practice.post(reverse(RECEIVE), typed(tip, gtin=GTIN, remembers="on"))

    tip.refresh_from_db()
    assert (tip.gtin, tip.changes.get().field) == (GTIN, "gtin")


def test_a_number_is_not_learnt_unasked(practice, site, tip):
    practice.post(reverse(RECEIVE), typed(tip, gtin=GTIN))

    tip.refresh_from_db()
    assert (tip.gtin, Lot.objects.count()) == ("", 1)


def test_a_code_that_cannot_be_read_is_said_and_everything_typed_stays(practice, site, tip):
    page = practice.post(reverse(RECEIVE), {"read": "1", "code": "smudge", **typed(tip)})

    assert page.status_code == 422
    assert "This is no code of a pack that can be read." in page.content.decode()
    assert (page.context["code"], page.context["form"]["number"].value()) == ("smudge", "C4-0871")


def test_the_same_lot_again_is_put_to_the_first(practice, site, tip):
    for _time in range(2):
        practice.post(reverse(RECEIVE), typed(tip))

    assert movements.left(Lot.objects.get()) == 80


def test_one_form_sent_twice_is_one_delivery(practice, site, tip):
    sent = typed(tip, form_key="0b6c7d2e-3f1f-4a9b-9a53-0d4c3b2a1f00")
    answers = [practice.post(reverse(RECEIVE), sent) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert movements.left(Lot.objects.get()) == 40


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"product": ""}, "product", "Choose the product."),
        ({"number": ""}, "number", "Write the lot as it is printed on the pack."),
        ({"count": "0"}, "count", "Write how many units, from 1 to 9999."),
        (
            {"expires": "soon"},
            "expires",
            "Write the expiry as the pack does: 2027-11-30, 30/11/2027, or only the month, 2027-11 or 11/2027.",
        ),
    ],
)
def test_what_is_wrong_stands_at_its_field(practice, site, tip, wrong, field, sentence):
    page = practice.post(reverse(RECEIVE), typed(tip, **wrong))

    assert (page.status_code, page.context["form"].errors) == (422, {field: [sentence]})
    assert Lot.objects.count() == 0
