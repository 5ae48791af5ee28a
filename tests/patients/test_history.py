"""Every value that was changed can be read as it was and as it became, by those who may see the field."""

from datetime import UTC, datetime

import pytest

from clinic.models import AuditRow
from patients import history, patients
from patients.models import ClinicalChange, ContactChange
from tests.factories.patients import allergy, mia

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def kept(found) -> list[tuple[str, str, str, str]]:
    return [(one.what, one.field, one.was, one.became) for one in found]


def test_an_edit_keeps_each_value_as_it_was_and_became(dee):
    her = mia()

    patients.edit(her, version=1, phone="0113 496 0999", called="Mimi", wants_recall_mail=False, by=dee, at=NOW)

    assert sorted(kept(ContactChange.objects.all())) == [
        ("patient", "called", "", "Mimi"),
        ("patient", "phone", "+441134960417", "+441134960999"),
        ("patient", "wants_recall_mail", "yes", "no"),
    ]
    assert set(ContactChange.objects.values_list("by_name", "at", "version")) == {("Dee Marlowe", NOW, 2)}


def test_an_edit_that_is_refused_or_changes_nothing_keeps_nothing(dee):
    her = mia()
    patients.edit(her, version=1, name="Mia Okafor", by=dee, at=NOW)
    with pytest.raises(patients.NotReachable):
        patients.edit(her, version=1, phone="", email="", by=dee, at=NOW)

    assert not ContactChange.objects.exists()
    assert not ClinicalChange.objects.exists()


def test_the_desk_reads_the_changes_of_what_it_may_see_and_clinicians_all(dee, as_ana):
    her = mia()
    patients.edit(her, version=1, called="Mimi", by=dee, at=NOW)
    patients.edit(her, version=2, fitzpatrick=5, by=as_ana, at=NOW.replace(hour=10))
    allergy(her, reaction="hives", by=as_ana, at=NOW.replace(hour=11))

    assert kept(history.readable(her, reader=dee)) == [("patient", "called", "", "Mimi")]
    assert kept(history.readable(her, reader=as_ana)) == [
        ("allergy", "noted", "", "Latex · hives"),
        ("patient", "fitzpatrick", "", "5"),
        ("patient", "called", "", "Mimi"),
    ]


def test_the_history_can_be_erased_and_the_trail_stays(dee):
    her = mia()
    patients.edit(her, version=1, called="Mimi", by=dee, at=NOW)

    assert her.contact_changes.all().delete()[0] == 1
    assert list(AuditRow.objects.get(verb="edit").fields) == ["called"]
