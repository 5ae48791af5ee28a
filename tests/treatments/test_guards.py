"""The database itself keeps a signed record: SQL by hand is refused on both engines. Each proof has its control."""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic import guards
from tests.factories import booking, stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import addenda, sessions
from treatments.guards import GUARDS

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

SEALED = "a signed record is never changed; write an addendum"


@pytest.fixture
def full(session, as_ana):
    """The session with a row in every child table, ended and not yet signed."""
    return treatments.ended(
        session,
        by=as_ana,
        serums=(treatments.serum_row(stock.serum()),),
        serum_is_none=False,
        creams=(treatments.cream_row(stock.cream()),),
        anaesthetic_is_none=False,
    )


@pytest.fixture
def sealed(full, as_ana):
    return sessions.sign(full, by=as_ana, at=full.ended_at)


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


def refused(sql, *values) -> str:
    """Return the words with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as error:
        run(sql, *values)
    return str(error.value).splitlines()[0]


UPDATES = [
    "UPDATE treatments_session SET note = 'other words'",
    "UPDATE treatments_session SET signed_at = NULL, signed_by_id = NULL, seal_digest = ''",
    "UPDATE treatments_session SET ended_at = started_at",
    "UPDATE treatments_session SET struck_at = started_at",
    "UPDATE treatments_zonepass SET depth_mm = 0.50",
    "UPDATE treatments_serumuse SET phase = 'during'",
    "UPDATE treatments_anaestheticuse SET grams = 1",
]
DELETES = [
    "DELETE FROM treatments_zonepass",
    "DELETE FROM treatments_serumuse",
    "DELETE FROM treatments_anaestheticuse",
    "DELETE FROM treatments_session",
]
COPIES = [
    "INSERT INTO treatments_zonepass (session_id, zone_id, side, depth_mm, pass_count, endpoint, note, reasons, "
    "speed_unit, is_confirmed) "
    "SELECT session_id, zone_id, 'left', depth_mm, pass_count, endpoint, note, reasons, speed_unit, is_confirmed "
    "FROM treatments_zonepass",
    "INSERT INTO treatments_serumuse (session_id, lot_id, phase, amount_ml, reason) "
    "SELECT session_id, lot_id, 'during', amount_ml, reason FROM treatments_serumuse",
    "INSERT INTO treatments_anaestheticuse (session_id, lot_id, grams, is_occluded, on_at, off_at, is_removed) "
    "SELECT session_id, lot_id, grams, is_occluded, on_at, off_at, is_removed FROM treatments_anaestheticuse",
]


@pytest.mark.parametrize("sql", UPDATES + DELETES + COPIES)
def test_sql_by_hand_changes_nothing_on_a_signed_record(sealed, sql):
    assert refused(sql) == SEALED
    assert sessions.verify(sealed) is True


@pytest.mark.parametrize("sql", UPDATES[:1] + UPDATES[4:] + DELETES[:3] + COPIES)
def test_control_the_same_sql_works_on_a_draft(full, sql):
    assert run(sql) >= 1


@pytest.mark.parametrize("sql", UPDATES[:1] + UPDATES[4:] + DELETES[:3] + COPIES)
def test_control_without_the_guards_the_harm_is_done_and_the_seal_shows_it(sealed, sql):
    with guards.lifted(*(guard.name for guard in GUARDS)):
        run(sql)
        assert sessions.verify(sealed) is False


def test_a_row_of_a_draft_cannot_move_onto_a_signed_record(sealed, microneedling, ana, as_ana, tomasz):
    visit = booking.visit(tomasz, microneedling, ana, starts_at=TEN + minutes(300))
    draft = treatments.saved(treatments.started(visit, by=as_ana), by=as_ana, zones=(treatments.row("chin"),))

    sql = "UPDATE treatments_zonepass SET session_id = %s WHERE session_id = %s"
    assert refused(sql, sealed.pk, draft.pk) == SEALED


def test_the_cartridge_of_a_signed_record_is_frozen(sealed):
    words = "a cartridge on a signed record is never changed"

    assert refused("UPDATE stock_cartridge SET unit_code = 'other'") == words
    assert refused("DELETE FROM stock_cartridge") == words


def test_an_addendum_is_only_ever_added(sealed, as_ana):
    addenda.add(sealed, reason="Wrong side", words="Four passes.", by=as_ana, at=sealed.ended_at)

    assert refused("UPDATE treatments_addendum SET words = 'other'") == "an addendum is never changed"
    assert refused("DELETE FROM treatments_addendum") == "an addendum is never changed"


def test_a_rule_set_is_only_ever_added(sealed):
    assert refused("UPDATE treatments_ruleset SET version = 9") == "a rule set is never changed"
    assert refused("DELETE FROM treatments_ruleset") == "a rule set is never changed"
