"""Notes on a patient: for the desk or for clinicians, never edited, struck where they were wrong."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from clinic.models import AuditRow
from clinic.policy import MayNot
from patients import notes
from patients.models import ClinicalNote, DeskNote
from patients.writing import NotUsable

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


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


@pytest.mark.parametrize("change", [{"words": "Has a cat"}, {"at": NOW.replace(hour=8)}, {"by_name": "Somebody"}])
def test_no_sql_changes_what_a_note_says(mia, dee, change):
    note = notes.write(DeskNote, mia, words="Has a dog", by=dee, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        DeskNote.objects.filter(pk=note.pk).update(**change)
