"""What one press on the chart does: a zone tapped, a step stamped, the last settings put on, all of them confirmed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.desk.charting.conftest import tablet_of
from tests.desk.charting.typed import CREAM, FULL, problems
from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from treatments import drafts, sessions
from treatments.models import Session

FIVE_WEEKS_LATER = TEN + timedelta(days=35)


@pytest.fixture
def second(session, shelf, mia, microneedling, ana, as_ana, ten):
    """Mia's second session, five weeks after one of a right cheek and a forehead."""
    rows = (treatments.row("cheek", "1.50", side="right"), treatments.row("forehead", "1.00"))
    kept = treatments.saved(session, by=as_ana, zones=rows, cartridge_lot=shelf["tip"])
    sessions.end(kept, ended_at=TEN + minutes(60), by=as_ana, at=TEN + minutes(60))
    ten.move_to(FIVE_WEEKS_LATER + minutes(5))
    visit = booking.visit(mia, microneedling, ana, starts_at=FIVE_WEEKS_LATER)
    return treatments.started(visit, by=as_ana)


@pytest.fixture
def again(second, ana):
    tablet = tablet_of(ana)
    tablet.open(reverse("desk:chart", args=[second.uuid]))
    return tablet


def test_a_zone_tapped_gets_a_row_that_waits_for_its_depth(tablet, chart):
    tablet.open(chart)

    page = tablet.press("Cheek, patient's left")

    assert (page.value("zones-TOTAL_FORMS"), problems(page)) == ("2", [])
    assert page.all("li", **{"data-place": "cheek:left"})
    tablet.press("Save", {"zones-0-depth_mm": "1.50", "zones-0-pass_count": "3"})
    kept = drafts.of(Session.objects.get()).zones
    assert [(row.name, row.depth_mm, row.endpoint) for row in kept] == [("Cheek, patient's left", Decimal("1.50"), "")]


def test_a_zone_tapped_twice_is_on_the_chart_once(tablet, chart):
    tablet.open(chart)
    tablet.press("Forehead")

    page = tablet.press("Forehead")

    assert len(page.all("li", **{"data-place": "forehead:"})) == 1


def test_one_tap_on_a_step_stamps_it_and_a_second_one_ends_what_lasts(tablet, chart, ten):
    tablet.open(chart)
    tablet.press("Cleanse not yet")
    ten.move_to(TEN + minutes(20))
    tablet.press("Needling not yet")
    ten.move_to(TEN + minutes(45))

    page = tablet.press("Needling since 10:20, 0 min Tap when done")

    kept = Session.objects.get()
    assert (kept.cleansed_at, kept.needling_started_at, kept.needling_ended_at) == (
        TEN,
        TEN + minutes(20),
        TEN + minutes(45),
    )
    assert page.button("Needling 10:20 to 10:45").attrs.get("disabled") is not None


def test_the_cream_is_put_on_and_taken_off_with_a_tap_each(tablet, chart, ten):
    tablet.open(chart)
    tablet.press("Numbing not yet", {"creams-0-lot": CREAM})
    ten.move_to(TEN + minutes(31))

    tablet.press("Numbing since 10:00, 0 min Tap: off, removed fully")

    cream = drafts.of(Session.objects.get()).creams[0]
    assert (cream.on_at, cream.off_at, cream.is_removed) == (TEN, TEN + minutes(31), True)


def test_the_last_settings_are_put_on_the_chart_and_confirmed_zone_by_zone(again, second):
    page = again.press("Same as 2 Mar")
    assert "Settings from 2 Mar. 0 of 2 confirmed." in page.text
    assert page.value("cartridge_lot") == ""

    again.press("Save", {"zones-0-is_confirmed": True})

    rows = drafts.of(Session.objects.get(pk=second.pk)).zones
    assert [(row.name, row.is_confirmed, row.endpoint) for row in rows] == [
        ("Cheek, patient's right", True, ""),
        ("Forehead", False, ""),
    ]


def test_all_that_is_left_is_confirmed_at_once(again, second):
    again.press("Same as 2 Mar")

    page = again.press("Confirm all 2")

    assert "Settings from 2 Mar. 2 of 2 confirmed." in page.text
    assert all(row.is_confirmed for row in drafts.of(Session.objects.get(pk=second.pk)).zones)


def test_settings_said_to_be_of_somebody_elses_session_are_nobodys(
    tablet, chart, session, tomasz, microneedling, ana, as_ana
):
    theirs = treatments.started(booking.visit(tomasz, microneedling, ana, starts_at=TEN + timedelta(days=7)), by=as_ana)
    tablet.open(chart)
    page = tablet.press("Forehead")

    said = dict(page.sent_by(page.button("Save"))) | {
        "zones-0-depth_mm": "1.00",
        "zones-0-pass_count": "3",
        "zones-0-carried_from": str(theirs.uuid),
    }
    tablet.client.post(chart, said)

    row = drafts.of(Session.objects.get(pk=session.pk)).zones[0]
    assert (row.carried_from, row.is_confirmed) == (None, True)


def test_a_first_session_offers_no_last_one(tablet, chart):
    page = tablet.open(chart)

    assert "Same as" not in page.text


def test_a_chart_made_of_taps_can_be_ended(again, second, shelf):
    again.press("Same as 2 Mar")
    again.press("Confirm all 2")
    rest = {name: value for name, value in FULL.items() if not name.startswith("zones")}

    page = again.press("Save", rest | {"zones-0-endpoint": "Pinpoint bleeding", "zones-1-endpoint": "Even erythema"})

    assert "Nothing is open" in page.text
