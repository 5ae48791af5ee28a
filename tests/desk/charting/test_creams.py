"""A cream that an answer keeps away, as the tablet says it: refused in words, and asked about where it stands."""

from datetime import timedelta

import pytest
from django.urls import reverse

from booking.models import Override
from intake.rules import Reply
from tests.desk.charting.typed import FULL, autosave, findings, problems
from tests.factories import patients as who
from tests.factories import screening as full
from tests.factories import stock, treatments
from tests.factories.booking import TEN
from treatments import decisions

REFUSED = (
    "Cream of lidocaine and prilocaine 5.0 holds prilocaine. The answer about methaemoglobinaemia or G6PD deficiency "
    "keeps prilocaine and benzocaine away. A practitioner may decide otherwise and says why."
)
EMLA = "EM-01 · until 30 Nov 2027 · Cream of lidocaine and prilocaine 5.0"
TYPED = FULL | {"anaesthetic_is_none": False, "creams-0-lot": EMLA, "creams-0-on_at": "10:00"}


@pytest.fixture
def chart(visit, shelf, mia, as_ana):
    """Return the chart of Mia, who has methaemoglobinaemia; Ana decided that the session goes on without that cream."""
    stock.cream("EM-01", agents=("lidocaine", "prilocaine"), active_percent="5.0")
    treatments.course(mia, by=as_ana)
    full.screened(mia, by=as_ana, at=TEN - timedelta(days=1), METHAEM=Reply("yes"))
    decisions.decide(visit, {"METHAEM": "Without that cream"}, on=TEN.date(), by=as_ana, at=TEN)
    return reverse("desk:chart", args=[treatments.started(visit, by=as_ana).uuid])


def test_it_is_refused_at_its_field_and_what_was_typed_stays(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Save", TYPED)

    assert (page.status, problems(page)) == (422, [REFUSED])
    assert (page.value("note"), page.value("zones-0-depth_mm")) == ("Calm throughout.", "1.50")
    assert page.value("creams-0-reason") == ""
    assert REFUSED in findings(page)


def test_with_a_reason_it_is_kept_and_the_reason_is_read_again(tablet, chart, ana):
    tablet.open(chart)
    tablet.press("Save", TYPED)

    page = tablet.press("Save", {"creams-0-reason": "The laboratory ruled it out"})

    assert (page.status, problems(page)) == (200, [])
    assert page.value("creams-0-reason") == "The laboratory ruled it out"
    assert Override.objects.get(rule="cream.methaem").agreed_by == ana


def test_half_a_reason_decides_nothing_while_the_chart_keeps_itself(tablet, chart):
    tablet.open(chart)
    tablet.press("Save", TYPED)

    told = autosave(tablet, {"creams-0-reason": "The lab"})

    assert f"{REFUSED} The reason counts once you press Save." in told
    assert not Override.objects.filter(rule="cream.methaem").exists()


def test_the_record_tells_the_reason_beside_the_cream(tablet, chart, ana):
    tablet.open(chart)
    tablet.press("Save", TYPED)
    tablet.press("Save", {"creams-0-reason": "The laboratory ruled it out"})

    page = tablet.open(f"{chart}review/")

    assert "The laboratory ruled it out" in page.text


def test_an_allergy_on_the_record_is_said_at_the_cream_and_passed_the_same_way(tablet, visit, shelf, mia, as_ana):
    stock.cream("EM-01", agents=("lidocaine", "prilocaine"), active_percent="5.0")
    treatments.course(mia, by=as_ana)
    full.screened(mia, by=as_ana, at=TEN - timedelta(days=1))
    who.allergy(mia, "Lidocaine")
    tablet.open(reverse("desk:chart", args=[treatments.started(visit, by=as_ana).uuid]))

    page = tablet.press("Save", TYPED)
    assert page.status == 422
    assert any("An allergy on the record keeps lidocaine and prilocaine away." in words for words in problems(page))

    page = tablet.press("Save", {"creams-0-reason": "Tested at the hospital: it was the latex"})
    assert (page.status, problems(page)) == (200, [])
