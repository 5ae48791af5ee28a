"""Plans of courses: made at the consultation, changed as versions, read for the chart."""

from decimal import Decimal

import pytest

from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Refused, Stale
from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from treatments import courses
from treatments.course_rules import Adjunct, DepthStep
from treatments.courses import CoursePlan, ReasonsMissing
from treatments.models import Concern, Course

pytestmark = pytest.mark.django_db
LATER = TEN + minutes(30)


def said(**fields) -> CoursePlan:
    """Return a plan for acne scars on cheek and nose with two depths; `fields` differ from it."""
    known = {
        "concern": Concern.objects.get(code="acne_scars"),
        "planned_sessions": 4,
        "zones": (treatments.zone("cheek"), treatments.zone("nose")),
        "goal": "Go out without make-up",
        "also_concerns": (Concern.objects.get(code="enlarged_pores"),),
        "depth_steps": (DepthStep(1, "cheek", Decimal("1.50")), DepthStep(3, "cheek", Decimal("1.75"))),
        "step_reasons": ("", "Rolling scars"),
        "adjuncts": (Adjunct("peel", 42, 2),),
        "home_care": "Sunscreen every morning",
        "price_words": "4 for 720",
    }
    return CoursePlan(**(known | fields))


@pytest.fixture
def planned(mia, as_ana):
    return courses.plan(mia, said(), by=as_ana, at=TEN)


def test_a_plan_made_at_the_consultation_reads_as_it_was_said(planned):
    kept = courses.plan_of(planned)

    assert (planned.state, planned.version, planned.review_days) == (Course.State.PLANNED, 1, [30, 90, 180])
    assert (kept.goal, kept.days, kept.adjuncts) == ("Go out without make-up", (28, 35, 42), (Adjunct("peel", 42, 2),))
    assert [one.code for one in kept.also_concerns] == ["enlarged_pores"]
    assert kept.step_reasons == ("", "Rolling scars")


def test_what_a_plan_agreed_is_known_to_the_chart_with_its_reasons(planned):
    assert courses.agreed_depths(planned, 1) == {"cheek": (Decimal("1.50"), {})}
    assert courses.agreed_depths(planned, 4) == {"cheek": (Decimal("1.75"), {"above_evidence": "Rolling scars"})}


def test_a_depth_that_asks_for_a_reason_is_not_planned_without_one(mia, as_ana):
    with pytest.raises(ReasonsMissing, match=r"1\.75 mm is above 1\.50 mm") as stopped:
        courses.plan(mia, said(step_reasons=()), by=as_ana, at=TEN)

    assert list(stopped.value.missing) == [1]
    assert not Course.objects.exists()


def test_nobody_plans_deeper_than_they_may_needle(mia, ana):
    ana.max_depth_mm = Decimal("1.00")
    ana.save()

    with pytest.raises(Refused, match=r"may needle to 1\.00 mm"):
        courses.plan(mia, said(), by=Actor.of(ana), at=TEN)


def test_a_change_is_a_version_with_what_was_and_became_who_and_why(planned, as_ana):
    more = said(planned_sessions=7, sessions_reason="Deep scars", depth_steps=(), step_reasons=())

    changed = courses.change(planned, more, version=1, why="Slow progress", by=as_ana, at=LATER)

    rows = changed.changes.values_list("version", "field", "was", "became", "why", "by_name")
    assert list(rows) == [
        (2, "planned_sessions", "4", "7", "Slow progress", as_ana.name),
        (2, "sessions_reason", "", "Deep scars", "Slow progress", as_ana.name),
        (
            2,
            "depth_steps",
            "From session 1: Cheek 1.50 mm\nFrom session 3: Cheek 1.75 mm (Rolling scars)",
            "",
            "Slow progress",
            as_ana.name,
        ),
    ]
    assert AuditRow.objects.get(verb="course.changed").reason == "Slow progress"


def test_a_change_without_a_reason_is_refused_and_changes_nothing(planned, as_ana):
    with pytest.raises(Refused, match="Write why the plan changes"):
        courses.change(planned, said(goal="Another"), version=1, why=" ", by=as_ana, at=LATER)

    planned.refresh_from_db()
    assert (planned.goal, planned.version, planned.changes.count()) == ("Go out without make-up", 1, 0)


def test_saying_the_same_again_is_no_version(planned, as_ana):
    same = courses.change(planned, said(), version=1, why="", by=as_ana, at=LATER)

    assert (same.version, same.changes.count()) == (1, 0)


def test_two_people_do_not_change_one_plan_at_once(planned, as_ana):
    courses.change(planned, said(goal="Softer skin"), version=1, why="Asked again", by=as_ana, at=LATER)

    with pytest.raises(Stale):
        courses.change(planned, said(goal="Other"), version=1, why="Asked", by=as_ana, at=LATER)


def test_a_finished_course_is_not_planned_anew(planned, as_ana):
    courses.finish_early(planned, note="Moves away", by=as_ana, at=LATER)

    with pytest.raises(courses.NotRunning):
        courses.change(planned, said(goal="Other"), version=2, why="Asked", by=as_ana, at=LATER)


def test_fewer_sessions_than_were_done_can_not_be_planned(mia, as_ana, microneedling, ana):
    course = treatments.course(mia, by=as_ana)
    visits = [booking.visit(mia, microneedling, ana, starts_at=TEN + minutes(60 * 24 * 35 * n)) for n in range(2)]
    for visit in visits:
        treatments.ended(treatments.started(visit, by=as_ana), by=as_ana)

    fewer = said(planned_sessions=1, sessions_reason="Enough", depth_steps=(), step_reasons=(), adjuncts=())
    with pytest.raises(Refused, match="2 sessions were done already"):
        courses.change(course, fewer, version=course.version, why="Enough", by=as_ana, at=LATER)
