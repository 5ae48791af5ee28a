"""A PRP kit on the chart: the panel opens, and a label of somebody else is a stop in words."""

import pytest

from intake.models import Purpose
from tests.desk.charting.typed import FULL, problems
from tests.factories import intake
from tests.treatments.test_prp import kit
from treatments.models import PrpUse, Session

KIT = {"serum_is_none": False, "serums-0-lot": "PK-0207 · until 30 Nov 2027 · PRP kit"}


def check(moment, label="Names this patient"):
    return {
        f"prp_{moment}_name": True,
        f"prp_{moment}_born": True,
        f"prp_{moment}_label": label,
        f"prp_{moment}_by": "Ana Duarte",
        f"prp_{moment}_at": "10:00",
    }


DRAWN = {"prp_draw_ml": "8,5", "prp_drawn_at": "10:00", **check("draw"), **check("application")}


@pytest.fixture
def kits(session, mia, as_ana):
    intake.signed(mia, by=as_ana, purpose=Purpose.PRP)
    return kit()


def test_a_clinic_without_kits_sees_nothing_of_it(tablet, chart):
    assert "Platelet-rich plasma" not in [node.text for node in tablet.open(chart).all("summary")]


def test_it_is_kept_and_read_before_the_signature(tablet, chart, kits, review):
    tablet.open(chart)
    tablet.press("Save", FULL | KIT | DRAWN)

    assert (PrpUse.objects.get().draw_ml, PrpUse.objects.get().application_label) == (8.5, "matches")
    words = tablet.open(review).text
    assert "Check before the application name, date of birth, label · Ana Duarte · 10:00" in words


def test_a_label_of_somebody_else_is_a_stop_and_what_was_typed_stays(tablet, chart, kits):
    tablet.open(chart)

    page = tablet.press("Save", FULL | KIT | DRAWN | check("draw", "Names somebody else"))

    assert page.status == 422
    assert problems(page) == [
        "Stop: the tube is not this patient's. Nothing of it goes on this skin. Discard it, take the kit off the chart "
        "and write down what happened."
    ]
    assert page.value("prp_draw_ml") == "8,5"
    assert Session.objects.get().version == 1
