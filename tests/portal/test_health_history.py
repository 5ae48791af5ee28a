"""What a patient writes into the health form: kept screen by screen, by the patient, and never against the record."""

from datetime import date

import pytest
import time_machine

from clinic.actors import Actor
from intake.models import HealthForm
from patients import health, history
from patients import patients as people
from patients.models import Allergy, ClinicalNote, Medicine, Patient, Procedure
from tests.factories import patients as who
from tests.factories.booking import HOUSE, SUNDAY, minutes
from tests.factories.health_forms import address, opened, sent
from tests.portal.test_offer import words

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]

NOON = SUNDAY + minutes(20)


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def form(mia, site):
    return sent(mia)


@pytest.fixture
def phone(form):
    return opened(form)


@pytest.fixture
def write(form, phone):
    """Return write(step, **answers): the screen sent as it is filled in."""

    def written(step, **answers):
        if step == "details":
            patient = Patient.objects.get(pk=form.patient_id)
            known = {"phone": str(patient.phone), "email": patient.email, "version": patient.version}
            answers = known | answers
        return phone.post(address(form, step), answers)

    return written


def notes():
    return list(ClinicalNote.objects.values_list("words", "by_name"))


# --- details -------------------------------------------------------------------------------------------------


def test_details_go_into_the_record_by_the_patient(write, form, mia, as_ana):
    answer = write("details", address="1 Low Road", emergency_name="Obi Okafor", emergency_phone="0113 496 0499")

    assert (answer.status_code, answer.headers["Location"]) == (303, address(form, "allergies"))
    mia.refresh_from_db()
    assert (mia.address, mia.emergency_name, str(mia.emergency_phone)) == ("1 Low Road", "Obi Okafor", "+441134960499")
    changed = [(one.field, one.was, one.became, one.by_name) for one in history.readable(mia, reader=as_ana)]
    assert ("address", "", "1 Low Road", "Mia Okafor") in changed


def test_a_wrong_phone_is_said_at_its_field_and_nothing_is_kept(write, mia):
    answer = write("details", phone="12", address="1 Low Road")

    assert answer.status_code == 422
    assert "Error:" in words(answer)
    assert words(answer).count("This phone number cannot be dialled.") == 2  # in the summary, and at the field
    assert "1 Low Road" in words(answer)
    mia.refresh_from_db()
    assert mia.address == ""


def test_what_the_clinic_changed_meanwhile_is_said_and_what_was_typed_stays(write, form, phone, mia):
    stale = Patient.objects.get(pk=mia.pk).version
    people.edit(mia, version=stale, address="2 High Street", by=HOUSE, at=NOON)
    answer = write("details", version=stale, address="1 Low Road")

    assert (answer.status_code, "changed your details a moment ago" in words(answer)) == (422, True)
    assert ("1 Low Road" in words(answer), f'value="{stale + 1}"' in words(answer)) == (True, True)


def test_only_somebody_under_age_is_asked_for_a_guardian(write, form, phone, site):
    assert "guardian" not in words(phone.get(address(form, "details")))
    young = who.patient("Ivy Marsh", born_on=date(2010, 3, 1), email="ivy@post.example")
    theirs = sent(young)

    assert "guardian" in words(opened(theirs, date(2010, 3, 1)).get(address(theirs, "details")))


def test_somebody_under_age_goes_on_once_a_guardian_is_named_who_can_be_reached(site):
    young = who.patient("Ivy Marsh", born_on=date(2010, 3, 1), email="ivy@post.example")
    theirs = sent(young)
    phone = opened(theirs, date(2010, 3, 1))
    told = {"phone": str(young.phone), "email": young.email, "version": Patient.objects.get(pk=young.pk).version}

    unnamed = phone.post(address(theirs, "details"), told)
    assert (unnamed.status_code, "who signs for you." in words(unnamed)) == (422, True)
    told |= {"guardian_name": "Rose Marsh", "guardian_relation": "Mother", "guardian_phone": "0113 496 0301"}
    assert phone.post(address(theirs, "details"), told).status_code == 303
    assert Patient.objects.get(pk=young.pk).has_guardian is True

    told |= {"guardian_name": "Rose Marshe", "version": Patient.objects.get(pk=young.pk).version}
    assert phone.post(address(theirs, "details"), told).status_code == 303  # their own slip is put right
    assert Patient.objects.get(pk=young.pk).guardian_name == "Rose Marshe"


