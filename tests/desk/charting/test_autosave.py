"""The chart while it is written, kept by itself."""

import pytest

from tests.desk.charting.conftest import tablet_of
from tests.desk.charting.typed import FULL, autosave, problems
from tests.factories import treatments
from tests.factories.booking import TEN
from treatments.models import Session, Zone
from treatments.sessions import Incomplete
from visits import treatment


def test_a_chart_keeps_itself_and_says_when(tablet, chart, session):
    tablet.open(chart)

    told = autosave(tablet, {"note": "Half a thought"})

    assert Session.objects.get().note == "Half a thought"
    assert 'id="id_version" value="2" hx-swap-oob="true"' in told
    assert "Saved 10:00" in told


def test_a_half_filled_zone_is_kept_as_it_was_typed_and_says_what_it_lacks(tablet, chart):
    tablet.open(chart)

    told = autosave(tablet, {"note": "Half a thought", "zones-0-depth_mm": "1.5"})

    assert ("Kept as typed 10:00" in told, "Choose the zone." in told) == (True, True)
    assert Session.objects.get().note == ""
    page = tablet.open(chart)
    assert (page.value("note"), page.value("zones-0-depth_mm")) == ("Half a thought", "1.5")
    assert "Choose the zone." in problems(page)


def test_what_was_typed_and_cannot_be_read_counts_for_nothing_and_the_treatment_does_not_end(
    tablet, chart, session, as_ana
):
    tablet.open(chart)
    tablet.press("Save", FULL)
    autosave(tablet, {"zones-0-depth_mm": "deep"})

    with pytest.raises(Incomplete) as stopped:
        treatment.finish(session, ended_at=TEN, by=as_ana, at=TEN)

    assert [one.words for one in stopped.value.missing] == ["what was typed and can't be read yet"]
    tablet.open(chart)
    tablet.press("Save", {"zones-0-depth_mm": "1.50"})
    assert (Session.objects.get().typed, treatments.sessions.missing(Session.objects.get())) == ({}, [])


def test_what_another_device_typed_is_never_written_over(tablet, chart, ana):
    other = tablet_of(ana)
    other.open(chart)
    tablet.open(chart)
    autosave(other, {"zones-0-depth_mm": "deep"})

    told = autosave(tablet, {"zones-0-depth_mm": "shallow"})

    assert ("data-stale" in told, "id_version" in told) == (True, False)
    assert Session.objects.get().typed["zones-0-depth_mm"] == ["deep"]


def test_what_can_never_be_recorded_is_said_while_it_is_written(tablet, chart, session):
    cheek = Zone.objects.get(code="cheek").pk
    tablet.open(chart)

    told = autosave(
        tablet,
        {
            "zones-0-zone": cheek,
            "zones-0-depth_mm": "9",
            "zones-0-pass_count": "3",
            "zones-0-endpoint": "erythema_mild",
        },
    )

    assert "The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can&#x27;t be recorded." in told
    assert Session.objects.get().zone_passes.count() == 0


def test_a_finding_appears_while_it_is_written(tablet, chart, session):
    cheek = Zone.objects.get(code="cheek").pk
    tablet.open(chart)
    row = {
        "zones-0-zone": cheek,
        "zones-0-depth_mm": "1.75",
        "zones-0-pass_count": "3",
        "zones-0-endpoint": "erythema_mild",
    }

    told = autosave(tablet, row)

    assert '<div class="found" id="found_zones-0" hx-swap-oob="true">' in told
    assert "1.75 mm is above 1.50 mm, beyond which the labels give no evidence." in told


def test_a_chart_that_somebody_else_saved_does_not_keep_itself_over_theirs(tablet, chart, session, as_ana):
    tablet.open(chart)
    treatments.saved(session, by=as_ana, at=TEN)

    told = autosave(tablet, {"note": "Other words."})

    assert "Somebody changed this a moment ago. Look at it and save again." in told
    assert Session.objects.get().note == "Calm throughout."
