"""Reading and signing: on the screen with a typed name or a drawing, on paper with a scan; nothing is half kept."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clinic import vault
from intake import consents
from intake.models import Consent, ConsentText
from tests.factories import intake
from tests.factories.booking import TEN

AGREES = {"name": "Mia Okafor"}


def problems(sheet):
    return [node.text for node in sheet.styled("field-error")]


def test_mia_reads_the_words_and_signs_with_her_name(tablet, sign, page, mia, ana):
    shown = tablet.open(sign)
    assert shown.title == "Consent to microneedling: Mia Okafor · Stipple"
    assert "Version 1 of" in shown.text
    assert "Scarring: rare." in shown.text

    shown = tablet.press("I agree and sign", AGREES)

    assert (shown.address, shown.toasts) == (page, ["Mia Okafor has signed: Microneedling, version 1."])
    signed = Consent.objects.get()
    assert (signed.how, signed.signer, signed.recorded_by) == ("typed", "patient", ana)


def test_the_open_page_leads_nowhere_but_into_the_patient_s_hand_and_back(tablet, sign, page, mia):
    shown = tablet.open(sign)

    assert [one.attrs["href"] for one in shown.all("a")] == [
        "#main",
        "?purpose=procedure&language=es",
        page,  # not now
    ]
    assert [one.attrs.get("action", "") for one in shown.all("form")] == [
        reverse("desk:device_hand", args=[mia.uuid]),
        "",
    ]
    assert [one.attrs["src"].rpartition("/")[2].partition(".")[0] for one in shown.all("script")] == [
        "theme",
        "htmx-2",
        "house",
        "signature",
    ]


def test_the_desk_may_hold_the_tablet_out_too(desk, sign, mia, dee):
    desk.open(sign)
    desk.press("I agree and sign", AGREES)

    assert consents.standing(mia).recorded_by == dee.user


def test_a_drawing_is_kept_beside_the_name(tablet, sign, mia):
    tablet.open(sign)
    tablet.press("I agree and sign", AGREES | {"drawing": intake.drawing()})

    assert (consents.standing(mia).how, consents.standing(mia).signature_type) == ("drawn", "image/png")


def test_a_wrong_name_gets_a_sentence_and_what_was_typed_stays(tablet, sign):
    tablet.open(sign)

    shown = tablet.press("I agree and sign", {"name": "Zoe", "relation": "Aunt"})

    assert (shown.status, problems(shown)) == (422, ["Write the name as the record has it: Mia Okafor."])
    assert (shown.value("name"), shown.value("relation"), Consent.objects.count()) == ("Zoe", "Aunt", 0)
    tablet.press("I agree and sign", AGREES)
    assert Consent.objects.count() == 1


def test_nothing_typed_is_named_at_its_field(tablet, sign):
    tablet.open(sign)

    shown = tablet.press("I agree and sign", {})

    assert (shown.status, shown.title[:6], problems(shown)) == (422, "Error:", ["Write the name of who signs."])


def test_a_drawing_that_is_none_is_refused_and_the_name_stays(tablet, sign):
    tablet.open(sign)

    shown = tablet.press("I agree and sign", AGREES | {"drawing": "data:image/png;base64,AAAA"})

    assert (shown.status, shown.value("name"), Consent.objects.count()) == (422, "Mia Okafor", 0)
    assert "This is no picture that can be read." in shown.text


def test_words_replaced_while_she_read_are_read_anew(tablet, sign, as_ana):
    tablet.open(sign)
    intake.republished(TEN, as_ana)

    shown = tablet.press("I agree and sign", AGREES)

    assert (shown.status, shown.value("name"), Consent.objects.count()) == (409, "Mia Okafor", 0)
    assert "The consent text changed a moment ago. Read version 2, then sign." in shown.text
    assert "Newer words." in shown.text
    tablet.press("I agree and sign")
    assert Consent.objects.get().text.version == 2


def test_a_form_sent_twice_is_one_signature(tablet, sign):
    shown = tablet.open(sign)
    body = tablet.filled_in(shown.button("I agree and sign"), AGREES)
    tablet.post(sign, body)
    again = tablet.post(sign, body)

    assert (again.status, Consent.objects.count()) == (200, 1)


def test_mia_reads_in_the_language_of_her_record_and_may_choose_another(tablet, sign, mia):
    mia.language = "es"
    mia.save()
    shown = tablet.open(sign)
    assert "Consentimiento para microneedling" in shown.text

    shown = tablet.follow("English")
    assert "Consent to microneedling" in shown.text
    tablet.press("I agree and sign", AGREES)
    assert consents.standing(mia).text.language == "en"


def test_signing_leads_back_to_where_it_was_asked_for_and_never_elsewhere(tablet, sign, page):
    tablet.open(f"{sign}?next=/my-day/")
    assert tablet.press("I agree and sign", AGREES).address == "/my-day/"

    tablet.open(f"{sign}?purpose=prp&next=https://elsewhere.example/")
    assert tablet.press("I agree and sign", AGREES).address == page


@pytest.mark.parametrize("purpose", ["unknown", "", "procedure'--"])
def test_a_purpose_that_does_not_exist_is_not_found(tablet, sign, purpose):
    assert tablet.open(f"{sign}?purpose={purpose}").status == 404


def test_a_parent_signs_for_a_child(tablet, sign, mia):
    mia.born_on, mia.guardian_name = date(2010, 5, 21), "Ada Okafor"
    mia.save()
    tablet.open(sign)
    shown = tablet.press("I agree and sign", AGREES | {"signer": "patient"})
    assert problems(shown) == ["Below 18 years a parent or guardian signs."]

    tablet.open(sign)  # where the guardian is chosen already
    tablet.press("I agree and sign", {"name": "Ada Okafor", "relation": "mother"})

    assert consents.standing(mia).signer_name == "Ada Okafor"


def test_for_a_child_without_a_guardian_in_the_record_the_page_leads_to_where_one_is_written(tablet, sign, mia):
    mia.born_on = date(2010, 5, 21)
    mia.save()
    handed = tablet.client.post(reverse("desk:device_hand", args=[mia.uuid]), {"purpose": "prp"})
    assert handed.headers["Location"].startswith(f"{sign}?purpose=prp&next=")

    shown = tablet.open(f"{sign}?purpose=prp")
    assert "and none is named yet" in shown.alerts[0]
    assert [node.text for node in shown.all("button")] == []
    assert shown.link("Not now").attrs["href"] == reverse("desk:consents", args=[mia.uuid])

    edit = tablet.follow("Write down the guardian")
    assert edit.address.partition("?")[0] == reverse("desk:patient_edit", args=[mia.uuid])
    body = {"guardian_name": "Ada Okafor", "guardian_phone": "0113 496 0301"}
    assert tablet.press("Save", body).address == f"{sign}?purpose=prp"
    tablet.press("I agree and sign", {"signer": "guardian", "name": "Ada Okafor", "relation": "mother"})
    assert consents.covers(mia, "prp")


def sent(content, name="scan.jpg", kind="image/jpeg", **said):
    known = {
        "text": ConsentText.objects.get(purpose="procedure", language="en").pk,
        "signer": "patient",
        "name": "Mia Okafor",
        "relation": "",
        "signed_on": "02/03/2026",
        "paper": SimpleUploadedFile(name, content, kind),
    }
    return known | said


def test_a_paper_is_scanned_in_and_can_be_looked_at_again(desk, paper, mia, dee):
    response = desk.client.post(paper, sent(intake.picture("JPEG")))

    signed = Consent.objects.get()
    assert (response.status_code, signed.how, f"{signed.signed_on}") == (302, "paper", "2026-03-02")
    scan = desk.client.get(reverse("desk:consent_signature", args=[signed.uuid]))
    assert (scan.headers["Content-Type"], scan.content) == ("image/jpeg", vault.read(signed.signature))


def test_a_scanned_pdf_is_only_ever_saved_never_opened_in_the_page(desk, paper):
    desk.client.post(paper, sent(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "scan.pdf", "application/pdf"))

    scan = desk.client.get(reverse("desk:consent_signature", args=[Consent.objects.get().uuid]))

    assert scan.headers["Content-Disposition"] == 'attachment; filename="signature.pdf"'


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"signed_on": "03/03/2026"}, "The day on the paper has not come yet."),
        ({"signed_on": "soon"}, "Write the day as 21/05/2026."),
        ({"paper": ""}, "Choose the scan of the signed paper."),
        ({"paper": SimpleUploadedFile("a.jpg", b"")}, "This file is empty."),
        ({"paper": SimpleUploadedFile("a.jpg", b"<svg/>")}, "This is no picture that can be read."),
        ({"text": ""}, "This field is required."),
    ],
)
def test_a_paper_that_cannot_be_kept_gets_a_sentence(desk, paper, said, sentence):
    response = desk.client.post(paper, sent(intake.picture("JPEG"), **said))

    assert (response.status_code, Consent.objects.count()) == (422, 0)
    assert sentence in response.content.decode()
    assert 'value="Mia Okafor"' in response.content.decode()
