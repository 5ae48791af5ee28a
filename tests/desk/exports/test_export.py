"""One patient's record to take along: all of it, for who may read it, with a reason in the trail."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from clinic import belongings as house
from clinic.models import AuditRow
from patients import belongings, links, patients
from patients.models import Patient
from tests.factories import intake
from tests.factories.booking import SUNDAY, TEN
from tests.factories.patients import patient
from tests.story import signed_session
from visits import merging

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]


@pytest.fixture
def treated(mia, ana, microneedling, site, dee, as_ana) -> Patient:
    signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana, note="Calm throughout.")
    mia.refresh_from_db()
    return mia


def exported(client, person: Patient, reason: str = "Asked for in writing") -> dict[str, str]:
    """Return the files of an export by name."""
    answer = client.post(reverse("desk:patient_export", args=[person.uuid]), {"reason": reason})
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as packed:
        return {name: packed.read(name).decode(errors="replace") for name in packed.namelist()}


def test_every_model_with_a_path_to_the_patient_is_in_it(practice, treated):
    held = json.loads(exported(practice, treated)["record.json"])["models"]

    about_two = {model._meta.label for model in belongings.ABOUT_TWO}
    assert held.keys() | about_two == {model._meta.label for model in house.about_a_patient()}


def test_every_row_of_hers_is_in_it_and_none_of_anybody_else(practice, treated, as_ana):
    other = patient("Grace Whitfield")
    patients.edit(other, version=1, called="Gigi", by=as_ana, at=SUNDAY)

    files = exported(practice, treated)

    held = json.loads(files["record.json"])["models"]
    for key in belongings.every_key():
        assert len(held[key.model._meta.label]) >= key.of(treated).count()
    assert [len(held[label]) for label in ("treatments.Session", "aftercare.Plan", "intake.Screening")] == [1, 1, 2]
    assert {row["note"] for row in held["treatments.Session"]} == {"Calm throughout."}
    assert "Grace" not in "".join(files.values())


def test_the_page_is_for_reading_and_holds_no_script(practice, treated):
    page = exported(practice, treated)["record.html"]

    assert "Calm throughout." in page
    assert "<h2>Sessions</h2>" in page
    assert "<script" not in page


def test_the_signed_consent_is_in_it_as_it_was_kept(practice, treated):
    files = exported(practice, treated)

    documents = [files[name] for name in files if name.startswith("files/consent-") and name.endswith(".pdf")]
    assert [content[:4] for content in documents] == ["%PDF"]


def test_a_letter_of_a_doctor_is_in_it(practice, treated, as_ana):
    letter = intake.letter(treated, by=as_ana, at=TEN + timedelta(days=1))

    assert exported(practice, treated)[f"files/letter-{letter.pk}-file.pdf"].startswith("%PDF")


def test_what_opens_doors_is_given_to_nobody(practice, treated):
    link = links.make(patient=treated, purpose="tests", subject="x", expires_at=TEN.replace(year=2027), at=SUNDAY)

    files = exported(practice, treated)

    assert link.nonce not in "".join(files.values())
    assert "patients.Link" in files["record.json"]


def test_a_reason_is_asked_and_kept_in_the_trail(practice, treated, ana):
    address = reverse("desk:patient_export", args=[treated.uuid])

    without = practice.post(address, {"reason": " "})
    assert (without.status_code, without.context["form"].errors) == (
        422,
        {"reason": ["Say why the record is exported."]},
    )
    assert not AuditRow.objects.filter(verb="export").exists()

    exported(practice, treated)
    row = AuditRow.objects.get(verb="export")
    assert (row.reason, row.actor_name, row.patient_id_text) == ("Asked for in writing", ana.name, str(treated.uuid))


def test_only_who_reads_records_exports_one(desk, manager, mia):
    address = reverse("desk:patient_export", args=[mia.uuid])

    assert [client.post(address, {"reason": "x"}).status_code for client in (desk, manager)] == [403, 403]


def test_a_record_that_was_merged_is_in_it_with_what_it_was(practice, mia, as_ana):
    second = patient("Mia Okafer")
    merging.merge(mia, second, versions=(1, 1), by=as_ana, at=SUNDAY)

    held = json.loads(exported(practice, mia)["record.json"])["models"]
    assert {row["name"] for row in held["patients.Patient"]} == {"Mia Okafor", "Mia Okafer"}
