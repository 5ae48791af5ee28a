"""Two merge at once, or one merges while another books: nothing is lost, and nothing is left on a merged record.

Beside it the control: with its guard lifted, a booking that read the record a moment ago stays behind on it.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from booking.models import Appointment
from clinic import guards
from clinic.refusals import Refused, Stale
from patients import belongings, links
from patients.merging import Merged
from patients.models import Link, Merge, Patient
from tests.factories.booking import HOUSE, SUNDAY, TEN
from tests.factories.patients import patient
from tests.proofs.racing import ROUNDS
from visits import merging, reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]


def at_once(*works):
    """Run all works in threads that set off together; return what each gave or was refused with."""
    ready = threading.Barrier(len(works))

    def one(work):
        ready.wait(10)
        try:
            return work()
        except (Refused, Stale) as stopped:
            return stopped
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(one, works))


def merge(kept: Patient, gone: Patient) -> Merge:
    return merging.merge(kept, gone, versions=(kept.version, gone.version), by=HOUSE, at=SUNDAY)


@pytest.mark.parametrize("_round", range(2 * ROUNDS))
def test_of_two_who_merge_two_records_each_the_other_way_one_does(mia, tomasz, _round):
    outcomes = at_once(lambda: merge(mia, tomasz), lambda: merge(tomasz, mia))

    assert sorted(type(one).__name__ for one in outcomes) == ["Merge", "Merged"]
    assert Merge.objects.count() == Patient.objects.count() == 1


@pytest.mark.parametrize("_round", range(2 * ROUNDS))
def test_merges_in_a_row_at_once_end_in_one_chain_that_leads_on(mia, tomasz, _round):
    third = patient("Third Record")

    outcomes = at_once(lambda: merge(mia, tomasz), lambda: merge(tomasz, third))

    done = [one for one in outcomes if isinstance(one, Merge)]
    standing = set(Patient.objects.all())
    assert len(standing) == 3 - len(done) > 0
    assert {one.merged_into for one in Patient.with_merged.exclude(pk__in=[s.pk for s in standing])} <= standing


@pytest.mark.parametrize("_round", range(3 * ROUNDS))
def test_who_is_booked_while_merged_has_the_visit_on_the_one_record_or_is_told(
    mia, tomasz, consultation, ana, site, _round
):
    def book():
        return reception.book(
            patient=tomasz, service=consultation, practitioner=ana, starts_at=TEN, site=site, by=HOUSE, at=SUNDAY
        )

    merged, booked = at_once(lambda: merge(mia, tomasz), book)

    assert isinstance(merged, Merge)
    if isinstance(booked, Merged):
        assert Appointment.objects.count() == 0
    else:
        assert Appointment.objects.get().patient == mia
    assert [key.label for key in belongings.every_key() if key.of(tomasz).exists()] == []


def written_while_merging(mia: Patient, tomasz: Patient) -> list[Link]:
    """Write for a record, without holding it, while it is being merged; return what stayed behind on it."""
    read = threading.Event()
    merged = threading.Event()

    def write():
        with transaction.atomic():
            person = Patient.objects.get(pk=tomasz.pk)
            read.set()
            merged.wait(2)  # on SQLite the merge waits for this transaction instead
            links.make(patient=person, purpose="tests", subject="x", expires_at=TEN + timedelta(days=9), at=SUNDAY)

    def make_one():
        read.wait(10)
        try:
            return merge(mia, tomasz)
        finally:
            merged.set()

    at_once(lambda: _as_refused(write), make_one)
    return list(Link.objects.filter(patient=tomasz))


def _as_refused(write):
    try:
        return write()
    except Exception as stopped:
        return stopped


def test_what_was_about_to_be_written_for_a_merged_record_is_not_left_on_it(mia, tomasz):
    assert written_while_merging(mia, tomasz) == []
    assert Merge.objects.count() == 1


@pytest.mark.postgres
def test_the_control_without_the_guard_it_is_left_on_it(mia, tomasz):
    with guards.lifted("patients_link_of_nobody_merged_insert"):
        assert len(written_while_merging(mia, tomasz)) == 1
