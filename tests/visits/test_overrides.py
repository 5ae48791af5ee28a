"""Rules that somebody may pass, and only they: each with a reason, a row, and the control that is refused."""

from datetime import date, timedelta

import pytest

from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Role, RoleGrant
from clinic.refusals import Refused
from patients import patients, restrictions
from tests.factories import treatments as chart
from tests.factories.booking import SUNDAY, TEN, minutes
from treatments import gates
from visits import reception

SEVEN_PM = TEN + minutes(9 * 60)  # an hour after the house has closed


@pytest.fixture(autouse=True)
def clinical_values(db):
    chart.values()


@pytest.fixture
def wish(mia, ana, site, microneedling):
    return {"patient": mia, "service": microneedling, "practitioner": ana, "starts_at": TEN, "site": site}


@pytest.fixture
def as_prescriber(ana):
    """Ana, who prescribes too."""
    RoleGrant.objects.create(user=ana, role=Role.PRESCRIBER)
    return Actor.of(ana)


def rule_of(act) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal.rule, refused.value.refusal.overridable_by


def kept(visit) -> list[tuple]:
    rows = visit.overrides.order_by("id")
    return [(row.rule, row.reason, row.agreed_by.name, row.recorded_by.name) for row in rows]


# --- outside working hours --------------------------------------------------------------------------------


def test_who_may_books_outside_hours_with_a_reason(wish, max_):
    wish |= {"starts_at": SEVEN_PM, "by": max_, "at": SUNDAY}

    visit = reception.book(**wish, agreed_reason="Ana stays on")

    assert kept(visit) == [("hours.outside", "Ana stays on", "Max Feld", "Max Feld")]


@pytest.mark.parametrize("agreed", [{}, {"agreed_reason": "  "}])
def test_nobody_does_without_a_reason(wish, max_, agreed):
    wish |= {"starts_at": SEVEN_PM, "by": max_, "at": SUNDAY}

    assert rule_of(lambda: reception.book(**wish, **agreed)) == ("hours.outside", "book_outside_hours")


def test_the_desk_does_not_by_naming_somebody_who_may(wish, ana, dee):
    agreed = {"agreed_by": ana, "agreed_reason": "Ana stays on"}

    assert rule_of(lambda: reception.book(**(wish | {"starts_at": SEVEN_PM}), **agreed, by=dee, at=SUNDAY)) == (
        "hours.outside",
        "book_outside_hours",
    )
    assert Appointment.objects.count() == 0


def test_a_visit_is_moved_outside_hours_by_who_may(wish, dee, max_):
    visit = reception.book(**wish, by=dee, at=SUNDAY)
    there = {"starts_at": SEVEN_PM, "version": 1, "agreed_reason": "Ana stays on", "at": SUNDAY}

    assert rule_of(lambda: reception.move(visit, **there, by=dee))[0] == "hours.outside"
    assert kept(reception.move(visit, **there, by=max_)) == [("hours.outside", "Ana stays on", "Max Feld", "Max Feld")]


def test_what_is_taken_stays_taken_outside_hours(wish, tomasz, max_):
    wish |= {"starts_at": SEVEN_PM, "by": max_, "at": SUNDAY, "agreed_reason": "Ana stays on"}
    reception.book(**wish)

    assert rule_of(lambda: reception.book(**(wish | {"patient": tomasz}))) == ("claim.taken", "")


# --- restrictions -----------------------------------------------------------------------------------------


@pytest.fixture
def resting(mia):
    """Mia's skin rests for four weeks more; the last three days of them may be agreed to."""
    restrictions.write(
        mia,
        source="session:last:spacing",
        service_kinds=["needling"],
        not_before=date(2026, 3, 30),
        soft_days=3,
        words="The skin rests.",
        at=SUNDAY - timedelta(days=1),
    )


@pytest.fixture
def held(mia):
    """A clinician looks first."""
    restrictions.write(
        mia, source="screening:1", service_kinds=[], not_before=None, words="", at=SUNDAY - timedelta(days=1)
    )


