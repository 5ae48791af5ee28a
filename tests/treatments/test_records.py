"""What was signed is looked through: a changed word, signature or time is found, on both engines, and nothing else."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from clinic import audit, guards
from clinic.models import AuditRow, Purge
from intake import consents, proofs
from intake.models import Consent
from tests.factories import intake, treatments
from tests.factories import patients as people
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import records, seals, tasks
from treatments.models import RecordCheck, Session
from visits import merging

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(session, as_ana, mia):
    """Mia's sealed session, her drawn consent to photos, and one to PRP that she took back."""
    treatments.signed(session, by=as_ana)
    intake.signed(mia, by=as_ana, purpose="clinical_photos", how="drawn", drawing=intake.drawing())
    consents.withdraw(intake.signed(mia, by=as_ana, purpose="prp"), by=as_ana, at=TEN + minutes(1))


def tamper(sql, *guard):
    with guards.lifted(*guard), connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount > 0


def found():
    return sorted({(fault.kind, fault.words) for fault in records.faults()})


def test_control_a_database_that_nobody_touched_is_clean(signed):
    said = io.StringIO()
    call_command("verify_records", stdout=said)

    assert found() == []
    assert said.getvalue() == "As they were signed: 3 consents and 1 sealed records.\n"
    assert RecordCheck.objects.get().is_clean


CONSENT = "intake_consent_fixed"


@pytest.mark.parametrize(
    ("sql", "guard", "words"),
    [
        (
            "UPDATE intake_consenttext SET words = 'I agree to anything.' WHERE purpose = 'procedure'",
            "intake_consenttext_append_only",
            {"its text was changed", "what was signed was changed"},
        ),
        (
            "UPDATE intake_consent SET signer_name = 'Zoe' WHERE how = 'typed'",
            CONSENT,
            {"what was signed was changed"},
        ),
        (
            "UPDATE intake_consent SET given_at = '2026-01-02 03:04:05+00:00' WHERE how = 'drawn'",
            CONSENT,
            {"what was signed was changed"},
        ),
        (
            "UPDATE intake_consent SET signature_digest = '' , signature = '' , how = 'typed' WHERE how = 'drawn'",
            CONSENT,
            {"what was signed was changed"},
        ),
        (
            "UPDATE intake_consent SET pdf_digest = 'x' WHERE how = 'drawn'",
            CONSENT,
            {"its document was changed or is gone", "the audit trail tells of another signature"},
        ),
        (
            "UPDATE intake_consent SET withdrawn_at = NULL, withdrawn_by_name = '' WHERE withdrawn_at IS NOT NULL",
            CONSENT,
            {"it was taken back and does not say so any more"},
        ),
    ],
)
def test_a_consent_that_was_tampered_with_is_found(signed, sql, guard, words):
    tamper(sql, guard)

    assert set(found()) == {("consent", one) for one in words}


def test_a_consent_laid_to_another_patient_is_found(signed, tomasz):
    tamper(f"UPDATE intake_consent SET patient_id = {tomasz.pk} WHERE how = 'drawn'", CONSENT)

    assert found() == [("consent", "it lies with another patient than it was signed for")]


def test_control_records_of_one_person_made_one_are_still_as_they_were_signed(signed, mia):
    kept = people.patient("Mia Okafor-Lund")
    mia.refresh_from_db()
    merging.merge(kept, mia, versions=(kept.version, mia.version), by=HOUSE, at=TEN + timedelta(days=1))

    assert Consent.objects.filter(patient=kept).count() == 3
    assert found() == []


def test_a_consent_rewritten_together_with_its_digest_is_found_by_the_trail(signed):
    consent = Consent.objects.get(text__purpose="procedure")
    consent.signer_name = "Zoe"
    tamper(
        f"UPDATE intake_consent SET signer_name = 'Zoe', record_digest = '{proofs.digest(proofs.content(consent))}' "
        f"WHERE id = {consent.pk}",
        CONSENT,
    )

    assert found() == [("consent", "the audit trail tells of another signature")]


def test_a_changed_signature_on_the_disk_is_found(signed):
    drawn = Consent.objects.get(how="drawn")
    with open(storages["vault"].path(drawn.signature), "r+b") as file:
        file.seek(50)
        file.write(b"??")

    assert found() == [("consent", "its signature was changed or is gone")]


