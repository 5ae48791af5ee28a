"""Plans that run are moved to another version only by a person, who saw before what that changes."""

import pytest

from aftercare import protocols
from aftercare.models import Plan
from clinic import words
from clinic.models import AuditRow
from outbox import deliveries
from outbox.models import Notice
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import TEN, minutes
from visits import protocols as moving

END = TEN + minutes(70)
NOW = END + minutes(60)


@pytest.fixture
def plan(mia, microneedling, ana, as_ana):
    treatments.values()
    aftercare.values()
    course = treatments.course(mia, by=as_ana)
    visit = booking.visit(mia, microneedling, ana)
    return aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana))


@pytest.fixture
def newer(plan, max_):
    """Return a version of Max's own: the message of the first day says more, a day later; that of day 5 is gone."""
    text = words.source("aftercare", "en", "AFTER_24H").replace("Dear {first_name},", "Good morning, {first_name}.")
    facts = {"title": "Check-in 1", "offset_hours": 30, "offset_days": None, "not_after_hours": 24}
    letters = {"en": text}
    protocols.change("AFTER_24H", revision=0, letters=letters, every_session=True, only_if=[], by=max_, at=END, **facts)
    protocols.remove("AFTER_5D", revision=protocols.draft().revision, by=max_, at=END)
    return protocols.publish(revision=protocols.draft().revision, note="Friendlier.", by=max_, at=END)


def said(kind):
    return Notice.objects.get(kind=kind).body_text


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Plan, Notice, AuditRow)]


def test_publishing_changes_no_plan_that_runs(plan, newer):
    assert (Plan.objects.get().protocol.version, "Dear Mia" in said("AFTER_24H")) == (1, True)
    assert [one.pk for one in moving.running_elsewhere(newer, at=NOW)] == [plan.pk]
    assert moving.unsent_of(moving.running_elsewhere(newer, at=NOW)).count() == Notice.objects.open().count()


def test_a_look_says_what_would_change_and_keeps_nothing(plan, newer, max_):
    before = everything()

    (looked,) = moving.looked_at(newer, by=max_, at=NOW)

    told = {change.code: change for change in looked.changes}
    assert {code: change.kind for code, change in told.items()} == {"AFTER_24H": "changed", "AFTER_5D": "gone"}
    assert [(line.kind, line.words) for line in told["AFTER_24H"].lines] == [
        ("gone", "Dear Mia,"),
        ("new", "Good morning, Mia."),
    ]
    assert told["AFTER_24H"].is_redated
    assert everything() == before


def test_a_press_moves_the_plans_and_what_has_not_left(plan, newer, max_):
    assert moving.move_plans(newer, by=max_, at=NOW) == 1

    assert Plan.objects.get().protocol == newer
    assert "Good morning, Mia." in said("AFTER_24H")
    assert Notice.objects.get(kind="AFTER_5D").state == Notice.State.WITHDRAWN
    row = AuditRow.objects.get(verb="aftercare.moved")
    assert row.patient_id_text == str(plan.session.patient.uuid)
    assert moving.move_plans(newer, by=max_, at=NOW) == 0


def test_a_message_that_left_is_not_said_again(plan, newer, max_, smtp_server):
    deliveries.send_due(clock=lambda: END)
    left = Notice.objects.get(kind="AFTER_0H")

    moving.move_plans(newer, by=max_, at=NOW)

    again = Notice.objects.get(kind="AFTER_0H")
    assert (again.state, again.body_text, again.planned_at) == (left.state, left.body_text, left.planned_at)


def test_a_plan_that_was_stopped_stays_as_it_is(plan, newer, max_):
    Plan.objects.filter(pk=plan.pk).update(stopped_at=END, stopped_because="Asked for.")

    assert moving.move_plans(newer, by=max_, at=NOW) == 0
