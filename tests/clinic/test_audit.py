from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from clinic import audit, guards
from clinic.actors import Actor
from clinic.models import AuditLink, AuditRow, Site

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def trail():
    """Three rows about one site, linked."""
    site = Site.objects.create(name="Rowan", time_zone="Europe/London", phone="+441134960000")
    rows = [
        audit.record(verb, site, by=Actor.system("test"), at=AT + timedelta(minutes=n), fields={"name": verb})
        for n, verb in enumerate(("open", "rename", "close"))
    ]
    audit.seal_links(at=AT)
    return rows


def test_a_trail_that_nobody_touched_holds(trail):
    assert audit.faults(head=audit.head()) == []
    assert audit.seal_links(at=AT) == 0


def test_the_trail_holds_under_a_key_that_the_house_had_before(trail, settings):
    former = settings.SECRET_KEY
    settings.SECRET_KEY = f"another-{former}"
    assert len(audit.faults()) == 6  # each row, and each link

    settings.SECRET_KEY_FALLBACKS = [former]
    audit.record("paint", Site.objects.get(), by=Actor.system("test"), at=AT)
    audit.seal_links(at=AT)
    assert audit.faults(head=audit.head()) == []


def test_values_are_kept_as_keyed_hashes_only(trail):
    assert trail[1].fields == {"name": audit.keyed_hash("rename")}
    assert "rename" not in str(trail[1].fields)


def test_a_row_is_never_anonymous():
    with pytest.raises(ValueError, match="under a name"):
        Actor.system("")


@pytest.mark.parametrize("table", ["clinic_auditrow", "clinic_auditlink"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_trail(trail, table, statement):
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_an_edited_row_is_found(trail):
    with guards.lifted():
        AuditRow.objects.filter(pk=trail[1].pk).update(actor_name="Somebody else")

    assert audit.faults() == [audit.Fault("edited row", str(trail[1].uuid))]


def test_a_row_edited_together_with_its_signature_is_found(trail):
    with guards.lifted():
        row = AuditRow.objects.get(pk=trail[1].pk)
        row.reason = "another"
        AuditRow.objects.filter(pk=row.pk).update(reason=row.reason, mac=audit.row_mac(row))

    assert audit.faults() == [audit.Fault("edited row", str(trail[1].uuid))]


def test_a_removed_row_is_found(trail):
    with guards.lifted():
        AuditRow.objects.filter(pk=trail[0].pk).delete()

    assert audit.faults() == [audit.Fault("removed row", str(trail[0].uuid))]


def test_an_inserted_row_without_the_key_is_found(trail):
    forged = AuditRow.objects.create(
        at=AT, actor_kind="person", actor_id="1", actor_name="Ana", verb="read", object_kind="x", mac="0" * 64
    )

    assert audit.faults() == [audit.Fault("edited row", str(forged.uuid))]


def test_a_truncated_tail_is_found_with_the_head_that_was_noted_elsewhere(trail):
    noted = audit.head()
    with guards.lifted():
        AuditLink.objects.order_by("-position").first().delete()
        AuditRow.objects.filter(pk=trail[2].pk).delete()

    assert audit.faults() == []
    assert audit.faults(head=noted) == [audit.Fault("truncated chain", noted)]


def test_the_command_says_what_is_wrong(trail, capsys):
    call_command("verify_audit")
    with guards.lifted():
        AuditRow.objects.filter(pk=trail[1].pk).update(verb="read")

    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit")
