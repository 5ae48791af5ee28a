"""Two people at two desks: no reference is given twice, and of two edits of one record one is told to look again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from clinic.refusals import Stale
from patients import patients
from patients.models import Patient
from tests.factories.patients import HOUSE, mia

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DESKS = 8


def at_once(count, work):
    """Run work(0), work(1), ... in threads that set off together; return what each gave or raised."""
    ready = Barrier(count)

    def one(number):
        ready.wait(10)
        try:
            return work(number)
        except Stale as stale:
            return stale
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_eight_desks_enter_forty_people_under_forty_references():
    def enter(desk):
        for number in range(5):
            patients.register(name=f"Guest {desk}-{number}", phone="0113 496 0300", by=HOUSE, at=NOW)

    at_once(DESKS, enter)

    assert sorted(Patient.objects.values_list("reference", flat=True)) == [f"R-{10001 + n}" for n in range(40)]


def test_of_eight_edits_of_one_version_one_is_kept():
    her = mia()

    outcomes = at_once(DESKS, lambda desk: patients.edit(her, version=1, called=f"Mimi {desk}", by=HOUSE, at=NOW))

    kept = [outcome for outcome in outcomes if isinstance(outcome, Patient)]
    her.refresh_from_db()
    assert len(kept) == 1
    assert (her.called, her.version) == (kept[0].called, 2)
