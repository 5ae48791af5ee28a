"""The final deletion: listed by night, decided by a person, and refused by the database to everybody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from clinic import audit, belongings
from clinic.models import AuditRow, Purge
from intake.models import ConsentText
from patients import glass, holds, notes
from patients.models import Patient
from stock.models import Cartridge
from tests.factories import patients as who
from tests.factories.booking import TEN, minutes
from tests.factories.ledger import sold
from tests.factories.waitlist import waits
from tests.story import signed_session
from visits import erasing, purging, tasks
from visits.erasing import rows_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

OVER = datetime(2035, 1, 8, 3, 20, tzinfo=UTC)  # more than eight years after everything here


@pytest.fixture
def told(mia, tomasz, ana, microneedling, site, dee, as_ana):
    """Mia and Tomasz were both treated; there is a row of every kind about each."""
    for number, patient in enumerate((mia, tomasz)):
        sold(patient)
        if number == 0:
            signed_session(patient, ana, microneedling, site, desk=dee, by=as_ana)
        for kind in notes.kinds_for(as_ana):
            notes.write(kind, patient, words="Has a dog", by=as_ana, at=TEN)
        glass.break_(patient, reason="Second opinion", by=as_ana, at=TEN)
        who.allergy(patient, "Lidocaine", by=as_ana)
    waits(mia, microneedling, at=TEN)


@pytest.fixture
def purge(told, mia):
    purging.list_due(at=OVER)
    return Purge.objects.get(patient_pk=mia.pk)


def rows_about(patient) -> dict[str, int]:
    found = {model._meta.label: rows_of(model, patient).count() for model in belongings.about_a_patient()}
    return {label: count for label, count in found.items() if count}


def test_nothing_is_due_before_its_time(told):
    assert purging.list_due(at=TEN + timedelta(days=8 * 365 - 5)) == 0


def test_by_night_the_due_are_listed_once_and_nothing_is_deleted(told, mia, tomasz, by_night):
    assert (tasks.list_what_is_due_for_deletion(), tasks.list_what_is_due_for_deletion()) == (2, 0)

    assert {patient for _purge, patient in purging.waiting()} == {mia, tomasz}
    assert rows_about(mia)["treatments.Session"] == 1


@pytest.fixture
def by_night():
    with time_machine.travel(OVER, tick=False):
        yield


def test_a_hold_takes_it_from_the_list_and_lifting_brings_it_back(purge, mia, max_):
    hold = holds.set_(mia, reason="A claim is made", by=max_, at=OVER)
    purging.list_due(at=OVER + timedelta(days=1))
    assert mia not in [patient for _purge, patient in purging.waiting()]

    holds.lift(hold, because="Settled", by=max_, at=OVER + timedelta(days=2))
    purging.list_due(at=OVER + timedelta(days=3))
    assert mia in [patient for _purge, patient in purging.waiting()]


def test_a_closed_record_goes_on_the_day_its_patient_was_told(told, tomasz, site, max_):
    site.keep_years = 8
    erasing.erase(tomasz, reason="Asked by letter", site=site, by=max_, at=TEN + timedelta(days=1))
    site.keep_years = 20
    site.save()

    purging.list_due(at=OVER)

    assert [(patient.name, f"{one.due_on}") for one, patient in purging.waiting()] == [("Tomasz Wrona", "2034-03-02")]


def test_the_dry_run_counts_what_would_go(purge, mia):
    counted = purging.counts(mia)

    assert counted == rows_about(mia)
    assert (counted["treatments.Session"], counted["patients.Patient"]) == (1, 1)


def test_every_row_about_the_patient_goes_and_nothing_about_anybody_else(purge, mia, tomasz, max_):
    others, before = rows_about(tomasz), rows_about(mia)
    cartridges, texts, trail = Cartridge.objects.count(), ConsentText.objects.count(), AuditRow.objects.count()

    done = purging.carry_out(purge, by=max_, at=OVER)

    assert (rows_about(mia), rows_about(tomasz)) == ({}, others)
    assert (done.counts, done.approved_by_id_text, done.done_at) == (before, max_.id, OVER)
    assert (Cartridge.objects.count(), ConsentText.objects.count()) == (cartridges, texts)
    assert AuditRow.objects.count() == trail + 1
    assert audit.faults() == []
    connection.check_constraints()


def test_the_trail_tells_that_it_was_done(purge, mia, max_):
    purging.carry_out(purge, by=max_, at=OVER)

    row = AuditRow.objects.latest("pk")
    assert (row.verb, row.patient_id_text, row.object_kind) == ("record.deleted", str(mia.uuid), "clinic.purge")


def test_under_a_hold_it_is_refused_though_it_was_listed(purge, mia, max_):
    holds.set_(mia, reason="A claim is made", by=max_, at=OVER)

    with pytest.raises(purging.NotDue):
        purging.carry_out(purge, by=max_, at=OVER)

    assert rows_about(mia)["treatments.Session"] == 1


def test_what_is_not_due_any_more_is_not_deleted(purge, mia, ana, as_ana, max_):
    (clinical,) = [kind for kind in notes.kinds_for(as_ana) if kind.__name__ == "ClinicalNote"]
    notes.write(clinical, mia, words="Came back after all", by=as_ana, at=OVER)

    with pytest.raises(purging.NotDue, match="its time is not over"):
        purging.carry_out(purge, by=max_, at=OVER + minutes(1))


def test_it_is_done_once(purge, max_):
    purging.carry_out(purge, by=max_, at=OVER)

    with pytest.raises(purging.NotDue):
        purging.carry_out(purge, by=max_, at=OVER)


# --- what the database itself refuses ------------------------------------------------------------------------


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount > 0, f"nothing to attack: {statement}"
            transaction.set_rollback(True)
    except IntegrityError as error:
        return "FOREIGN KEY" not in str(error).upper()
    return False


def test_without_a_purge_no_row_that_is_kept_is_deleted(purge):
    tables = ["patients_patient", "treatments_session", "treatments_zonepass", "treatments_addendum"]
    tables += ["intake_screening", "intake_answer", "intake_consent", "booking_change"]

    assert [table for table in tables if not refused(f"DELETE FROM {table}")] == []


def test_the_control_under_an_approved_purge_they_are_and_only_that_patients(purge, mia, tomasz):
    Purge.objects.filter(pk=purge.pk).update(approved_at=OVER, approved_by_id_text="1")

    for table in ("treatments_addendum", "treatments_zonepass", "intake_consent", "booking_change"):
        assert not refused(f"DELETE FROM {table}"), table
    assert refused(f"DELETE FROM patients_patient WHERE id = {tomasz.pk}")


def test_once_it_is_done_the_door_is_shut_again(purge, mia, tomasz, max_):
    purging.carry_out(purge, by=max_, at=OVER)

    assert refused(f"DELETE FROM patients_patient WHERE id = {tomasz.pk}")
    assert refused("DELETE FROM clinic_purge")
    assert refused(f"UPDATE clinic_purge SET patient_pk = {tomasz.pk} WHERE done_at IS NOT NULL")
    assert refused("UPDATE clinic_purge SET done_at = NULL WHERE done_at IS NOT NULL")


def test_a_purge_cannot_be_pointed_at_somebody_else(purge, tomasz):
    assert refused(f"UPDATE clinic_purge SET patient_pk = {tomasz.pk + 1000}")


def test_the_trail_stays_whatever_is_approved(purge):
    Purge.objects.filter(pk=purge.pk).update(approved_at=OVER, approved_by_id_text="1")

    assert refused("DELETE FROM clinic_auditrow")


def test_a_person_says_so_or_it_is_not_approved(purge):
    with pytest.raises(IntegrityError, match="purge_approved_by_a_person"), transaction.atomic():
        Purge.objects.filter(pk=purge.pk).update(approved_at=OVER)


def test_the_last_day_is_said_with_each(purge):
    assert purge.due_on == date(2034, 3, 27)
    assert not Patient.everybody.filter(closed_at__isnull=False).exists()
