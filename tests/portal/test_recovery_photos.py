"""Photos sent from the recovery page: up to three, refused in words, and what was typed beside them stays."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from aftercare import recovery_links
from aftercare import reports as known
from aftercare.models import Report, ReportPhoto
from clinic import pictures
from patients import links
from patients.models import Link, Patient
from portal.recovery import uploads
from tests.clinic.pictures import hostile
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import TEN, minutes
from tests.factories.health_forms import telephone
from tests.journeys.paper import Sheet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

DAY_2 = TEN + minutes(70) + timedelta(days=2)
TYPED = "It weeps on the left cheek."


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(DAY_2, tick=False) as clock:
        yield clock


@pytest.fixture
def address(mia, microneedling, ana, as_ana):
    treatments.values()
    aftercare.values()
    visit = booking.visit(mia, microneedling, ana)
    aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana), by=as_ana))
    return f"/r/{links.token(Link.objects.get(purpose=recovery_links.PURPOSE))}/how/"


def photo(name="IMG_1.jpg", content=None):
    return SimpleUploadedFile(name, hostile.with_gps() if content is None else content, "image/jpeg")


def send(address, *files, **said):
    answer = telephone().post(address, {"feeling": "worried", "words": TYPED, "photos": list(files)} | said)
    return answer, Sheet(address, answer.content.decode(), answer.status_code)


def kept():
    return Report.objects.count(), ReportPhoto.objects.count()


def test_the_page_offers_photos_in_plain_html(address):
    page = Sheet(address, telephone().get(address).content.decode())
    (field,) = page.all("input", name="photos")

    assert (field.attrs["type"], field.attrs["accept"]) == ("file", "image/*")
    assert "multiple" in field.attrs
    assert "capture" not in field.attrs
    assert field.within("form").attrs["enctype"] == "multipart/form-data"
    assert "A photo in daylight helps. Only those who treat you see it." in page.text


def test_one_to_three_photos_are_kept_with_what_is_told(address):
    answer, _page = send(address, photo(), photo(content=hostile.jpeg()))

    assert (answer.status_code, kept()) == (303, (1, 2))
    assert Report.objects.get().words == TYPED


def test_without_a_photo_it_is_told_as_ever(address):
    answer, _page = send(address)

    assert (answer.status_code, kept()) == (303, (1, 0))


def test_four_photos_are_refused_in_words_and_what_was_typed_stays(address):
    answer, page = send(address, *(photo() for _ in range(4)))

    assert (answer.status_code, kept()) == (422, (0, 0))
    assert "These are more than 3 photos. Choose the ones that show it best." in page.text
    assert TYPED in page.text


def test_a_text_file_is_refused_and_with_it_the_others(address):
    before = storages["vault"].names()
    answer, page = send(address, photo(), photo("notes.txt", b"This is a letter, not a picture."))

    assert (answer.status_code, kept(), storages["vault"].names()) == (422, (0, 0), before)
    assert "Photo 2: This is no picture that can be kept. Send a JPEG, PNG, WebP or HEIC file." in page.text
    assert "No photo was kept, so choose them again." in page.text
    assert TYPED in page.text


def test_a_file_of_26_megabytes_is_refused_without_being_held(address, monkeypatch):
    held = []
    complete = uploads.InMemory.file_complete

    def watched(self, file_size):
        held.append((self.content.getbuffer().nbytes, file_size))
        return complete(self, file_size)

    monkeypatch.setattr(uploads.InMemory, "file_complete", watched)
    answer, page = send(address, photo(content=bytes(26_000_000)))

    assert (answer.status_code, kept()) == (422, (0, 0))
    assert "This file is larger than 25 MB. Send a smaller one. Choose another, or none." in page.text
    assert TYPED in page.text
    assert [(size, nbytes < 100_000) for nbytes, size in held] == [(26_000_000, True)]


def test_of_an_upload_nothing_is_put_on_the_disk_unsealed(address, monkeypatch):
    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryFileUploadHandler.new_file", None)
    answer, _page = send(address, photo(content=hostile.jpeg() + bytes(3_000_000)))

    assert answer.status_code in (303, 422)


def test_where_something_else_is_missing_the_page_says_that_photos_are_chosen_again(address):
    answer, page = send(address, photo(), feeling="")

    assert (answer.status_code, kept()) == (422, (0, 0))
    assert "A photo cannot wait here. Choose it again before you send." in page.text


def test_in_an_emergency_the_photo_holds_nothing_up(address):
    first, page = send(address, photo(), signs=["breathing"])
    hidden = [(one.attrs["name"], one.attrs["value"]) for one in page.all("input", type="hidden")]
    asked = page.text, page.all("input", type="file")
    answer = telephone().post(address, {name: value for name, value in hidden} | {"sure": "yes"})

    assert (first.status_code, answer.status_code, kept()) == (200, 303, (1, 0))
    assert "Your photo does not go with this." in asked[0]
    assert asked[1] == []
    assert Report.objects.get().words == TYPED


def test_who_told_far_too_much_today_is_refused_before_a_photo_is_looked_at(address, monkeypatch):
    monkeypatch.setattr(known, "MOST_A_DAY", 0)
    monkeypatch.setattr(pictures, "clean", None)
    answer, page = send(address, photo())

    assert (answer.status_code, kept()) == (409, (0, 0))
    assert "Please call us" in page.text


def test_in_spanish_the_page_and_its_refusals_are_spanish(address):
    Patient.objects.update(language="es")
    page = Sheet(address, telephone().get(address).content.decode())
    _answer, refused = send(address, photo("notes.txt", b"This is a letter."))

    assert "Una foto con luz de día ayuda. Solo la ven quienes le tratan." in page.text
    assert "Esto no es una imagen que podamos guardar." in refused.text