def test_nobody_behind_a_link_puts_another_in_the_place_of_the_guardian_whom_the_clinic_noted(site):
    noted = {"guardian_name": "Rose Marsh", "guardian_phone": "+441134960301"}
    young = who.patient("Ivy Marsh", born_on=date(2010, 3, 1), email="ivy@post.example", **noted)
    theirs = sent(young)
    phone = opened(theirs, date(2010, 3, 1))
    told = {"phone": str(young.phone), "email": young.email, "version": Patient.objects.get(pk=young.pk).version}
    told |= {"guardian_relation": "Friend", "guardian_phone": "0113 496 0301"}

    other = phone.post(address(theirs, "details"), told | {"guardian_name": "Jo Friend"})
    assert (other.status_code, "Another parent or guardian is noted" in words(other)) == (422, True)
    assert ("Jo Friend" in words(other), "Rose Marsh" in words(other)) == (True, False)
    assert Patient.objects.get(pk=young.pk).guardian_relation == ""
    for same in ("rose marsh", ""):
        told["version"] = Patient.objects.get(pk=young.pk).version
        assert phone.post(address(theirs, "details"), told | {"guardian_name": same}).status_code == 303
    assert Patient.objects.get(pk=young.pk).guardian_name == "Rose Marsh"


# --- allergies -----------------------------------------------------------------------------------------------


def test_a_new_allergy_goes_into_the_record_by_the_patient(write, form):
    answer = write("allergies", substance_1="Nickel", reaction_1="A rash")

    assert answer.headers["Location"] == address(form, "medicines") or answer.headers["Location"] == address(
        form, "details"
    )
    (row,) = Allergy.objects.all()
    assert (row.substance, row.reaction, row.noted_by_name, row.noted_at) == ("Nickel", "A rash", "Mia Okafor", NOON)


def test_the_same_screen_sent_twice_is_kept_once(write):
    for _ in range(2):
        write("allergies", substance_1="Nickel", reaction_1="A rash")

    assert Allergy.objects.count() == 1
    assert notes() == []


def test_neither_an_allergy_nor_the_tick_is_an_error(write):
    answer = write("allergies")

    assert (answer.status_code, "or tick that there is nothing" in words(answer)) == (422, True)


def test_a_reaction_without_what_it_is_to_is_an_error_and_stays(write):
    answer = write("allergies", reaction_2="A rash")

    assert (answer.status_code, "Write what it is" in words(answer), "A rash" in words(answer)) == (422, True, True)


def test_no_known_allergies_is_kept(write, mia):
    write("allergies", none="on")

    mia.refresh_from_db()
    assert mia.no_known_allergies is True


def test_no_allergies_beside_one_that_the_clinic_noted_is_told_and_changes_nothing(write, mia):
    latex = who.allergy(mia, "Latex")
    write("allergies", **{f"is_{latex.pk}": "wrong"}, none="on")

    mia.refresh_from_db()
    assert mia.no_known_allergies is False
    assert list(Allergy.objects.standing()) == [latex]
    assert [by for _words, by in notes()] == ["Mia Okafor", "Mia Okafor"]
    assert "“Latex” is not so, or not any more. The record has it." in notes()[1][0]


def test_the_tick_beside_a_new_one_is_an_error(write):
    assert write("allergies", none="on", substance_1="Nickel").status_code == 422
    assert not Allergy.objects.exists()


# --- medicines and procedures --------------------------------------------------------------------------------


