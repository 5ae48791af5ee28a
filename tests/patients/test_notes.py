"""Notes on a patient: for the desk or for clinicians, never edited, struck where they were wrong."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from clinic.models import AuditRow, Purge
from clinic.policy import MayNot
from patients import notes
from patients.models import ClinicalNote, DeskNote
from patients.writing import NotUsable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
APPROVED = {"approved_at": NOW, "approved_by_id_text": "1"}


def test_a_note_stands_with_who_and_when_and_its_words_are_not_in_the_trail(mia, dee):
    note = notes.write(DeskNote, mia, words=" Rings the bell.\r\nHas a dog. ", by=dee, at=NOW)

    assert (note.words, note.by_name, note.at) == ("Rings the bell.\nHas a dog.", "Dee Marlowe", NOW)
    row = AuditRow.objects.get(verb="note.write")
    assert row.patient_id_text == str(mia.uuid)
    assert "dog" not in str(row.fields)


@pytest.mark.parametrize("words", ["", " \n ", "a\x00b", "x" * 2001])
def test_a_note_without_words_or_with_impossible_ones_is_refused(mia, dee, words):
    with pytest.raises(NotUsable) as refused:
        notes.write(DeskNote, mia, words=words, by=dee, at=NOW)

    assert refused.value.refusal.values == {"field": "words"}
    assert not DeskNote.objects.exists()


def test_the_desk_reads_and_writes_desk_notes_only(mia, dee, as_ana):
    with pytest.raises(MayNot):
        notes.write(ClinicalNote, mia, words="Keloid on the shoulder", by=dee, at=NOW)
    clinical = notes.write(ClinicalNote, mia, words="Keloid on the shoulder", by=as_ana, at=NOW)

    assert notes.kinds_for(dee) == [DeskNote]
    assert notes.kinds_for(as_ana) == [DeskNote, ClinicalNote]
    with pytest.raises(MayNot):
        notes.strike(clinical, because="Wrong", by=dee, at=NOW)


def test_a_note_is_struck_once_with_a_reason(mia, dee):
    note = notes.write(DeskNote, mia, words="Has a dog", by=dee, at=NOW)

    with pytest.raises(NotUsable):
        notes.strike(note, because="", by=dee, at=NOW)
    notes.strike(note, because="Another Mia", by=dee, at=NOW)

    assert (note.words, note.struck_at, note.struck_because) == ("Has a dog", NOW, "Another Mia")
    with pytest.raises(notes.AlreadyStruck):
        notes.strike(note, because="Again", by=dee, at=NOW)


@pytest.mark.parametrize("kind", [DeskNote, ClinicalNote])
@pytest.mark.parametrize(
    "change",
    [
        {"words": "Has a cat"},
        {"at": NOW.replace(hour=8)},
        {"by_name": "Somebody"},
        {"by": None},
        {"uuid": UUID(int=1)},
        {"struck_because": "Not struck"},
    ],
)
def test_no_sql_changes_what_a_note_says(mia, as_ana, kind, change):
    note = notes.write(kind, mia, words="Has a dog", by=as_ana, at=NOW)

    with pytest.raises(IntegrityError, match="only ever struck, once"), transaction.atomic():
        kind.objects.filter(pk=note.pk).update(**change)


@pytest.mark.parametrize("kind", [DeskNote, ClinicalNote])
def test_no_sql_deletes_a_note_unless_its_patient_is_forgotten(mia, as_ana, kind):
    note = notes.write(kind, mia, words="Has a dog", by=as_ana, at=NOW)

    with pytest.raises(IntegrityError, match="struck, not deleted"), transaction.atomic():
        note.delete()

    Purge.objects.create(patient_pk=mia.pk, patient_uuid=mia.uuid, due_on=NOW.date(), listed_at=NOW, **APPROVED)
    note.delete()
    assert not kind.objects.exists()
