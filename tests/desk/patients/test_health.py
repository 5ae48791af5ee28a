"""The clinical profile: noted, changed and struck in place, for clinicians alone, at the same cost however long."""

import uuid
from datetime import date

import pytest
from django.urls import reverse

from clinic.models import AuditRow
from intake.rules import Reply
from patients import health, history
from patients import patients as people
from patients.models import Allergy, Medicine, Patient, Procedure
from tests.factories import patients as who
from tests.factories import treatments
from tests.factories.booking import HOUSE, TEN
from tests.factories.screening import screened


@pytest.fixture
def profile(mia):
    return reverse("desk:patient_health", args=[mia.uuid])


def add(kind: str, mia) -> str:
    return reverse(f"desk:{kind}_note", args=[mia.uuid])


def row(fact) -> str:
    return reverse(f"desk:{fact._meta.model_name}", args=[fact.uuid])


def test_the_desk_and_the_manager_are_not_let_in(desk, manager, profile, mia):
    noted = who.allergy(mia)

    for client in (desk, manager):
        assert client.get(profile).status_code == 403
        assert client.post(add("allergy", mia), {"substance": "Nickel"}).status_code == 403
        assert client.get(row(noted)).status_code == 403

    assert Allergy.objects.count() == 1


def test_the_rows_of_a_closed_record_take_nothing_and_show_nothing(practice, mia):
    noted = who.allergy(mia)
    assert practice.post(row(noted), {"version": "1", "substance": ""}).status_code == 422
    Patient.objects.filter(pk=mia.pk).update(closed_at=TEN)

    for typed in ({"version": "1", "substance": "Nickel"}, {"version": "1", "substance": ""}):
        assert practice.post(row(noted), typed).status_code == 404

    assert [one.substance for one in Allergy.objects.all()] == ["Latex"]


def test_whoever_opens_it_has_read_the_record(practice, profile, mia):
    practice.get(profile)

    assert AuditRow.objects.get(verb="read").patient_id_text == str(mia.uuid)


def test_the_skin_type_they_answered_is_proposed_and_written_down_once_it_is_saved(practice, profile, mia):
    treatments.values()
    assert practice.get(profile).context["skin"]["fitzpatrick"].value() is None
    screened(mia, by=HOUSE, at=TEN, FITZ=Reply("4"))

    field = practice.get(profile).context["skin"]["fitzpatrick"]
    assert (field.value(), field.help_text) == (
        4,
        "Proposed from their answer of 2 March 2026: Burns rarely, tans well. Look, then save.",
    )
    assert Patient.objects.get().fitzpatrick is None
    practice.post(profile, {"version": "1", "fitzpatrick": "4"})
    (change,) = history.since(mia, 1)["fitzpatrick"]
    assert (Patient.objects.get().fitzpatrick, change.was, change.became) == (4, "", "4")


def test_somebody_who_is_not_sure_of_their_skin_type_proposes_none(practice, profile, mia):
    treatments.values()
    screened(mia, by=HOUSE, at=TEN, FITZ=Reply("unsure"))

    assert practice.get(profile).context["skin"]["fitzpatrick"].value() is None


def test_ana_writes_down_the_skin(practice, profile, mia):
    typed = {"version": "1", "fitzpatrick": "5", "skin_concerns": "Scars on the cheeks", "has_keloid_history": "on"}

    response = practice.post(profile, typed)

    mia.refresh_from_db()
    assert response.headers["Location"] == profile
    assert (mia.fitzpatrick, mia.skin_concerns, mia.has_keloid_history) == (5, "Scars on the cheeks", True)


