"""A row that is written while its session is being signed waits for the signature and is then refused."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from clinic import guards
from tests.factories import booking, treatments
from treatments import sessions
from treatments.guards import CHILDREN, SEALED
from treatments.models import Session, ZonePass

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

COPY = (
    "INSERT INTO treatments_zonepass (session_id, zone_id, side, depth_mm, pass_count, endpoint, note, reasons, "
    "speed_unit, is_confirmed) "
    "SELECT session_id, zone_id, 'left', depth_mm, pass_count, endpoint, note, reasons, speed_unit, is_confirmed "
    "FROM treatments_zonepass"
)


@pytest.fixture
def ended(mia, microneedling, ana, as_ana) -> Session:
    treatments.values()
    begun = treatments.started(booking.visit(mia, microneedling, ana), by=as_ana)
    return treatments.ended(begun, by=as_ana, zones=(treatments.row("cheek", side="right"),))


class Intruder(threading.Thread):
    """Writes one more zone by hand, on a connection of its own; `words` is what the database said to it."""

    words = ""

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(COPY)
        except DatabaseError as error:
            self.words = str(error).splitlines()[0]
        finally:
            connection.close()


def sign_while_somebody_writes(session: Session, as_ana) -> Intruder:
    intruder = Intruder()
    with transaction.atomic():
        sessions.sign(session, by=as_ana, at=session.ended_at)
        intruder.start()
        wait_until_it_is_stopped_or_through(intruder)
    intruder.join(timeout=60)
    return intruder


def wait_until_it_is_stopped_or_through(intruder: Intruder) -> None:
    for _turn in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] or not intruder.is_alive():
                return
        time.sleep(0.05)
    raise AssertionError("the other writer neither waits nor ends")


def test_a_zone_cannot_slip_in_beside_a_signature(ended, as_ana):
    intruder = sign_while_somebody_writes(ended, as_ana)

    assert intruder.words == SEALED
    assert ZonePass.objects.count() == 1
    ended.refresh_from_db()
    assert sessions.verify(ended) is True


def test_control_without_the_guards_it_slips_in_and_the_seal_shows_it(ended, as_ana):
    with guards.lifted(*(guard.name for guard in guards.listed() if guard.table in CHILDREN)):
        intruder = sign_while_somebody_writes(ended, as_ana)

        assert intruder.words == ""
        assert ZonePass.objects.count() == 2
        ended.refresh_from_db()
        assert sessions.verify(ended) is False
