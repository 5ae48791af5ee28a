"""A legal hold: set with a reason, lifted with another, one at a time."""

import pytest
from django.db import IntegrityError, connection, transaction

from clinic.models import AuditRow
from patients import holds
from patients.models import Hold
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold(mia, max_):
    return holds.set_(mia, reason=" A claim \n is made ", by=max_, at=TEN)


def test_it_stands_with_its_reason_until_it_is_lifted(hold, mia, max_, tomasz):
    assert (holds.standing(mia), hold.reason) == (hold, "A claim is made")
    assert holds.standing(tomasz) is None

    holds.lift(hold, because="Settled", by=max_, at=TEN + minutes(5))

    assert holds.standing(mia) is None
    assert (hold.lifted_by, hold.lifted_because) == (max_.user, "Settled")
    told = AuditRow.objects.filter(patient_id_text=str(mia.uuid), object_kind="patients.hold")
    assert list(told.values_list("verb", "reason")) == [("hold.set", "A claim is made"), ("hold.lifted", "Settled")]


def test_there_is_one_at_a_time(hold, mia, max_):
    with pytest.raises(holds.Held, match="The record of Mia Okafor is under a legal hold"):
        holds.set_(mia, reason="Another claim", by=max_, at=TEN)

    assert Hold.objects.get() == hold


def test_after_one_was_lifted_another_may_be_set(hold, mia, max_):
    holds.lift(hold, because="Settled", by=max_, at=TEN)
    holds.lift(hold, because="Settled again", by=max_, at=TEN)

    assert holds.set_(mia, reason="Another claim", by=max_, at=TEN) != hold
    assert hold.lifted_because == "Settled"


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 251])
def test_a_hold_needs_a_reason_to_stand_and_to_be_lifted(hold, mia, tomasz, max_, reason):
    with pytest.raises(holds.NoReason):
        holds.set_(tomasz, reason=reason, by=max_, at=TEN)
    with pytest.raises(holds.NoReason):
        holds.lift(hold, because=reason, by=max_, at=TEN)

    assert Hold.objects.standing().get() == hold


def approve_by_hand(patient) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clinic_purge (uuid, patient_pk, patient_uuid, due_on, listed_at, approved_at, "
            "approved_by_id_text, counts) VALUES (%s, %s, %s, '2026-03-02', %s, %s, '1', '{}')",
            [str(patient.uuid).replace("-", ""), patient.pk, str(patient.uuid).replace("-", ""), TEN, TEN],
        )


def test_the_database_itself_approves_no_deletion_under_a_hold(hold, mia, tomasz):
    with pytest.raises(IntegrityError, match="nothing is deleted under a legal hold"):
        approve_by_hand(mia)

    approve_by_hand(tomasz)


def test_once_it_is_lifted_the_database_does(hold, mia, max_):
    holds.lift(hold, because="Settled", by=max_, at=TEN)

    approve_by_hand(mia)
