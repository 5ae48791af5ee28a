"""Letters of doctors on the screen: kept, read by clinicians alone, struck; what was typed stays."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clinic import audit
from clinic.models import AuditRow
from intake.models import Letter
from tests.factories import screening as full
from tests.factories import treatments
from tests.factories.booking import TEN
from tests.factories.intake import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten(db, mia, as_ana):
    treatments.values()
    with time_machine.travel(TEN, tick=False):
        full.screened(mia, by=as_ana)
        yield


def upload(browser, person, content=PDF, **typed):
    known = {"from_whom": "Dr Amira Stein", "about": "Needling may go on", "written_on": "20/02/2026"}
    file = SimpleUploadedFile("letter.pdf", content, content_type="application/pdf")
    return browser.post(reverse("desk:letter_add", args=[person.uuid]), known | typed | {"file": file})


def test_a_letter_is_kept_listed_opened_and_struck(practice, mia):
    page = reverse("desk:letters", args=[mia.uuid])
    assert upload(practice, mia).headers["Location"] == page
    letter = Letter.objects.get()
    assert practice.get(page).context["rows"] == [(letter, True)]

    opened = practice.get(reverse("desk:letter", args=[letter.uuid]))

    assert (opened.content, opened.headers["Content-Type"]) == (PDF, "application/pdf")
    assert AuditRow.objects.filter(verb=audit.READ, object_kind="intake.letter", object_id=str(letter.pk)).count() == 1
    practice.post(reverse("desk:letter_strike", args=[letter.uuid]), {"because": "Of another patient"})
    assert practice.get(page).context["rows"] == [(letter, False)]


def test_what_is_no_letter_comes_back_with_what_was_typed(practice, mia):
    answer = upload(practice, mia, b"<html>", written_on="31/02/2026")
    assert (answer.status_code, dict(answer.context["form"].errors)) == (
        422,
        {"written_on": ["Write the day as 21/05/2026."]},
    )

    answer = upload(practice, mia, b"<html>")

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert answer.context["form"]["about"].value() == "Needling may go on"
    assert Letter.objects.count() == 0


def test_the_desk_neither_reads_nor_keeps_letters(desk, practice, manager, mia):
    upload(practice, mia)
    letter = Letter.objects.get()

    for browser in (desk, manager):
        assert browser.get(reverse("desk:letters", args=[mia.uuid])).status_code == 403
        assert browser.get(reverse("desk:letter", args=[letter.uuid])).status_code == 403
        assert upload(browser, mia).status_code == 403
        assert browser.post(reverse("desk:letter_strike", args=[letter.uuid]), {"because": "x"}).status_code == 403
    assert list(Letter.objects.standing()) == [letter]
    assert letter.written_on == date(2026, 2, 20)
