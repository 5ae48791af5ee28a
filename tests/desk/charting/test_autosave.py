"""The chart while it is written, kept by itself."""

from tests.desk.charting.typed import autosave
from tests.factories import treatments
from tests.factories.booking import TEN
from treatments.models import Session, Zone


def test_a_chart_keeps_itself_and_says_when(tablet, chart, session):
    tablet.open(chart)

    told = autosave(tablet, {"note": "Half a thought"})

    assert Session.objects.get().note == "Half a thought"
    assert 'id="id_version" value="2" hx-swap-oob="true"' in told
    assert "Saved 10:00" in told


def test_a_half_filled_zone_is_not_kept_and_says_why(tablet, chart):
    tablet.open(chart)

    told = autosave(tablet, {"note": "Half a thought", "zones-0-depth_mm": "1.5"})

    assert "Choose the zone." in told
    assert ("id_version" in told, Session.objects.get().note) == (False, "")


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
    assert Session.objects.get().version == 1


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