@pytest.mark.parametrize("why", ["resting", "held"])
def test_where_harm_is_likely_a_prescriber_decides_acting_herself(request, wish, why, as_prescriber):
    request.getfixturevalue(why)

    visit = reception.book(**wish, agreed_reason="Seen her today", by=as_prescriber, at=SUNDAY)

    ((_rule, reason, agreed_by, recorded_by),) = kept(visit)
    assert (reason, agreed_by, recorded_by) == ("Seen her today", "Ana Duarte", "Ana Duarte")


@pytest.mark.parametrize("why", ["resting", "held"])
def test_a_practitioner_does_not_and_the_desk_does_not_by_naming_a_prescriber(
    request, wish, why, ben, dee, as_prescriber
):
    request.getfixturevalue(why)
    named = {"agreed_by": as_prescriber.user, "agreed_reason": "She said so"}

    for by in (Actor.of(ben), dee):
        assert rule_of(lambda by=by: reception.book(**wish, **named, by=by, at=SUNDAY))[1] == "prescribe"
    assert Appointment.objects.count() == 0


def test_one_agreement_passes_several_rules_and_keeps_a_row_for_each(wish, resting, as_prescriber):
    wish |= {"starts_at": SEVEN_PM, "by": as_prescriber, "at": SUNDAY}

    visit = reception.book(**wish, agreed_reason="Flies tomorrow")

    assert kept(visit) == [
        ("restriction.not_before", "Flies tomorrow", "Ana Duarte", "Ana Duarte"),
        ("hours.outside", "Flies tomorrow", "Ana Duarte", "Ana Duarte"),
    ]


def test_what_is_agreed_to_for_one_rule_does_not_pass_another(wish, mia, ana, dee):
    friday = date(2026, 3, 6)
    restrictions.write(
        mia, source="session:1", service_kinds=["needling"], not_before=friday, soft_days=4, words="", at=SUNDAY
    )
    named = {"agreed_by": ana, "agreed_reason": "Flies on Friday"}

    assert rule_of(lambda: reception.book(**(wish | {"starts_at": SEVEN_PM}), **named, by=dee, at=SUNDAY)) == (
        "hours.outside",
        "book_outside_hours",
    )
    assert kept(reception.book(**wish, **named, by=dee, at=SUNDAY)) == [
        ("restriction.not_before", "Flies on Friday", "Ana Duarte", "Dee Marlowe")
    ]


def test_a_practitioner_who_agrees_herself_names_nobody(wish, mia, as_ana):
    restrictions.write(
        mia, source="s", service_kinds=["needling"], not_before=date(2026, 3, 4), soft_days=3, words="", at=SUNDAY
    )

    visit = reception.book(**wish, agreed_reason="Calm skin", by=as_ana, at=SUNDAY)

    assert kept(visit) == [("restriction.not_before", "Calm skin", "Ana Duarte", "Ana Duarte")]


def test_what_was_agreed_to_holds_for_its_day_and_not_for_what_is_written_later(
    wish, mia, resting, as_prescriber, site
):
    visit = reception.book(**wish, agreed_reason="Seen her today", by=as_prescriber, at=SUNDAY)
    on = TEN.date()
    before = gates.restriction_refusal(visit, on=on, at=TEN)
    restrictions.write(
        mia,
        source="session:other",
        service_kinds=[],
        not_before=date(2026, 3, 30),
        words="New.",
        at=SUNDAY + minutes(1),
    )
    after = gates.restriction_refusal(visit, on=on, at=TEN)

    assert before is None
    assert (after.rule, after.overridable_by) == ("restriction.not_before", "prescribe")


def test_an_agreement_falls_with_the_right_to_give_it(wish, resting, as_prescriber):
    visit = reception.book(**wish, agreed_reason="Seen her today", by=as_prescriber, at=SUNDAY)
    RoleGrant.objects.filter(user=as_prescriber.user, role=Role.PRESCRIBER).delete()

    assert gates.restriction_refusal(visit, on=TEN.date(), at=TEN).rule == "restriction.not_before"