def test_a_medicine_that_was_stopped_gets_its_day_and_keeps_what_was(write, mia, as_ana):
    pills = health.note(Medicine, mia, name="Isotretinoin", dose="20 mg", by=HOUSE, at=SUNDAY)
    write("medicines", **{f"is_{pills.pk}": "stopped", f"when_{pills.pk}": "1/1/2026"})

    pills.refresh_from_db()
    assert pills.stopped_on == date(2026, 1, 1)
    told = history.readable(mia, reader=as_ana)[0]
    assert (told.field, told.became, told.by_name) == ("stopped_on", "2026-01-01", "Mia Okafor")


def test_stopped_without_a_day_is_an_error(write, mia):
    pills = health.note(Medicine, mia, name="Isotretinoin", by=HOUSE, at=SUNDAY)
    answer = write("medicines", **{f"is_{pills.pk}": "stopped"}, name_1="Zinc")

    assert (answer.status_code, "Write the day as well as you remember it." in words(answer)) == (422, True)
    assert [str(one) for one in Medicine.objects.all()] == ["Isotretinoin"]  # nothing is half kept


@pytest.mark.parametrize("stopped", ["32/1/2026", "soon", "1/1/2030"])
def test_a_day_that_cannot_be_is_an_error_and_nothing_of_the_screen_is_kept(write, stopped):
    answer = write("medicines", name_1="Zinc", name_2="Isotretinoin", stopped_on_2=stopped)

    assert (answer.status_code, f'value="{stopped}"' in words(answer)) == (422, True)
    assert not Medicine.objects.exists()


def test_what_the_record_has_otherwise_is_told_to_the_clinicians_and_not_written_over(write, mia):
    health.note(Medicine, mia, name="Zinc", started_on=date(2024, 1, 1), by=HOUSE, at=SUNDAY)
    write("medicines", name_1="zinc", started_on_1="1/2/2025")

    assert [one.started_on for one in Medicine.objects.all()] == [date(2024, 1, 1)]
    assert notes() == [("In the health form: zinc · 2025-02-01. The record has it otherwise.", "Mia Okafor")]


def test_an_earlier_treatment_is_kept_with_its_day(write):
    write("procedures", name_1="Peel", place_1="Elsewhere", done_on_1="3.2.2026")

    (row,) = Procedure.objects.all()
    assert (row.name, row.place, row.done_on) == ("Peel", "Elsewhere", date(2026, 2, 3))


def test_more_rows_come_with_a_press(write, form, phone):
    answer = write("procedures", name_1="Peel", more="on")

    assert answer.headers["Location"] == address(form, "procedures")
    page = words(phone.get(address(form, "procedures")))
    assert ("Peel" in page, "Treatment 1" in page) == (True, True)


def test_back_leads_to_the_screen_before_with_what_was_saved(write, form, phone):
    write("allergies", substance_1="Nickel")

    assert f'href="{address(form, "allergies")}"' in words(phone.get(address(form, "medicines")))
    assert "Nickel" in words(phone.get(address(form, "allergies")))


def test_words_that_a_page_would_run_stay_words(write, form, phone):
    write("allergies", substance_1="<b>Nickel</b>")

    assert "&lt;b&gt;Nickel&lt;/b&gt;" in words(phone.get(address(form, "allergies")))


def test_a_desk_reads_nothing_of_it(write, form, client, dee):
    write("allergies", substance_1="Quetzal")
    client.force_login(dee.user)

    page = client.get(f"/patients/{form.patient.uuid}/").content.decode()
    assert ("Begun on" in page, "Quetzal" in page) == (True, False)


def test_a_practitioner_reads_it_as_what_the_patient_said(write, form, as_ana, ana, client):
    write("allergies", substance_1="Quetzal")
    client.force_login(ana)

    page = words(client.get(f"/patients/{form.patient.uuid}/"))
    assert ("New from the patient" in page, "Quetzal" in page) == (True, True)

    told = history.readable(form.patient, reader=as_ana)
    assert [(one.label, one.by_name) for one in told] == [("Quetzal", "Mia Okafor")]
    assert history.readable(form.patient, reader=Actor.system("nobody")) == []
    assert HealthForm.objects.get().steps_done == ["allergies"]
