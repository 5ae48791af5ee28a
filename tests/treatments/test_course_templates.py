"""Templates of courses: loaded once with the clinic's days, edited as versions, begun from."""

from dataclasses import replace
from decimal import Decimal

import pytest

from clinic.models import AuditRow
from clinic.refusals import Refused, Stale
from tests.factories.booking import TEN
from treatments import clinical, course_templates
from treatments.course_rules import Adjunct, DepthStep
from treatments.courses import ReasonsMissing
from treatments.models import Concern, CourseTemplate, FollowUpRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def scars() -> CourseTemplate:
    return CourseTemplate.objects.get(concern__code="acne_scars")


def changed(template, as_ana, *, version=1, why="Experience", **fields):
    said = replace(course_templates.outline_of(template), **fields)
    return course_templates.change(template, said, version=version, why=why, by=as_ana, at=TEN)


def test_each_concern_has_a_template_with_the_days_of_the_clinic():
    CourseTemplate.objects.all().delete()
    FollowUpRule.objects.filter(key="next_session.target_days").update(value="33")

    assert clinical.load(TEN) == Concern.objects.count()

    template = CourseTemplate.objects.get(concern__code="melasma")
    assert (template.planned_sessions, template.target_days, template.review_days) == (4, 33, [30, 90, 180])
    assert course_templates.CARE_OF_PIGMENT in template.home_care


def test_a_plan_begins_from_the_template_of_its_concern(scars, as_ana):
    changed(scars, as_ana, planned_sessions=5, days=(30, 35, 40), home_care="Sunscreen")

    begun = course_templates.plan_for(scars.concern)

    assert (begun.planned_sessions, begun.days, begun.home_care) == (5, (30, 35, 40), "Sunscreen")


def test_a_change_is_a_version_with_who_when_and_why(scars, as_ana):
    now = changed(scars, as_ana, planned_sessions=5)

    assert (now.version, now.edited_at) == (2, TEN)
    row = scars.changes.get()
    assert (row.field, row.was, row.became, row.why, row.by_name) == (
        "planned_sessions",
        "4",
        "5",
        "Experience",
        as_ana.name,
    )
    assert AuditRow.objects.get(verb="course_template.changed").reason == "Experience"
    assert clinical.load(TEN) == 0


def test_saying_the_same_again_is_no_version(scars, as_ana):
    assert changed(scars, as_ana, why="").version == 1


def test_a_change_asks_why(scars, as_ana):
    with pytest.raises(Refused, match="Write why the template changes"):
        changed(scars, as_ana, planned_sessions=5, why=" ")


def test_a_template_has_three_to_six_sessions(scars, as_ana):
    with pytest.raises(Refused, match="usually has 3 to 6"):
        changed(scars, as_ana, planned_sessions=7)


def test_depths_of_a_template_are_judged_as_those_of_a_plan(scars, as_ana):
    deep = {"depth_steps": (DepthStep(1, "forehead", Decimal("1.50")),)}
    with pytest.raises(ReasonsMissing, match=r"above the advisable 1\.00 mm"):
        changed(scars, as_ana, **deep)

    changed(scars, as_ana, **deep, step_reasons=("Old scars",))

    assert course_templates.plan_for(scars.concern).step_reasons == ("Old scars",)


def test_the_eyelid_is_in_no_template(scars, as_ana):
    with pytest.raises(Refused, match="is never needled"):
        changed(scars, as_ana, depth_steps=(DepthStep(1, "eyelid_orbital", Decimal("0.50")),))


def test_two_people_do_not_change_one_template_at_once(scars, as_ana):
    changed(scars, as_ana, planned_sessions=5)

    with pytest.raises(Stale):
        changed(scars, as_ana, planned_sessions=6)


def test_a_course_that_begins_at_once_takes_all_but_the_depths(scars, as_ana):
    changed(
        scars,
        as_ana,
        depth_steps=(DepthStep(1, "cheek", Decimal("1.50")),),
        adjuncts=(Adjunct("peel", 42, 2), Adjunct("prp", 42, 4)),
    )

    begun = course_templates.begun_at_once(scars.concern, 3, goal="Softer skin")

    assert (begun.planned_sessions, begun.goal, begun.depth_steps) == (3, "Softer skin", ())
    assert begun.adjuncts == (Adjunct("peel", 42, 2),)
    assert "SPF 30" in begun.home_care
