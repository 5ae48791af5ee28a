"""What is kept and for how long: the file names every field of every model, and nothing that is gone."""

import pytest
from django.db import models

from clinic import retention
from patients.models import Patient


def test_every_field_of_every_model_is_named_with_its_class_and_period():
    assert retention.faults() == []


def test_a_patient_is_known_by_class():
    said = retention.named()["patients.Patient"]

    assert (said["name"], said["fitzpatrick"], said["wants_appointment_mail"]) == ("contact", "clinical", "choice")


def test_fields_are_found_by_their_class():
    clinical = set(retention.fields_of("clinical"))

    assert (Patient, Patient._meta.get_field("fitzpatrick")) in clinical
    assert (Patient, Patient._meta.get_field("name")) not in clinical


def with_blocks(monkeypatch, **blocks) -> None:
    """Let the file say something else of the patient."""
    said = retention._file()
    changed = {**said["models"]["patients.Patient"], **blocks}
    monkeypatch.setattr(retention, "_file", lambda: said | {"models": said["models"] | {"patients.Patient": changed}})


def test_the_control_a_field_that_is_missing_is_found_and_the_words_say_what_to_write(monkeypatch):
    with_blocks(monkeypatch, choice="pronouns wants_appointment_mail wants_recall_mail")

    (fault,) = retention.faults()

    assert fault.startswith(
        "patients.Patient.wants_aftercare_mail is missing. "
        "Write it behind its class under “patients.Patient:” in docs/data-retention.yaml."
    )


def test_the_control_a_field_that_is_gone_is_found(monkeypatch):
    with_blocks(monkeypatch, remark="shoe_size")

    assert retention.faults() == [
        "patients.Patient.shoe_size is gone. "
        "Take it out from behind remark under “patients.Patient:” in docs/data-retention.yaml."
    ]


def test_the_control_a_class_that_nobody_described_is_found(monkeypatch):
    with_blocks(monkeypatch, choice="pronouns wants_appointment_mail wants_recall_mail", gossip="wants_aftercare_mail")

    (fault,) = retention.faults()

    assert fault.startswith("patients.Patient.wants_aftercare_mail stands behind gossip, which is no class.")


def test_the_control_a_model_that_nobody_wrote_down_is_found(monkeypatch):
    said = retention._file()
    fewer = {label: blocks for label, blocks in said["models"].items() if label != "intake.Answer"}
    monkeypatch.setattr(retention, "_file", lambda: said | {"models": fewer})

    (fault,) = retention.faults()

    assert fault.startswith("intake.Answer is missing. Add a block “intake.Answer:” to docs/data-retention.yaml")


def test_a_name_that_stands_twice_is_refused(monkeypatch):
    with_blocks(monkeypatch, remark="name")

    with pytest.raises(ValueError, match=r"patients\.Patient\.name is named twice: contact and remark"):
        retention.named()


def test_whatever_is_removed_at_erasure_can_be_empty():
    """What is emptied needs a value that says nothing: no text, no, or unknown."""
    removed = [code for code, kind in retention.kinds().items() if kind.at_erasure == retention.REMOVED]
    stubborn = [
        f"{model._meta.label}.{field.name}"
        for model, field in retention.fields_of(*removed)
        if not field.null and not isinstance(field, models.CharField | models.TextField | models.BooleanField)
    ]

    assert stubborn == []