@pytest.mark.parametrize(
    ("kind", "typed", "model", "kept"),
    [
        (
            "allergy",
            {"substance": "Nickel", "reaction": "rash", "since": "2019"},
            Allergy,
            {"substance": "Nickel", "reaction": "rash", "since": "2019"},
        ),
        (
            "medicine",
            {"name": "Isotretinoin", "dose": "20 mg", "started_on": "1/2/2025", "stopped_on": "20 December 2025"},
            Medicine,
            {"name": "Isotretinoin", "started_on": date(2025, 2, 1), "stopped_on": date(2025, 12, 20)},
        ),
        (
            "procedure",
            {"name": "Peel", "place": "Elsewhere", "done_on": "01.06.2025"},
            Procedure,
            {"name": "Peel", "place": "Elsewhere", "done_on": date(2025, 6, 1)},
        ),
    ],
)
def test_each_kind_is_noted_once_however_often_the_form_is_sent(practice, profile, mia, kind, typed, model, kept):
    form = typed | {"form_key": str(uuid.uuid4())}

    answers = [practice.post(add(kind, mia), form) for _time in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [f"{profile}#{kind}"] * 2
    assert model.objects.filter(**kept).count() == model.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name": ""}, {"name": ["Write what it is."]}),
        ({"name": "Warfarin", "started_on": "31/02/2025"}, {"started_on": ["Write the date as 21/05/1994."]}),
        (
            {"name": "Warfarin", "started_on": "2/2/2025", "stopped_on": "1/2/2025"},
            {"stopped_on": ["It was stopped before it was started; check both dates."]},
        ),
        ({"name": "Warfarin", "stopped_on": "1/1/2027"}, {"stopped_on": ["Write a date between 1900 and today."]}),
        (
            {"name": "a\x00b"},
            {"name": ["Null characters are not allowed."]},
        ),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_what_was_typed_stays(practice, mia, typed, errors):
    response = practice.post(add("medicine", mia), typed | {"dose": "20 mg"})

    (part,) = [part for part in response.context["parts"] if part.kind == "medicine"]
    assert (response.status_code, part.form.errors, part.form["dose"].value()) == (422, errors, "20 mg")
    assert not Medicine.objects.exists()


def test_a_medicine_is_ended_in_its_own_row(practice, mia, as_ana):
    medicine = health.note(Medicine, mia, name="Warfarin", dose="3 mg", by=as_ana, at=TEN)

    practice.post(row(medicine), {"version": "1", "name": "Warfarin", "dose": "3 mg", "stopped_on": "01/03/2026"})

    medicine.refresh_from_db()
    assert (medicine.dose, medicine.stopped_on, medicine.version) == ("3 mg", date(2026, 3, 1), 2)


def test_a_row_is_struck_with_a_reason_and_stands_among_the_struck(practice, profile, mia):
    noted = who.allergy(mia)

    refused = practice.post(row(noted), {"do": "strike", "version": "1", "struck_because": " "})
    practice.post(row(noted), {"do": "strike", "version": "1", "struck_because": "Another patient"})

    assert refused.status_code == 422
    (allergies, *_others) = practice.get(profile).context["parts"]
    assert (allergies.rows, [one.struck_because for one in allergies.struck]) == ((), ["Another patient"])


def test_the_later_of_two_sees_what_stands_and_a_second_press_decides(practice, mia, as_ana):
    noted = who.allergy(mia)
    health.change(noted, version=1, reaction="hives", by=as_ana, at=TEN)

    answer = practice.post(row(noted), {"version": "1", "substance": "Latex", "reaction": "a rash"})

    assert answer.status_code == 409
    assert [(line.label, line.now, line.typed) for line in answer.context["differing"]] == [
        ("Reaction", "hives", "a rash")
    ]
    ((shown,),) = [part.rows for part in answer.context["parts"] if part.kind == "allergy"]
    assert (shown.is_open, shown.form["reaction"].value(), shown.form["version"].value()) == (True, "a rash", "2")

    practice.post(row(noted), {"version": "2", "substance": "Latex", "reaction": "a rash"})
    noted.refresh_from_db()
    assert noted.reaction == "a rash"


def test_the_skin_is_compared_where_two_changed_it(practice, profile, mia, as_ana):
    people.edit(mia, version=1, fitzpatrick=4, has_cold_sores=True, by=as_ana, at=TEN)

    answer = practice.post(profile, {"version": "1", "fitzpatrick": "5"})

    assert answer.status_code == 409
    assert [(line.label, line.now, line.typed) for line in answer.context["differing"]] == [("Skin type", "IV", "V")]
    skin = answer.context["skin"]
    assert (skin["fitzpatrick"].value(), skin["has_cold_sores"].value(), skin["version"].value()) == ("5", True, "2")


def test_none_known_is_one_press_and_can_be_taken_back(practice, profile, mia):
    practice.post(profile, {"version": "1", "no_known_allergies": "yes"})
    mia.refresh_from_db()
    assert (mia.no_known_allergies, mia.fitzpatrick) == (True, None)

    practice.post(profile, {"version": "2", "no_known_allergies": "no"})
    mia.refresh_from_db()
    assert mia.no_known_allergies is False


def test_an_address_of_a_row_leads_to_it_among_the_others(practice, profile, mia):
    noted = who.allergy(mia)

    assert practice.get(row(noted)).headers["Location"] == f"{profile}#allergy-{noted.pk}"


@pytest.mark.parametrize("count", [1, 3])
def test_the_profile_costs_the_same_with_one_row_and_with_three(
    practice, profile, mia, as_ana, count, django_assert_num_queries
):
    for number in range(count):
        who.allergy(mia, f"Substance {number}", by=as_ana)
        health.note(Medicine, mia, name=f"Medicine {number}", by=as_ana, at=TEN)

    with django_assert_num_queries(13):
        practice.get(profile)
