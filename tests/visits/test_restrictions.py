"""A restriction stops a visit on every road: a step taken back and a day agreed to pass nothing else."""

from datetime import timedelta

import pytest

from clinic import wall_time
from clinic.refusals import Refused
from patients import patients, restrictions
from tests.factories import booking, treatments
from tests.factories.booking import SUNDAY, TEN
from treatments import gates
from visits import reception

A_WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def clinical_values(db):
    treatments.values()


def rest_until(mia, day, *, soft_days=0):
    restrictions.write(
        mia,
        source="session:last:spacing",
        service_kinds=["needling"],
        not_before=day,
        soft_days=soft_days,
        words="The skin rests.",
        at=SUNDAY,
    )


def day_of(starts_at, site):
    return wall_time.local(starts_at, site.zone).date()


def test_a_move_is_not_taken_back_to_a_day_that_is_too_soon_by_now(mia, ana, dee, site, microneedling):
    visit = booking.visit(mia, microneedling, ana)
    moved = reception.move(visit, starts_at=TEN + A_WEEK, version=visit.version, by=dee, at=SUNDAY)
    rest_until(mia, day_of(TEN + A_WEEK, site))

    with pytest.raises(Refused) as refused:
        reception.revert(moved, version=moved.version, by=dee, at=SUNDAY)

    assert refused.value.refusal.rule == "restriction.not_before"
    moved.refresh_from_db()
    assert moved.starts_at == TEN + A_WEEK


def test_a_cancelled_visit_does_not_come_back_on_a_day_that_is_too_soon_by_now(mia, ana, dee, site, microneedling):
    visit = booking.visit(mia, microneedling, ana)
    cancelled = reception.cancel(visit, version=visit.version, reason="Ill", by=dee, at=SUNDAY)
    rest_until(mia, day_of(TEN + A_WEEK, site))

    with pytest.raises(Refused) as refused:
        reception.revert(cancelled, version=cancelled.version, by=dee, at=SUNDAY)

    assert refused.value.refusal.rule == "restriction.not_before"
    cancelled.refresh_from_db()
    assert not cancelled.is_standing


def test_what_was_agreed_to_for_a_visit_still_holds_when_its_cancelling_is_taken_back(
    mia, ana, dee, site, microneedling
):
    rest_until(mia, day_of(TEN, site) + timedelta(days=2), soft_days=3)
    wish = {"patient": mia, "service": microneedling, "practitioner": ana, "starts_at": TEN, "site": site}
    visit = reception.book(**wish, agreed_by=ana, agreed_reason="Flies on Tuesday", by=dee, at=SUNDAY)
    cancelled = reception.cancel(visit, version=visit.version, reason="Misheard", by=dee, at=SUNDAY)

    back = reception.revert(cancelled, version=cancelled.version, by=dee, at=SUNDAY)

    assert back.is_standing


def test_what_was_agreed_to_for_a_day_near_the_window_starts_nothing_weeks_before_it(
    mia, ana, dee, as_ana, site, microneedling
):
    in_three_weeks = TEN + 3 * A_WEEK
    rest_until(mia, day_of(in_three_weeks, site) + timedelta(days=2), soft_days=3)
    wish = {"patient": mia, "service": microneedling, "practitioner": ana, "starts_at": in_three_weeks, "site": site}
    visit = reception.book(**wish, agreed_by=ana, agreed_reason="Flies on Tuesday", by=dee, at=SUNDAY)

    with pytest.raises(Refused) as refused:
        reception.arrive(visit, version=visit.version, by=dee, at=TEN)

    assert refused.value.refusal.rule == "visit.not_today"
    assert gates.restriction_refusal(visit, on=day_of(TEN, site), at=TEN).rule == "restriction.not_before"
    assert gates.restriction_refusal(visit, on=day_of(in_three_weeks, site), at=TEN) is None


def test_a_needling_goes_into_its_room_with_its_record_only(mia, ana, dee, site, microneedling):
    visit = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
    )
    here = reception.arrive(visit, version=visit.version, by=dee, at=TEN)

    with pytest.raises(Refused) as refused:
        reception.enter_room(here, version=here.version, by=dee, at=TEN)

    assert refused.value.refusal.rule == "visit.starts_with_its_record"


def test_nobody_books_for_somebody_who_has_died(mia, ana, dee, as_ana, site, microneedling):
    patients.edit(mia, version=mia.version, by=as_ana, at=SUNDAY, died_on=day_of(SUNDAY, site))

    with pytest.raises(Refused) as refused:
        reception.book(
            patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
        )

    assert refused.value.refusal.rule == "patient.died"
