"""How a patient stands to each purpose: who sees what of it, and taking back in one step."""

from urllib.parse import urlsplit

import pytest
from django.core.files.storage import storages
from django.urls import reverse

from clinic.models import AuditRow
from intake import consents, texts
from intake.models import Consent
from patients.models import Patient
from tests.factories import intake
from tests.factories.booking import TEN

QUERIES = 15


def states(sheet):
    """Return each purpose with its state."""
    heads = sheet.styled("panel-head")
    return dict(
        (
            next(one.text for one in head.nodes if one.tag == "h2"),
            next(one.text for one in head.nodes if one.tag == "span"),
        )
        for head in heads
    )


def test_every_purpose_stands_there_with_its_state(tablet, page, mia, as_ana):
    intake.signed(mia, by=as_ana)
    intake.signed(mia, by=as_ana, purpose="prp")
    intake.republished(TEN, as_ana, purpose="prp")
    consents.withdraw(intake.signed(mia, by=as_ana, purpose="clinical_photos"), by=as_ana, at=TEN)

    assert states(tablet.open(page)) == {
        "Microneedling": "Signed",
        "Off-label use": "Not signed",
        "Microneedling with PRP": "To be signed again",
        "Microneedling with a peel": "Not signed",
        "Microneedling with laser": "Not signed",
        "Microneedling with radiofrequency": "Not signed",
        "Photos for the record": "Taken back",
        "Photos for teaching": "Not signed",
        "Photos for marketing": "Not signed",
    }


def test_the_consents_of_a_closed_record_are_nowhere(tablet, mia, as_ana):
    consent = intake.signed(mia, by=as_ana)
    document, back = (reverse(f"desk:consent_{name}", args=[consent.uuid]) for name in ("document", "withdraw"))
    assert tablet.client.get(document).status_code == 200
    Patient.objects.filter(pk=mia.pk).update(closed_at=TEN)

    assert [tablet.client.get(document).status_code, tablet.client.post(back).status_code] == [404, 404]
    assert consents.covers(mia, "procedure") is True


def test_it_is_taken_back_in_one_step_and_counts_at_once(desk, page, mia, as_ana, dee):
    intake.signed(mia, by=as_ana)
    desk.open(page)

    shown = desk.press("Take it back now", {"reason": "Wants to think"})

    assert shown.toasts == ["Taken back: Microneedling. It counts from now on."]
    assert states(shown)["Microneedling"] == "Taken back"
    assert consents.covers(mia, "procedure") is False
    assert Consent.objects.get().withdrawn_by_name == dee.name


def test_the_desk_sees_that_it_was_taken_back_and_not_why(desk, tablet, page, mia, as_ana):
    consents.withdraw(intake.signed(mia, by=as_ana), by=as_ana, at=TEN, reason="Is afraid of needles")

    assert "afraid" not in desk.open(page).text
    assert "Is afraid of needles" in tablet.open(page).text


def test_clinicians_and_whoever_saw_it_signed_open_the_document_and_it_is_written_down(desk, tablet, mia, dee, as_ana):
    signed = intake.signed(mia, by=dee)
    document = reverse("desk:consent_document", args=[signed.uuid])

    for person in (desk, tablet):
        response = person.client.get(document)
        assert (response.headers["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
        assert response.headers["Content-Disposition"] == 'inline; filename="consent-2026-03-02.pdf"'
    reads = AuditRow.objects.filter(verb="read", object_kind="intake.consent").order_by("pk")
    assert [row.actor_name for row in reads] == [dee.name, as_ana.name]


def test_somebody_at_the_desk_opens_no_document_that_they_did_not_witness(desk, page, mia, as_ana):
    signed = intake.signed(mia, by=as_ana, how="drawn", drawing=intake.drawing())

    assert "Open the document" not in desk.open(page).text
    for name in ("consent_document", "consent_signature"):
        assert desk.client.get(reverse(f"desk:{name}", args=[signed.uuid])).status_code == 404


def test_a_document_that_was_changed_on_the_disk_is_not_shown(tablet, page, mia, as_ana):
    signed = intake.signed(mia, by=as_ana)
    with open(storages["vault"].path(signed.pdf), "r+b") as file:
        file.seek(60)
        file.write(b"x")

    response = tablet.client.get(reverse("desk:consent_document", args=[signed.uuid]), follow=True)

    assert urlsplit(response.redirect_chain[-1][0]).path == page
    assert "This file is not as it was kept, so it is not shown. Tell your manager." in response.content.decode()


def test_a_consent_of_before_signatures_were_kept_has_no_document(tablet, page, mia, ana):
    noted = Consent.objects.create(patient=mia, text=texts.current(), given_at=TEN, recorded_by=ana)

    assert states(tablet.open(page))["Microneedling"] == "To be signed again"
    assert tablet.client.get(reverse("desk:consent_document", args=[noted.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_whatever_was_signed(tablet, page, mia, as_ana, count, django_assert_num_queries):
    for _again in range(count):
        intake.signed(mia, by=as_ana)
    tablet.client.get(page)

    with django_assert_num_queries(QUERIES):
        tablet.client.get(page)
