"""A signed consent is a proof: of these words, by this person, at this time; it may be taken back, once."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pypdf import PdfReader

from clinic import audit, vault
from clinic.actors import Actor
from clinic.models import AuditRow
from intake import consents, health_forms, papers, proofs, texts
from intake.guards import SIGNED
from intake.models import Consent, ConsentText
from intake.signatures import NotUsable, Signature
from outbox import notices
from patients import opening, patients
from patients.models import Patient
from tests.factories import intake
from tests.factories import patients as people
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db

ADA = {"guardian_name": "Ada Okafor", "guardian_phone": "+441134960301"}
CLOSED = "This record was closed because its patient asked for that. Nothing was changed."


def as_if_closed(patient):
    """Return the record as erasing leaves it (`visits.erasing`, which stands above)."""
    Patient.objects.filter(pk=patient.pk).update(closed_at=TEN)
    return Patient.everybody.get(pk=patient.pk)


def read_pdf(consent):
    reader = PdfReader(BytesIO(vault.read(consent.pdf)))
    words = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    return reader, words


def test_a_typed_name_signs_the_words_of_today(mia, ana, as_ana):
    signed = intake.signed(mia, by=as_ana)

    assert (signed.text, signed.given_at, signed.recorded_by) == (texts.current(), TEN, ana)
    assert (signed.how, signed.signer, signed.signer_name, signed.signature) == ("typed", "patient", mia.name, "")
    assert (signed.patient_uuid, signed.patient_name, signed.patient_born_on) == (mia.uuid, mia.name, mia.born_on)
    assert consents.standing(mia) == signed
    assert list(proofs.faults(signed)) == []


def test_a_drawing_lies_in_the_vault_and_its_digest_in_the_proof(mia, as_ana):
    signed = intake.signed(mia, by=as_ana, how="drawn", drawing=intake.drawing())

    assert (signed.how, signed.signature_type) == ("drawn", "image/png")
    assert proofs.digest_of_file(vault.read(signed.signature)) == signed.signature_digest
    assert proofs.content(signed)["signature"] == ["image/png", signed.signature_digest]
    assert list(proofs.faults(signed)) == []


def test_a_paper_is_kept_with_its_own_day(mia, as_ana):
    signed = intake.signed(mia, by=as_ana, how="paper", paper=intake.picture("JPEG"), signed_on=date(2026, 3, 2))

    assert (signed.how, signed.signature_type, signed.signed_on) == ("paper", "image/jpeg", date(2026, 3, 2))
    assert "on paper, dated 2 March 2026" in read_pdf(signed)[1]


def test_a_guardian_signs_with_name_and_relation(as_ana):
    mia = people.mia(born_on=date(2010, 5, 21), **ADA)
    with pytest.raises(NotUsable):
        intake.signed(mia, by=as_ana)

    signed = intake.signed(mia, by=as_ana, name="Ada Okafor", signer="guardian", relation="mother")

    assert (signed.signer, signed.signer_name, signed.signer_relation) == ("guardian", "Ada Okafor", "mother")
    assert "I agree to it for Mia Okafor." in read_pdf(signed)[1]


def test_no_adult_signs_for_a_minor_for_whom_no_guardian_is_named(as_ana, site):
    mia, by_ada = (
        people.mia(born_on=date(2010, 5, 21)),
        {"name": "Ada Okafor", "signer": "guardian", "relation": "aunt"},
    )
    paper = {"how": "paper", "paper": intake.picture("JPEG"), "signed_on": date(2026, 2, 27)}
    for how in ({}, paper):
        with pytest.raises(NotUsable) as refused:
            intake.signed(mia, by=as_ana, **by_ada, **how)
        assert refused.value.refusal.values == {"field": "signer"}
    assert Consent.objects.count() == 0

    patients.edit(mia, version=mia.version, **ADA, by=as_ana, at=TEN)
    with pytest.raises(NotUsable):
        intake.signed(mia, by=as_ana, **by_ada | {"name": "Rose Okafor"})
    assert consents.guardian_refusal(Patient.objects.get(pk=mia.pk), site=site, at=TEN) is None
    assert consents.standing(mia) is None
    assert intake.signed(mia, by=as_ana, **by_ada) == consents.standing(mia)


def test_a_patient_signs_behind_a_link_of_their_own_without_a_witness(mia, site):
    signed = consents.sign(
        mia,
        text=texts.current("procedure", "es"),
        signature=intake.typed(mia),
        site=site,
        by=Actor.of_link(mia.name, uuid4()),
        at=TEN,
    )

    assert (signed.recorded_by, signed.text.language, consents.standing(mia)) == (None, "es", signed)
    reader, words = read_pdf(signed)
    assert "Consentimiento para microneedling" in words
    assert "firmado tras un enlace" in words
    assert reader.trailer["/Root"]["/Lang"] == "es"
    assert AuditRow.objects.get(verb="consent.signed").actor_kind == "link"


def test_the_document_can_be_kept_read_aloud_and_says_all_of_it(mia, as_ana):
    signed = intake.signed(mia, by=as_ana, how="drawn", drawing=intake.drawing())

    reader, words = read_pdf(signed)
    about = reader.xmp_metadata.stream.get_data()

    assert (b"<pdfaid:part>2" in about, b"<pdfaid:conformance>A" in about, b"<pdfuaid:part>1" in about) == (True,) * 3
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert reader.metadata.title == "Consent to microneedling"
    for said in ("Mia Okafor", "Ana Duarte", "Scarring: rare.", "I agree to it.", signed.record_digest, "10:00"):
        assert said in words, said


def test_a_name_that_is_code_elsewhere_is_only_a_name_here(as_ana):
    strange = people.patient("#sys.inputs *Bold* $x$ \\")

    signed = intake.signed(strange, by=as_ana)

    assert "#sys.inputs *Bold* $x$" in read_pdf(signed)[1]


def test_a_name_in_letters_that_no_font_here_has_can_sign_all_the_same(as_ana):
    strange = people.patient("ᚠᚢᚦᚨᚱᚲ Ꭰ")

    assert list(proofs.faults(intake.signed(strange, by=as_ana))) == []


def test_words_that_were_replaced_meanwhile_are_not_signed(mia, site, as_ana):
    old = texts.current()
    intake.republished(TEN, as_ana)

    with pytest.raises(consents.TextReplaced) as refused:
        consents.sign(mia, text=old, signature=intake.typed(mia), site=site, by=as_ana, at=TEN)

    assert str(refused.value) == "The consent text changed a moment ago. Read version 2, then sign."
    assert Consent.objects.count() == 0


def test_the_document_is_written_out_before_the_database_is_asked_to_wait(mia, site, as_ana, monkeypatch):
    """What happens while it is written out is judged again; nothing is kept of a signature for another record."""
    render = papers.pdf

    def render_while_the_name_changes(*args, **kwargs):
        patients.edit(mia, version=mia.version, name="Mia Brandt", by=as_ana, at=TEN)
        return render(*args, **kwargs)

    monkeypatch.setattr(papers, "pdf", render_while_the_name_changes)
    with pytest.raises(consents.RecordChanged) as refused:
        intake.signed(mia, by=as_ana)

    assert str(refused.value) == (
        "The record was changed a moment ago. Nothing was kept; look at the name and sign again."
    )
    assert (Consent.objects.count(), AuditRow.objects.filter(verb="consent.signed").count()) == (0, 0)


def test_words_that_are_replaced_while_the_document_is_written_out_are_not_signed(mia, site, as_ana):
    text = texts.current()
    drafted = consents.draft(mia, text=text, signature=intake.typed(mia), site=site, by=as_ana, at=TEN)
    intake.republished(TEN, as_ana)

    with pytest.raises(consents.TextReplaced):
        consents.keep(drafted, by=as_ana, at=TEN)
    assert Consent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_document_is_written_out(mia, as_ana, monkeypatch):
    render, was_open = papers.pdf, []
    monkeypatch.setattr(
        papers, "pdf", lambda *args, **kwargs: was_open.append(connection.in_atomic_block) or render(*args, **kwargs)
    )

    intake.signed(mia, by=as_ana)

    assert was_open == [False]


def test_a_way_of_signing_that_does_not_exist_is_refused(mia, site, as_ana):
    with pytest.raises(NotUsable):
        intake.signed(mia, by=as_ana, how="noted")


def test_nothing_is_left_in_the_vault_when_it_could_not_be_kept(mia, as_ana, monkeypatch):
    kept, thrown_away = [], []
    keep, throw_away = vault.keep, vault.throw_away
    monkeypatch.setattr(vault, "keep", lambda content: kept.append(keep(content)) or kept[-1])
    monkeypatch.setattr(vault, "throw_away", lambda name: thrown_away.append(name) or throw_away(name))
    monkeypatch.setattr(audit, "record", lambda *args, **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        intake.signed(mia, by=as_ana, how="drawn", drawing=intake.drawing())

    assert (len(kept), thrown_away, Consent.objects.count()) == (2, kept, 0)


def test_a_closed_record_takes_no_signature_no_taking_back_and_no_form(mia, site, as_ana):
    signed = intake.signed(mia, by=as_ana)
    drafted = consents.draft(mia, text=texts.current(), signature=intake.typed(mia), site=site, by=as_ana, at=TEN)
    closed = as_if_closed(mia)

    for act in (
        lambda: intake.signed(closed, by=as_ana),
        lambda: consents.keep(drafted, by=as_ana, at=TEN),
        lambda: consents.withdraw(signed, by=as_ana, at=TEN),
        lambda: health_forms.send(closed, site=site, by=as_ana, at=TEN),
        lambda: notices.hold(closed),
        lambda: notices.reconcile(owner="booking", patient=closed, desired=[], at=TEN),
    ):
        with pytest.raises(opening.Closed) as refused, transaction.atomic():
            act()
        assert (str(refused.value), refused.value.refusal.rule) == (CLOSED, "record.closed")


# --- what counts today -----------------------------------------------------------------------------------


def test_a_new_version_asks_for_a_new_signature(mia, as_ana):
    intake.signed(mia, by=as_ana)
    intake.republished(TEN, as_ana)
    assert (consents.standing(mia), consents.covers(mia, "procedure")) == (None, False)

    again = intake.signed(mia, by=as_ana, at=TEN + minutes(5))
    assert (consents.standing(mia), consents.covers(mia, "procedure")) == (again, True)


def test_one_purpose_covers_no_other(mia, as_ana):
    intake.signed(mia, by=as_ana, purpose="clinical_photos")

    assert [consents.covers(mia, one) for one in ("clinical_photos", "marketing_photos", "procedure")] == [
        True,
        False,
        False,
    ]
    assert set(consents.covered(mia)) == {"clinical_photos"}


def test_taking_back_counts_at_once_for_all_that_was_signed_for_it(mia, as_ana, dee):
    first, second = (intake.signed(mia, by=as_ana, at=TEN + minutes(n)) for n in (0, 1))
    photos = intake.signed(mia, by=as_ana, purpose="clinical_photos")

    consents.withdraw(second, by=dee, at=TEN + minutes(5), reason="Wants to think")

    first.refresh_from_db()
    assert (first.withdrawn_at, second.withdrawn_at) == (TEN + minutes(5),) * 2
    assert (second.withdrawn_by_name, second.withdrawn_reason) == (dee.name, "Wants to think")
    assert [consents.covers(mia, one) for one in ("procedure", "clinical_photos")] == [False, True]
    assert consents.standing(mia, "clinical_photos") == photos


def test_taking_back_twice_keeps_the_first_time(mia, as_ana):
    signed = intake.signed(mia, by=as_ana)
    consents.withdraw(signed, by=as_ana, at=TEN + minutes(1))

    assert consents.withdraw(signed, by=as_ana, at=TEN + minutes(9)).withdrawn_at == TEN + minutes(1)


def test_after_taking_back_it_can_be_signed_anew(mia, as_ana):
    consents.withdraw(intake.signed(mia, by=as_ana), by=as_ana, at=TEN)

    again = intake.signed(mia, by=as_ana, at=TEN + minutes(5))
    assert consents.standing(mia) == again


def test_what_a_minor_signed_alone_stops_counting_once_the_record_knows_the_age(as_ana, site):
    mia = people.patient("Mia Okafor")
    intake.signed(mia, by=as_ana)
    assert consents.covers(mia, "procedure") is True

    patients.edit(mia, version=mia.version, born_on=date(2010, 5, 21), **ADA, by=as_ana, at=TEN)

    known = Patient.objects.get(pk=mia.pk)
    (first, *_others) = consents.overview(known)
    assert (consents.standing(known), consents.standing_among([known]), first.needs_guardian) == (None, set(), True)
    theirs = intake.signed(known, by=as_ana, name="Ada Okafor", signer="guardian", relation="mother", at=TEN)
    (first, *_others) = consents.overview(known)
    assert (consents.standing(known), consents.standing_among([known]), first.is_current) == (theirs, {mia.pk}, True)


def test_a_paper_is_as_old_as_its_own_day(mia, as_ana, site):
    paper = {"how": "paper", "paper": intake.picture("JPEG"), "signed_on": date(2026, 2, 27)}
    signed = intake.signed(mia, by=as_ana, **paper)
    friday = TEN - timedelta(days=3)

    assert (consents.given_on(signed, site), consents.was_given_by(signed, friday, site)) == (date(2026, 2, 27), True)
    assert consents.was_given_by(signed, friday - timedelta(days=1), site) is False


def test_a_screen_is_signed_at_its_own_minute(mia, as_ana, site):
    signed = intake.signed(mia, by=as_ana)

    assert consents.given_on(signed, site) == TEN.date()
    assert [consents.was_given_by(signed, at, site) for at in (TEN - minutes(1), TEN)] == [False, True]


def test_what_was_only_noted_before_signatures_were_kept_covers_nothing(mia, ana):
    Consent.objects.create(patient=mia, text=texts.current(), given_at=TEN, recorded_by=ana)

    assert (consents.covers(mia, "procedure"), consents.overview(mia)[0].is_replaced) == (False, True)


def test_the_overview_names_every_purpose_and_how_it_stands(mia, as_ana, django_assert_num_queries):
    intake.signed(mia, by=as_ana)
    consents.withdraw(intake.signed(mia, by=as_ana, purpose="prp"), by=as_ana, at=TEN)
    intake.signed(mia, by=as_ana, purpose="peel")
    intake.republished(TEN, as_ana, purpose="peel")

    with django_assert_num_queries(2):
        found = {one.purpose: one for one in consents.overview(mia)}

    assert list(found) == [
        "procedure",
        "off_label",
        "prp",
        "peel",
        "laser",
        "radiofrequency",
        "clinical_photos",
        "teaching_photos",
        "marketing_photos",
    ]
    assert [one for one in found if found[one].is_current] == ["procedure"]
    assert [one for one in found if found[one].is_withdrawn] == ["prp"]
    assert [one for one in found if found[one].is_replaced] == ["peel"]


# --- the database itself ---------------------------------------------------------------------------------

COLUMNS = [field.column for field in Consent._meta.concrete_fields if not field.column.startswith("withdrawn")]


def refused(sql):
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(error.value).splitlines()[0]


@pytest.mark.both_engines
@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE intake_consenttext SET words = 'other'", "a consent text is never changed"),
        ("DELETE FROM intake_consenttext", "a consent text is never changed"),
        ("UPDATE intake_consent SET given_at = '2026-01-01 00:00:00+00:00'", "a consent is only ever withdrawn, once"),
        ("UPDATE intake_consent SET signer_name = 'Zoe'", "a consent is only ever withdrawn, once"),
        ("UPDATE intake_consent SET record_digest = 'x'", "a consent is only ever withdrawn, once"),
        ("UPDATE intake_consent SET recorded_by_id = NULL", "a consent is only ever withdrawn, once"),
        ("DELETE FROM intake_consent", "a consent is never removed"),
    ],
)
def test_the_database_refuses_to_change_what_was_signed(mia, as_ana, sql, words):
    intake.signed(mia, by=as_ana)

    assert refused(sql) == words


@pytest.mark.both_engines
def test_a_consent_taken_back_stays_taken_back(mia, as_ana):
    consents.withdraw(intake.signed(mia, by=as_ana), by=as_ana, at=TEN)

    for sql in ("SET withdrawn_at = NULL", "SET withdrawn_reason = 'other'"):
        assert refused(f"UPDATE intake_consent {sql}") == "a consent is only ever withdrawn, once"


@pytest.mark.both_engines
@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in ("id", "patient_id", "text_id")])
def test_no_column_of_what_was_signed_was_forgotten(column):
    assert column in SIGNED


def test_a_signature_without_a_name_or_a_proof_cannot_be_written(mia, ana):
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(patient=mia, text=texts.current(), given_at=TEN, recorded_by=ana, how="typed")


def test_an_edited_record_does_not_change_what_was_signed(mia, as_ana):
    signed = intake.signed(mia, by=as_ana)
    patients.edit(mia, version=mia.version, name="Mia Brandt", by=as_ana, at=TEN)

    assert list(proofs.faults(Consent.objects.get(pk=signed.pk))) == []
    assert ConsentText.objects.current().filter(purpose="procedure").count() == 2
    assert isinstance(intake.typed(mia), Signature)
