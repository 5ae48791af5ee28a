"""Whose record a clinician may open where each opens those of their own patients only."""

from dataclasses import replace

import pytest

from clinic import audit
from clinic.actors import Actor
from clinic.models import AuditRow, Role
from patients import glass
from tests.factories import booking
from tests.factories import clinic as house
from tests.factories import treatments as chart
from tests.factories.booking import SUNDAY, TEN, minutes
from visits import access, reception

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict_ana(ana):
    return Actor.of(ana, own_only=True)


def is_closed(patient, by, at=SUNDAY) -> bool:
    return access.is_closed_to(patient, by=by, at=at)


def test_in_most_clinics_every_record_is_open(mia, as_ana):
    assert not is_closed(mia, as_ana)


def test_where_the_glass_is_up_a_stranger_is_closed(mia, strict_ana):
    assert is_closed(mia, strict_ana)


def test_a_visit_to_come_opens_the_record_and_one_called_off_closes_it(mia, strict_ana, microneedling, ana, dee):
    visit = booking.visit(mia, microneedling, ana)
    assert not is_closed(mia, strict_ana)

    reception.cancel(visit, version=visit.version, reason="Away", by=dee, at=SUNDAY)
    assert is_closed(mia, strict_ana)


def test_a_visit_that_somebody_gives_themselves_opens_the_record_on_its_day(mia, strict_ana, microneedling, ana):
    booking.visit(mia, microneedling, ana, by=strict_ana)

    assert [is_closed(mia, strict_ana, at=at) for at in (SUNDAY, TEN - minutes(60))] == [True, False]


def test_a_visit_that_somebody_takes_over_from_another_opens_it_on_its_day(mia, ana, ben, microneedling, dee):
    strict_ben = Actor.of(ben, own_only=True)
    microneedling.practitioners.add(ben)
    visit = booking.visit(mia, microneedling, ana, by=dee)
    reception.move(visit, starts_at=TEN, practitioner=ben, version=visit.version, by=strict_ben, at=SUNDAY)

    assert [is_closed(mia, strict_ben, at=at) for at in (SUNDAY, TEN)] == [True, False]


def test_whoever_treated_stays_with_the_patient(mia, ana, ben, microneedling):
    chart.values()
    microneedling.practitioners.add(ben)
    chart.started(booking.visit(mia, microneedling, ana), by=Actor.of(ben))

    assert not is_closed(mia, Actor.of(ben, own_only=True), at=TEN + minutes(600))


def test_broken_glass_opens_it_for_its_hour(mia, strict_ana):
    glass.break_(mia, reason="Emergency", by=strict_ana, at=TEN)

    assert [is_closed(mia, strict_ana, at=at) for at in (TEN, TEN + minutes(60))] == [False, True]


def test_who_reads_nothing_clinical_stands_before_no_glass(mia, dee, max_):
    assert [is_closed(mia, replace(actor, own_only=True)) for actor in (dee, max_)] == [False, False]


@pytest.mark.parametrize("roles", [[Role.PRACTITIONER, Role.MANAGER], [Role.PRESCRIBER]])
def test_every_clinician_does_whatever_else_they_are(mia, roles):
    assert is_closed(mia, Actor.of(house.user("Sam Reed", *roles), own_only=True))


def test_a_key_is_worth_no_more_than_its_person(mia, ana):
    key = replace(Actor.of_token(ana, name="Laboratory", only=["see_clinical"]), own_only=True)

    assert is_closed(mia, key)


def test_no_read_comes_past_the_glass_whatever_door_asks(mia, strict_ana):
    for verb in (audit.READ, audit.EXPORT):
        with pytest.raises(access.BehindGlass, match="You do not treat this patient"):
            audit.read(mia, by=strict_ana, at=TEN, patient=mia, verb=verb)

    assert not AuditRow.objects.filter(verb__in=audit.READS).exists()


def test_the_control_with_the_glass_broken_it_is_read_and_kept(mia, strict_ana):
    glass.break_(mia, reason="Emergency", by=strict_ana, at=TEN)

    audit.read(mia, by=strict_ana, at=TEN, patient=mia)

    assert AuditRow.objects.filter(verb=audit.READ).count() == 1


def test_before_the_glass_a_clinician_is_left_with_what_the_desk_may(strict_ana):
    left = strict_ana.without(access.CLINICAL)

    assert [left.may(one) for one in ("see_patients", "book", "see_clinical", "treat")] == [True, True, False, False]