def test_a_document_that_was_thrown_away_is_found(signed):
    storages["vault"].delete(Consent.objects.get(how="drawn").pdf)

    assert found() == [("consent", "its document was changed or is gone")]


def test_a_consent_that_was_removed_is_found(signed):
    tamper("DELETE FROM intake_consent WHERE how = 'drawn'", "intake_consent_kept")

    assert found() == [("consent", "it was signed and is gone")]


def test_control_what_a_purge_deleted_is_not_missed(signed, mia):
    tamper("DELETE FROM intake_consent WHERE how = 'drawn'", "intake_consent_kept")
    decided = {"listed_at": TEN, "approved_at": TEN, "approved_by_id_text": "1", "done_at": TEN}
    Purge.objects.create(patient_pk=mia.pk, patient_uuid=mia.uuid, due_on=TEN.date(), **decided)

    assert found() == []


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE treatments_session SET note = 'Nothing happened.'", "treatments_session_sealed"),
        ("UPDATE treatments_zonepass SET depth_mm = 0.50", "treatments_zonepass_sealed_update"),
        ("UPDATE intake_answer SET is_yes = NOT is_yes", "intake_answer_append_only"),
    ],
)
def test_a_changed_sealed_session_is_found(signed, sql, guard):
    tamper(sql, guard)

    assert found() == [("session", "the sealed record was changed")]


def test_a_session_rewritten_together_with_its_seal_is_found_by_the_trail(signed):
    session = Session.objects.get()
    session.note = "Nothing happened."
    forged = seals.digest(seals.content(session))
    tamper(
        f"UPDATE treatments_session SET note = 'Nothing happened.', seal_digest = '{forged}'",
        "treatments_session_sealed",
    )

    assert found() == [("session", "the audit trail tells of another seal")]


def test_the_command_ends_with_words_and_keeps_what_it_found(signed, mia):
    tamper("UPDATE intake_consent SET signer_name = 'Zoe' WHERE how = 'drawn'", CONSENT)
    consent, said = Consent.objects.get(how="drawn"), io.StringIO()

    with pytest.raises(CommandError, match=r"^1 faults in 3 consents and 1 sealed records\.$"):
        call_command("verify_records", stderr=said)

    assert said.getvalue() == f"consent {consent.uuid} of patient {mia.uuid}: what was signed was changed\n"
    assert RecordCheck.objects.get().faults == [
        {
            "kind": "consent",
            "where": str(consent.uuid),
            "patient": str(mia.uuid),
            "words": "what was signed was changed",
        }
    ]


def test_the_nightly_look_keeps_what_it_found_and_lets_old_ones_go(signed, monkeypatch, caplog):
    monkeypatch.setattr(records, "KEPT_CHECKS", 2)
    for night in range(3):
        records.check(at=TEN + timedelta(days=night))

    assert list(RecordCheck.objects.values_list("checked_at", flat=True)) == [
        TEN + timedelta(days=2),
        TEN + timedelta(days=1),
    ]
    assert tasks.verify_records() == 0
    tamper("UPDATE intake_consent SET signer_name = 'Zoe'", CONSENT)
    assert tasks.verify_records() == 3
    assert "3 records are not as they were signed" in caplog.text


def test_a_key_that_was_changed_is_no_tampering_while_the_house_keeps_it(signed, settings):
    former = settings.SECRET_KEY
    settings.SECRET_KEY = f"another-{former}"
    assert {fault.words for fault in records.faults()} == {
        "the audit trail tells of another signature",
        "the audit trail tells of another seal",
    }

    settings.SECRET_KEY_FALLBACKS = ["elsewhere", former]
    assert list(records.faults()) == []
    tamper("UPDATE intake_consent SET record_digest = 'x'", CONSENT)
    assert "the audit trail tells of another signature" in {fault.words for fault in records.faults()}


def test_the_trail_keeps_only_keyed_hashes_of_a_proof(signed):
    row = AuditRow.objects.filter(verb="consent.signed").earliest("pk")
    consent = Consent.objects.get(pk=row.object_id)

    assert row.fields["record_digest"] == audit.keyed_hash(consent.record_digest)
    assert consent.record_digest not in str(row.fields)
