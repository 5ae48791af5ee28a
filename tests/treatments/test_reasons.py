"""What asks for a reason, and what answers it: one reason for a session, the plan of the course, the device's label."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.factories import treatments
from tests.factories.booking import TEN, minutes
from treatments import courses, judging, sessions
from treatments.course_plans import plan_of
from treatments.course_rules import DepthStep
from treatments.drafts import Draft
from treatments.labels import Indication
from treatments.models import Session

pytestmark = pytest.mark.django_db

ELEVEN = TEN + minutes(60)


def noticed(session: Session, *rows, device=None) -> list[tuple[str, str, str]]:
    """Return what was noticed as (place, code, reason)."""
    found = judging.of_session(session, Draft(device=device, zones=rows))
    return [(one.where, one.code, one.reason) for one in found]


def test_one_reason_answers_every_zone_of_the_session(session, as_ana):
    deep = {"above_evidence": "Rolling scars"}
    rows = (
        treatments.row("cheek", "1.75", side="right", reasons=deep),
        treatments.row("cheek", "1.75", side="left"),
    )
    found = judging.of_session(session, Draft(zones=rows))

    asked = [(one.where, one.reason, one.is_elsewhere) for one in found if one.code == "above_evidence"]
    assert asked == [("zones.0", "Rolling scars", False), ("zones.1", "Rolling scars", True)]


def test_what_the_plan_agreed_is_not_asked_again_unless_it_goes_deeper(session, as_ana, mia):
    course = treatments.course(mia, by=as_ana)
    steps = (DepthStep(1, "cheek", Decimal("1.75")),)
    said = replace(
        plan_of(course), zones=(treatments.zone("cheek"),), depth_steps=steps, step_reasons=("Rolling scars",)
    )
    courses.change(course, said, version=course.version, why="Depths agreed", by=as_ana, at=TEN)
    Session.objects.filter(pk=session.pk).update(course=course, number=1)
    session = Session.objects.get(pk=session.pk)

    as_planned = noticed(session, treatments.row("cheek", "1.75"))
    deeper = noticed(session, treatments.row("cheek", "2.00"))

    assert as_planned == [("zones.0", "above_evidence", "Rolling scars")]
    assert deeper == [("zones.0", "above_evidence", "")]


def test_the_signed_record_says_the_reason_at_every_zone_it_holds_for(session, as_ana):
    deep = {"above_evidence": "Rolling scars"}
    rows = (
        treatments.row("cheek", "1.75", side="right", reasons=deep),
        treatments.row("cheek", "1.75", side="left"),
    )
    kept = treatments.saved(session, by=as_ana, zones=rows)
    ended = sessions.end(kept, ended_at=ELEVEN, by=as_ana, at=ELEVEN)

    signed = sessions.sign(ended, by=as_ana, at=ELEVEN)

    assert list(signed.zone_passes.values_list("reasons", flat=True)) == [deep, deep]
    assert sessions.verify(signed)


def test_a_use_beyond_the_label_of_the_device_asks_for_a_reason(session, pen):
    pen.cleared = [Indication(concerns=frozenset({"fine_lines"}), from_age=22, deepest_mm=Decimal("1.50")).kept()]
    row = treatments.row("cheek", "1.75")

    on_label = [code for _where, code, _reason in noticed(session, row)]
    off_label = [code for _where, code, _reason in noticed(session, row, device=pen)]

    assert on_label == ["above_evidence"]
    assert off_label == ["above_evidence", "off_label_depth"]
