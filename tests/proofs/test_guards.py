"""Guards survive migrations: each guarded table is rebuilt with rows in it, and raw SQL is still refused."""

from collections.abc import Iterable
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection, models, transaction

from clinic import audit, guards
from clinic.models import Purge
from outbox import deliveries
from patients import belongings, glass, holds, notes, restrictions, twins
from patients.models import Patient
from tests.factories import intake
from tests.factories.booking import TEN, minutes
from tests.factories.ledger import sold
from tests.factories.patients import patient, tomasz, zoe
from tests.factories.photos import cleaned
from tests.story import signed_session
from treatments import demands
from treatments.models import PrpUse, Strike
from visits import erasing, merging, recalls, reports

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = sorted({guard.table for guard in guards.listed() if "_of_nobody_merged_" not in guard.name})
MERGED_AWAY = "(SELECT id FROM patients_patient WHERE merged_into_id IS NOT NULL)"


@pytest.fixture
def told(mia, ana, microneedling, site, dee, as_ana):
    sold(mia)
    session = signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana)
    for kind in notes.kinds_for(as_ana):
        notes.write(kind, mia, words="Has a dog", by=as_ana, at=TEN)
    Purge.objects.create(patient_pk=0, patient_uuid=uuid4(), due_on=TEN.date(), listed_at=TEN)
    audit.seal_links(at=TEN)
    deliveries.send_due(clock=lambda: session.signed_at)
    second = patient("Mia Okafer")
    twins.set_apart(second, tomasz(), by=dee, at=TEN)
    restrictions.write(
        second, source="tests", service_kinds=[], not_before=None, words="Ask first.", at=session.signed_at
    )
    intake.letter(mia, by=as_ana, at=session.signed_at)
    glass.break_(mia, reason="On the phone", by=as_ana, at=TEN)
    holds.set_(mia, reason="A claim", by=as_ana, at=TEN)
    erasing.erase(zoe(), reason="Asked by letter", site=site, by=as_ana, at=TEN)
    now = {"by": as_ana, "at": session.signed_at}
    recall = recalls.open(session.cartridge.lot, site=site, reason="Open seals", **now)
    recalls.contact(recall, mia, how="call", is_reached=True, words="Feels well", **now)
    recalls.close(recall, **now)
    reports.tell(mia, session=session, site=site, came_by="visit", feeling="worried", photos=[cleaned()], **now)
    demands.change(["bleeding"], version=0, **now)
    with guards.lifted():
        PrpUse.objects.create(session=session, draw_ml=10)
        Strike.objects.create(session=session, reason="None of it", struck_by=ana, struck_at=session.signed_at)
    merging.merge(mia, second, versions=(mia.version, second.version), by=as_ana, at=session.signed_at)
    return session


def model_of(table: str) -> type[models.Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)


def rebuild(table: str) -> None:
    """Write the table anew, as a migration that changes it does."""
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(model_of(table))
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}" ADD COLUMN passing_by integer DEFAULT 1')
            cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN passing_by TYPE bigint')
            cursor.execute(f'ALTER TABLE "{table}" DROP COLUMN passing_by')


def migrate_over(tables: Iterable[str]) -> None:
    """Rebuild tables inside what `manage.py migrate` does before and after."""
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
    for table in tables:
        rebuild(table)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


def attacks(table: str) -> list[str]:
    """Return raw statements, each of which would break what the table's guards promise."""
    if table == "booking_claim":
        first = f'(SELECT MIN(starts_at) FROM "{table}"), ends_at = (SELECT MIN(ends_at) FROM "{table}")'
        return [f'UPDATE "{table}" SET starts_at = {first} WHERE practitioner_id IS NOT NULL']
    if table == "patients_patient":  # it is edited every day
        return [f'DELETE FROM "{table}"']
    held = " WHERE id IN (SELECT cartridge_id FROM treatments_session)" if table == "stock_cartridge" else ""
    return [f'UPDATE "{table}" SET id = id + 1000{held}', f'DELETE FROM "{table}"{held}']


