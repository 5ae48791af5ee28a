"""A product of its own kind is kept once the patient has signed for it: the chart leads to the very page of that."""

import pytest
from django.urls import reverse

from intake import consents
from stock.models import Product
from tests.desk.charting.typed import FULL, problems
from tests.factories import stock
from treatments import drafts
from treatments.models import Session

MISSING = "Mia Okafor signs first: %s."


@pytest.fixture
def kit(db):
    return stock.lot(stock.product("PRP kit", Product.Kind.SERUM, open_channel="allow", use="prp"), "PK-0207")


@pytest.fixture
def cream(db):
    return stock.lot(stock.product("Cream", Product.Kind.ANAESTHETIC, use="off_label"), "LC-9")


def serum(lot):
    return {"serum_is_none": False, "serums-0-lot": str(lot.pk), "serums-0-phase": "After needling"}


def test_the_refusal_of_a_use_leads_to_the_words_that_are_missing_and_what_was_typed_is_kept_then(
    tablet, chart, kit, mia
):
    tablet.open(chart)
    page = tablet.press("Save", FULL | serum(kit))
    assert (page.status, problems(page)) == (422, [MISSING % "Microneedling with PRP"])
    link = page.link("Read and sign: Microneedling with PRP")
    asked = tablet.filled_in(page.button("Save"), {})

    assert link.attrs["target"] == "_blank"  # what was typed stays behind it
    words = tablet.follow("Read and sign: Microneedling with PRP")
    assert words.address.partition("?")[0] == reverse("desk:consent_sign", args=[mia.uuid])
    assert "PRP" in next(node.text for node in words.all("h1"))
    assert tablet.press("I agree and sign", {"name": "Mia Okafor"}).address == chart
    assert consents.covers(mia, "prp")

    again = tablet.post(chart, asked)
    assert (again.status, problems(again)) == (200, [])
    assert drafts.of(Session.objects.get()).serums[0].lot == kit


def test_each_missing_consent_has_its_own_way(tablet, chart, kit, cream):
    tablet.open(chart)

    numbing = {"anaesthetic_is_none": False, "creams-0-lot": str(cream.pk), "creams-0-on_at": "09:40"}
    page = tablet.press("Save", FULL | serum(kit) | numbing)

    hrefs = [node.attrs["href"] for node in page.all("a") if "consents/sign/" in node.attrs.get("href", "")]
    assert [href.partition("purpose=")[2].partition("&")[0] for href in hrefs] == ["prp", "off_label"]
