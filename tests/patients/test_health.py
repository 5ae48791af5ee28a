"""What is known of a patient's health, row by row: noted, ended, struck, and never noted twice."""

from datetime import UTC, date, datetime

import pytest

from clinic.models import AuditRow
from clinic.policy import MayNot
from clinic.refusals import Stale
from patients import health, patients
from patients.models import Allergy, ClinicalChange, Medicine, Procedure
from patients.writing import NotUsable
from tests.factories.patients import HOUSE, allergy

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_an_allergy_is_noted_with_who_and_when(mia, as_ana):
    noted = health.note(Allergy, mia, substance=" Nickel ", reaction="rash", since="childhood", by=as_ana, at=NOW)

    assert (noted.substance, noted.reaction, noted.since) == ("Nickel", "rash", "childhood")
    assert (noted.noted_at, noted.noted_by_name, noted.version) == (NOW, "Ana Duarte", 1)
    row = AuditRow.objects.get(verb="allergy.note")
    assert (row.actor_name, row.patient_id_text) == ("Ana Duarte", str(mia.uuid))
    assert "Nickel" not in str(row.fields)


def test_the_desk_notes_changes_and_strikes_nothing_of_it(mia, dee):
    noted = allergy(mia)

    for act in (
        lambda: health.note(Allergy, mia, substance="Nickel", by=dee, at=NOW),
        lambda: health.change(noted, version=1, reaction="hives", by=dee, at=NOW),
        lambda: health.strike(noted, version=1, because="Wrong", by=dee, at=NOW),
    ):
        with pytest.raises(MayNot):
            act()

    assert list(Allergy.objects.values_list("substance", "version")) == [("Latex", 1)]


def test_a_medicine_ends_on_its_day_and_its_history_says_so(mia, as_ana):
    medicine = health.note(Medicine, mia, name="Isotretinoin", started_on=date(2026, 3, 1), by=as_ana, at=NOW)

    stopped = health.change(medicine, version=1, stopped_on=date(2026, 9, 20), by=as_ana, at=NOW)

    assert (stopped.stopped_on, stopped.version) == (date(2026, 9, 20), 2)
    kept = ClinicalChange.objects.get(field="stopped_on")
    assert (kept.what, kept.label, kept.was, kept.became) == ("medicine", "Isotretinoin", "", "2026-09-20")
    assert (kept.by_name, kept.at, kept.version) == ("Ana Duarte", NOW, 2)


@pytest.mark.parametrize(
    ("kind", "fields", "field", "sentence"),
    [
        (Allergy, {"substance": " "}, "substance", "Write what it is."),
        (Allergy, {"substance": "x" * 121}, "substance", "This is longer than 120 characters."),
        (
            Allergy,
            {"substance": "a\x00b"},
            "substance",
            "Write this on one line, without control characters.",
        ),
        (
            Medicine,
            {"name": "Warfarin", "started_on": date(2026, 5, 2), "stopped_on": date(2026, 5, 1)},
            "stopped_on",
            "It was stopped before it was started; check both dates.",
        ),
        (
            Procedure,
            {"name": "Peel", "done_on": date(2026, 11, 21)},
            "done_on",
            "Write a date between 1900 and today.",
        ),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(mia, as_ana, kind, fields, field, sentence):
    with pytest.raises(NotUsable) as refused:
        health.note(kind, mia, **fields, by=as_ana, at=NOW)

    assert (refused.value.refusal.values["field"], str(refused.value)) == (field, sentence)
    assert not kind.objects.exists()


def test_what_is_noted_already_is_not_noted_twice(mia, as_ana):
    allergy(mia, "Látex")

    with pytest.raises(NotUsable, match="Látex is noted already"):
        allergy(mia, "latex", by=as_ana)


def test_a_medicine_that_was_stopped_may_be_taken_again(mia, as_ana):
    first = health.note(Medicine, mia, name="Warfarin", by=as_ana, at=NOW)
    health.change(first, version=1, stopped_on=date(2026, 5, 1), by=as_ana, at=NOW)

    health.note(Medicine, mia, name="Warfarin", by=as_ana, at=NOW)

    assert Medicine.objects.count() == 2


def test_the_same_procedure_on_another_day_is_another(mia, as_ana):
    for day in (date(2026, 5, 1), date(2026, 6, 1)):
        health.note(Procedure, mia, name="Peel", done_on=day, by=as_ana, at=NOW)

    with pytest.raises(NotUsable):
        health.note(Procedure, mia, name="Peel", done_on=date(2026, 6, 1), by=as_ana, at=NOW)


def test_a_row_that_was_wrong_is_struck_with_a_reason_and_stays(mia, as_ana):
    noted = allergy(mia)

    with pytest.raises(NotUsable, match="Write in a few words why"):
        health.strike(noted, version=1, because=" ", by=as_ana, at=NOW)
    struck = health.strike(noted, version=1, because="Another patient", by=as_ana, at=NOW)

    assert (struck.struck_at, struck.struck_by_name, struck.struck_because) == (NOW, "Ana Duarte", "Another patient")
    assert not Allergy.objects.standing().exists()
    with pytest.raises(health.AlreadyStruck):
        health.change(noted, version=2, reaction="rash", by=as_ana, at=NOW)


def test_the_later_of_two_sees_what_stands_and_what_was_asked(mia, as_ana):
    noted = allergy(mia)
    health.change(noted, version=1, reaction="hives", by=as_ana, at=NOW)

    with pytest.raises(Stale) as stale:
        health.change(noted, version=1, reaction="a rash", since="2019", by=as_ana, at=NOW)

    assert stale.value.changed == {"reaction": ("hives", "a rash"), "since": ("", "2019")}
    noted.refresh_from_db()
    assert (noted.reaction, noted.since, noted.version) == ("hives", "", 2)
    with pytest.raises(Stale):
        health.strike(noted, version=1, because="Wrong", by=as_ana, at=NOW)


def test_none_known_is_an_answer_and_an_allergy_takes_it_back(mia, as_ana):
    assert health.allergy_words(mia) == ""

    asked = patients.edit(mia, version=1, no_known_allergies=True, by=as_ana, at=NOW)
    assert health.allergy_words(asked) == "None known"

    allergy(asked, reaction="hives", by=as_ana)
    asked.refresh_from_db()
    assert (asked.no_known_allergies, asked.version) == (False, 3)
    assert health.allergy_words(asked) == "Latex (hives)"


def test_none_known_does_not_stand_beside_an_allergy(mia, as_ana):
    noted = allergy(mia)

    with pytest.raises(NotUsable, match="Strike it first if it was wrong"):
        patients.edit(mia, version=1, no_known_allergies=True, by=as_ana, at=NOW)
    mia.refresh_from_db()
    assert (mia.no_known_allergies, mia.version) == (False, 1)

    health.strike(noted, version=1, because="Wrong", by=as_ana, at=NOW)
    assert patients.edit(mia, version=1, no_known_allergies=True, by=as_ana, at=NOW).version == 2


def test_the_house_and_a_patient_behind_a_link_may_note_what_they_know(mia):
    allergy(mia, by=HOUSE)

    assert Allergy.objects.get().noted_by_name == "tests"