def refused(statement: str) -> bool:
    """Return whether the database refuses the statement; what it let through is taken back."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount > 0, f"nothing to attack: {statement}"
            transaction.set_rollback(True)
    except IntegrityError as error:
        return "FOREIGN KEY" not in str(error).upper()
    return False


def test_a_rebuilt_table_still_refuses_raw_sql(told):
    rows = {table: model_of(table)._default_manager.count() for table in TABLES}
    assert [table for table in TABLES if rows[table] == 0] == []

    migrate_over(TABLES)

    assert {table: model_of(table)._default_manager.count() for table in TABLES} == rows
    assert guards.missing() == []
    assert [statement for table in TABLES for statement in attacks(table) if not refused(statement)] == []


def test_glass_a_hold_and_an_erasure_are_ended_once_and_never_told_otherwise(mia, tomasz, site, as_ana, max_):
    broken = glass.break_(mia, reason="On the phone", by=as_ana, at=TEN)
    hold = holds.set_(mia, reason="A claim", by=as_ana, at=TEN)
    erasure = erasing.erase(tomasz, reason="Asked by letter", site=site, by=as_ana, at=TEN)
    glass.close(broken, by=as_ana, at=TEN + minutes(5))
    glass.review(broken, note="In order", by=max_, at=TEN + minutes(6))
    holds.lift(hold, because="It is over", by=as_ana, at=TEN + minutes(5))
    erasing.reopen(erasure, by=as_ana, at=TEN + minutes(5))

    told_otherwise = {
        "patients_glass": ["reason = 'x'", "until = '2099-01-01'", "reviewed_note = 'x'", "reviewed_at = NULL"],
        "patients_hold": ["reason = 'x'", "lifted_because = 'x'", "lifted_at = NULL, lifted_because = ''"],
        "patients_erasure": ["reason = 'x'", "removed = '[]'", "reopened_at = NULL", "delete_on = '2099-01-01'"],
    }
    for table, changes in told_otherwise.items():
        assert [change for change in changes if not refused(f"UPDATE {table} SET {change}")] == []


def of_merged(key) -> str:
    """Return the statement that writes for a record which became part of another."""
    return f'UPDATE "{key.model._meta.db_table}" SET {key.field}_id = {MERGED_AWAY} WHERE {key.field}_id IS NOT NULL'


def test_nothing_is_given_to_a_record_that_was_merged_after_a_rebuild_either(told):
    keys = [key for key in belongings.every_key() if key.model is not Patient and key.of(told.patient).exists()]
    assert {key.label for key in keys} >= {"booking.appointment", "booking.claim", "outbox.notice", "intake.consent"}

    migrate_over({key.model._meta.db_table for key in keys})

    assert [key.label for key in keys if not refused(of_merged(key))] == []


def test_the_control_without_its_guard_a_notice_goes_to_a_record_that_was_merged(told):
    key = next(key for key in belongings.every_key() if key.label == "outbox.notice")

    with guards.lifted("outbox_notice_of_nobody_merged_update"):
        assert not refused(of_merged(key))


@pytest.mark.sqlite
def test_the_control_a_rebuild_without_the_house_drops_the_triggers_in_silence(told):
    rebuild("clinic_auditrow")

    assert not refused('UPDATE "clinic_auditrow" SET id = id + 1000')
    assert not refused('DELETE FROM "clinic_auditrow"')
    assert guards.missing() == ["clinic_auditrow_append_only"]


def test_the_control_with_its_guards_lifted_a_sealed_record_can_be_rewritten(told):
    with guards.lifted("treatments_session_sealed"):
        assert not refused("UPDATE treatments_session SET note = 'something else'")

    assert refused("UPDATE treatments_session SET note = 'something else'")


def test_a_missing_guard_is_found_and_the_house_does_not_serve():
    guards.refuse_to_serve_unguarded()
    name = "treatments_session_sealed"
    with guards.lifted(name):
        assert guards.missing() == [name]
        with pytest.raises(guards.Unguarded, match=name):
            guards.refuse_to_serve_unguarded()


def test_nothing_slips_into_a_sealed_record(told):
    assert refused(
        "INSERT INTO treatments_zonepass (session_id, zone_id, side, depth_mm, pass_count, endpoint, note, reasons, "
        "speed_unit, is_confirmed) "
        "SELECT session_id, zone_id, 'left', depth_mm, pass_count, endpoint, note, reasons, speed_unit, is_confirmed "
        "FROM treatments_zonepass"
    )
    assert told.zone_passes.count() == 2


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["clinic_auditrow", "treatments_zonepass", "treatments_session"])
def test_what_is_kept_cannot_be_truncated(told, table):
    assert refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.both_engines
def test_half_a_guard_is_no_guard(told):
    table = ' ON "clinic_auditrow"' if connection.vendor == "postgresql" else ""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TRIGGER "clinic_auditrow_append_only__delete"{table}')

        assert guards.missing() == ["clinic_auditrow_append_only"]
        transaction.set_rollback(True)  # the database is another test's next

    assert guards.missing() == []