def test_on_its_own_day_a_visit_moves_without_agreeing_again(wish, resting, as_prescriber, dee):
    visit = reception.book(**wish, agreed_reason="Seen her today", by=as_prescriber, at=SUNDAY)

    later = reception.move(visit, starts_at=TEN + minutes(60), version=1, by=dee, at=SUNDAY)

    assert rule_of(lambda: reception.move(later, starts_at=TEN + timedelta(days=1), version=2, by=dee, at=SUNDAY)) == (
        "restriction.not_before",
        "prescribe",
    )


def test_nobody_passes_a_death(wish, mia, as_prescriber):
    patients.edit(mia, version=mia.version, by=as_prescriber, at=SUNDAY, died_on=date(2026, 2, 27))

    assert rule_of(lambda: reception.book(**wish, agreed_reason="Sure", by=as_prescriber, at=SUNDAY)) == (
        "patient.died",
        "",
    )


def test_nobody_books_the_past(wish, as_prescriber):
    assert rule_of(lambda: reception.book(**wish, agreed_reason="Sure", by=as_prescriber, at=TEN + minutes(30))) == (
        "time.past",
        "",
    )


# --- a consultation comes first ---------------------------------------------------------------------------


@pytest.fixture
def talks_first(site, consultation):
    site.consultation_first = True
    site.save()


def consulted(patient, ana, dee, consultation, site, *, is_over):
    early = TEN - timedelta(days=7)
    visit = reception.book(
        patient=patient, service=consultation, practitioner=ana, starts_at=early, site=site, by=dee, at=early
    )
    if is_over:
        here = reception.arrive(visit, version=1, by=dee, at=early)
        reception.finish_visit(here, version=here.version, by=dee, at=early + minutes(30))


def test_a_first_needling_is_refused_before_a_consultation(wish, talks_first, dee):
    assert rule_of(lambda: reception.book(**wish, by=dee, at=SUNDAY)) == ("consultation.first", "treat")


def test_one_that_is_only_booked_does_not_open_the_door(wish, mia, talks_first, ana, dee, consultation, site):
    consulted(mia, ana, dee, consultation, site, is_over=False)

    assert rule_of(lambda: reception.book(**wish, by=dee, at=SUNDAY))[0] == "consultation.first"


def test_one_that_is_over_does(wish, mia, talks_first, ana, dee, consultation, site):
    consulted(mia, ana, dee, consultation, site, is_over=True)

    assert reception.book(**wish, by=dee, at=SUNDAY).state == Appointment.State.BOOKED


def test_a_house_that_does_not_ask_for_it_books_at_once(wish, consultation, dee):
    assert reception.book(**wish, by=dee, at=SUNDAY).state == Appointment.State.BOOKED


def test_who_was_treated_here_before_needs_none(wish, mia, ana, as_ana, dee, talks_first, site):
    site.consultation_first = False
    site.save()
    visit = reception.book(**wish, by=dee, at=SUNDAY)
    here = reception.arrive(visit, version=1, by=dee, at=TEN)
    session = chart.ended(chart.started(here, by=as_ana), by=as_ana)
    site.consultation_first = True
    site.save()

    in_six_weeks = {"starts_at": TEN + timedelta(days=42), "by": dee, "at": session.ended_at}
    assert reception.book(**(wish | in_six_weeks)).state == Appointment.State.BOOKED


def test_a_practitioner_may_agree_and_the_desk_names_her(wish, talks_first, ana, dee):
    visit = reception.book(**wish, agreed_by=ana, agreed_reason="Seen at our other house", by=dee, at=SUNDAY)

    assert kept(visit) == [("consultation.first", "Seen at our other house", "Ana Duarte", "Dee Marlowe")]


def test_a_manager_may_not_agree(wish, talks_first, max_):
    assert rule_of(
        lambda: reception.book(**wish, agreed_by=max_.user, agreed_reason="In a hurry", by=max_, at=SUNDAY)
    ) == ("consultation.first", "treat")


def test_moving_asks_for_no_consultation_again(wish, talks_first, ana, dee):
    visit = reception.book(**wish, agreed_by=ana, agreed_reason="Known to her", by=dee, at=SUNDAY)

    moved = reception.move(visit, starts_at=TEN + minutes(60), version=1, by=dee, at=SUNDAY)

    assert moved.starts_at == TEN + minutes(60)
