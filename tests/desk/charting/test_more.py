"""More of the record: closed until somebody has something to say in it, and read before the signature."""

import pytest

from tests.desk.charting.typed import CREAM, FULL, problems
from tests.factories import stock
from treatments.models import Session

PREP = "CX-9004 · until 30 Nov 2027 · Chlorhexidine 0.5 %"
MORE = {
    "assistant": "Ben Adeyemi",
    "skin_prep_lot": PREP,
    "seal_was_intact": True,
    "has_barrier_sleeve": True,
    "pain_after": "1",
    "adjunct": "Something else",
    "adjunct_details": "Light therapy",
    "aftercare_method": "Printed",
}
COVERED = {
    "anaesthetic_is_none": False,
    "creams-0-lot": CREAM,
    "creams-0-on_at": "09:20",
    "creams-0-off_at": "09:50",
    "creams-0-is_removed": True,
    "creams-0-area_cm2": "120",
    "creams-0-is_occluded": True,
    "creams-0-applied_by": "Ben Adeyemi",
}


@pytest.fixture(autouse=True)
def at_hand(ben, db):
    stock.skin_prep()


def panel(page):
    return page.styled("fold-more")[0]


def test_it_is_closed_on_an_empty_chart_and_open_once_something_is_said(tablet, chart):
    empty = tablet.open(chart)
    assert "open" not in panel(empty).attrs

    tablet.press("Save", FULL | {"pain_after": "2"})
    assert "open" in panel(tablet.open(chart)).attrs


def test_all_of_it_is_kept_and_read_before_the_signature(tablet, chart, review, ben):
    tablet.open(chart)
    tablet.press("Save", FULL | MORE | COVERED)

    session = Session.objects.get()
    assert (session.assistant, session.pain_after, session.aftercare_method) == (ben, 1, "printed")
    words = tablet.open(review).text
    for said in (
        "Chlorhexidine 0.5 % · lot CX-9004, use until 30 Nov 2027",
        "Something else · Light therapy",
        "explained and handed over · printed",
        "Ben Adeyemi",
        "120 cm² · covered · put on by Ben Adeyemi",
        "Covered cream is taken up faster",
    ):
        assert said in words


def test_what_is_wrong_in_it_is_said_at_its_field_and_the_panel_is_open(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", FULL | MORE | {"adjunct_details": ""})

    assert (page.status, problems(page)) == (422, ["Write what else was done."])
    assert "open" in panel(page).attrs
    assert page.value("pain_after") == "1"
