"""What answers hold up, and a decision about one visit: kept with its answer, and of use for no other."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from booking.models import Appointment, Override
from clinic import wall_time
from clinic.actors import Actor
from clinic.models import AuditRow, Role, RoleGrant
from clinic.refusals import Refused
from intake import screenings
from intake.rules import Reply
from tests.factories import booking, treatments
from tests.factories import clinic as house
from tests.factories import screening as full
from tests.factories.booking import SUNDAY, TEN, minutes
from treatments import decisions, gates
from treatments.decisions import NotDecided
from visits import answers, reception

pytestmark = pytest.mark.django_db

ON = TEN.date()
TWO_MONTHS = {"ISOTRET_6M": Reply("yes", ON - timedelta(days=60))}
OPENS = ON + timedelta(days=120)


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


@pytest.fixture
def vera(db):
    return Actor.of(house.user("Vera Lind", Role.PRESCRIBER))


def answered(patient, at=SUNDAY, **told):
    return full.screened(patient, by=Actor.of_link(patient.name, uuid4()), at=at, **told)


def decided(visit, by, **reasons):
    return answers.decide(visit, reasons, on=ON, by=by, at=SUNDAY + minutes(5))


def left(visit):
    return gates.restriction_refusal(visit, on=ON, at=TEN)


def test_the_desk_is_refused_with_the_day_and_hears_no_reason(mia, ana, dee, microneedling, site):
    answered(mia, **TWO_MONTHS)

    with pytest.raises(Refused) as refused:
        reception.book(
            patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
        )

    refusal = refused.value.refusal
    assert (refusal.rule, refusal.earliest, refusal.overridable_by) == ("restriction.not_before", OPENS, "prescribe")
    assert refusal.sentence == (
        "The answers to the health questions ask for a later day. The earliest day is Tuesday 30 June."
    )


def test_a_prescriber_decides_for_one_visit_and_it_can_be_started(mia, visit, vera, as_ana):
    answered(mia, **TWO_MONTHS)
    assert left(visit).earliest == OPENS

    (kept,) = decided(visit, vera, ISOTRET_6M="Low dose, skin is calm")

    assert left(visit) is None
    assert (kept.code, kept.reason, kept.agreed_by, kept.roles) == (
        "ISOTRET_6M",
        "Low dose, skin is calm",
        vera.user,
        "prescriber",
    )
    assert (kept.answer["option"], kept.answer["on"]) == ("yes", "2026-01-01")
    assert AuditRow.objects.filter(verb="override", reason="Low dose, skin is calm").count() == 1
    assert treatments.started(visit, by=as_ana).appointment == visit


def test_it_serves_no_other_visit(mia, visit, vera, microneedling, ana):
    other = booking.visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=1))
    answered(mia, **TWO_MONTHS)

    decided(visit, vera, ISOTRET_6M="Low dose")

    assert gates.restriction_refusal(other, on=ON + timedelta(days=1), at=TEN).earliest == OPENS


def test_another_answer_is_a_new_question_and_the_same_one_is_not(mia, visit, vera):
    answered(mia, **TWO_MONTHS)
    decided(visit, vera, ISOTRET_6M="Low dose")

    answered(mia, at=SUNDAY + minutes(30), **TWO_MONTHS)
    assert left(visit) is None

    answered(mia, at=SUNDAY + minutes(60), ISOTRET_6M=Reply("yes", ON - timedelta(days=5)))
    assert left(visit).earliest == ON + timedelta(days=175)


def test_who_may_no_longer_decide_has_decided_nothing(mia, visit, vera):
    answered(mia, **TWO_MONTHS)
    decided(visit, vera, ISOTRET_6M="Low dose")

    RoleGrant.objects.filter(user=vera.user).delete()

    assert left(visit).earliest == OPENS


@pytest.mark.parametrize(
    ("told", "who", "reason", "why"),
    [
        ({"PREGNANT": Reply("yes")}, "vera", "It is early", "Only a changed answer clears this."),
        (
            {"PEEL_DEEP": Reply("yes", ON - timedelta(days=2))},
            "vera",
            "It was mild",
            "Only a changed answer clears this.",
        ),
        ({"ANTICOAG": Reply("yes")}, "as_ana", "Low dose", "A prescriber decides this."),
        ({"ANTICOAG": Reply("yes")}, "dee", "Low dose", "A prescriber decides this."),
        ({"PRIOR_REACTION": Reply("yes")}, "as_ana", " ", "Say why the session goes on."),
        ({}, "vera", "Fine", "One of these answers changed meanwhile. Look at them again."),
    ],
)
def test_nobody_decides_what_is_not_theirs(request, mia, visit, told, who, reason, why):
    answered(mia, **told)
    code = next(iter(told), "KELOID")

    with pytest.raises(NotDecided) as refused:
        decided(visit, request.getfixturevalue(who), **{code: reason})

    assert refused.value.codes == {code: why}
    assert Override.objects.count() == 0


def test_of_several_decisions_all_are_kept_or_none(mia, visit, as_ana):
    answered(mia, PRIOR_REACTION=Reply("yes"), ANTICOAG=Reply("yes"))

    with pytest.raises(NotDecided):
        decided(visit, as_ana, PRIOR_REACTION="Another serum", ANTICOAG="Low dose")

    assert Override.objects.count() == 0


def test_what_a_practitioner_decides_waits_for_nobody_at_the_desk_but_is_asked_at_the_start(mia, visit, as_ana):
    answered(mia, PRIOR_REACTION=Reply("yes"))
    assert (left(visit), gates.undecided_refusal(visit, on=ON).rule) == (None, "screening.undecided")

    decided(visit, as_ana, PRIOR_REACTION="Another serum")

    assert gates.undecided_refusal(visit, on=ON) is None


def test_severe_acne_decided_beforehand_needs_no_prescriber_at_the_start(mia, visit, vera, as_ana):
    answered(mia, ACNE_ACTIVE=Reply("yes"), ACNE_SEVERE=Reply("yes"))
    decided(visit, vera, ACNE_SEVERE="Seen by dermatology")
    severe = treatments.all_clear(ACNE_SEVERE=screenings.Given(True))
    prior = decisions.made_for(visit)["ACNE_SEVERE"]
    before = {"ACNE_SEVERE": screenings.Decided(prior.agreed_by, prior.roles, prior.reason, prior.answer)}

    passed = screenings.record(mia, answers=severe, by=as_ana, at=TEN, decided=before)
    control = screenings.record(mia, answers=severe, by=as_ana, at=TEN)

    assert (passed.outcome, control.outcome) == ("passed", "blocked")
    kept = passed.answers.get(question__code="ACNE_SEVERE")
    assert (kept.passed_by, kept.passed_reason, kept.passed_roles) == (vera.user, "Seen by dermatology", "prescriber")


def test_a_prescriber_who_books_all_the_same_leaves_a_row_for_each_answer(mia, ana, vera, microneedling, site):
    answered(mia, ANTICOAG=Reply("yes"), **TWO_MONTHS)

    visit = reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=TEN,
        site=site,
        agreed_reason="Talked with her doctor",
        by=vera,
        at=SUNDAY + minutes(5),
    )

    assert sorted(visit.overrides.values_list("code", flat=True)) == ["", "ANTICOAG", "ISOTRET_6M"]
    assert (left(visit), gates.undecided_refusal(visit, on=ON)) == (None, None)


def test_the_desk_cannot_name_a_practitioner_for_an_answer(mia, ana, dee, microneedling, site):
    answered(mia, WAX=Reply("yes", ON - timedelta(days=2)))
    named = {"agreed_by": ana, "agreed_reason": "Ana says yes"}

    with pytest.raises(Refused) as refused:
        reception.book(
            patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY, **named
        )

    assert refused.value.refusal.overridable_by == "judge_answers"


def test_a_booked_visit_that_an_answer_breaks_is_listed_at_once(mia, visit, vera, site):
    assert answers.broken(site=site, at=SUNDAY) == []

    answered(mia, **TWO_MONTHS)
    (found,) = answers.broken(site=site, at=SUNDAY)
    assert (found.visit, found.refusal.earliest) == (visit, OPENS)

    decided(visit, vera, ISOTRET_6M="Low dose")
    assert answers.broken(site=site, at=SUNDAY) == []


def test_a_consultation_is_broken_by_no_answer(mia, ana, consultation, site):
    booking.visit(mia, consultation, ana)

    answered(mia, PREGNANT=Reply("yes"))

    assert answers.broken(site=site, at=SUNDAY) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    mia, microneedling, ana, vera, site, count, django_assert_num_queries
):
    visits = [booking.visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=number)) for number in range(count)]
    answered(mia, **TWO_MONTHS)
    for one in visits:
        on = wall_time.local(one.starts_at, site.zone).date()
        answers.decide(one, {"ISOTRET_6M": "Low dose"}, on=on, by=vera, at=SUNDAY)
    answered(mia, at=SUNDAY + minutes(5), ISOTRET_6M=Reply("yes", date(2026, 2, 1)))

    with django_assert_num_queries(6):
        found = answers.broken(site=site, at=SUNDAY)

    assert [one.visit.pk for one in found] == [one.pk for one in visits]
    assert Appointment.objects.count() == count
