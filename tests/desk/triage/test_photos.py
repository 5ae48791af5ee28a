"""Photos of a report: for clinicians alone, each look in the trail, and an answer that no browser runs or keeps."""

import io
import zipfile
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import storages
from django.urls import reverse

from aftercare.models import ReportPhoto
from clinic import vault
from clinic.actors import Actor
from clinic.models import AuditRow
from patients.models import Patient
from tests.desk.conftest import page_of
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import TEN
from tests.factories.photos import cleaned
from tests.journeys.paper import Paper
from visits import reports

pytestmark = pytest.mark.django_db

NOW = TEN + timedelta(days=2)  # Wednesday 4 March at ten


@pytest.fixture(autouse=True)
def wednesday(db):
    treatments.values()
    aftercare.values()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def report(mia, microneedling, ana, as_ana, site):
    session = treatments.signed(treatments.started(booking.visit(mia, microneedling, ana), by=as_ana), by=as_ana)
    taken_at = datetime(2026, 3, 4, 9, 45)  # noqa: DTZ001 - as a camera says it
    photos = [cleaned("one", taken_at=taken_at), cleaned("two")]
    known = {"session": session, "site": site, "came_by": "link", "by": Actor.of_link(mia.name, mia.uuid), "at": NOW}
    return reports.tell(mia, feeling="worried", photos=photos, **known)


@pytest.fixture
def photo(report):
    return report.photos.first()


def address(uuid, name="report_photo"):
    return reverse(f"desk:{name}", args=[uuid])


def test_the_page_of_a_report_shows_them_small_each_leading_to_its_larger_size(report, photo, ana):
    page = Paper(page_of(ana)).open(reverse("desk:report", args=[report.uuid]))
    first, second = (one for one in page.all("img") if "report-photos" in one.attrs["src"])

    assert first.attrs | {"alt": "Photo 1, 4 March 09:45", "width": "320", "height": "240"} == first.attrs
    assert first.attrs["src"] == address(photo.uuid, "report_photo_thumb")
    assert first.within("a").attrs["href"] == address(photo.uuid)
    assert second.attrs["alt"] == "Photo 2, 4 March 10:00"
    assert "Taken 4 Mar 2026, 09:45, as the camera says" in page.text
    assert "Sent 4 Mar 2026, 10:00; when it was taken is unknown" in page.text


def test_a_report_without_a_photo_says_nothing_of_photos(report, practice):
    bare = reports.tell(
        report.patient, session=None, site=report.site, came_by="link", feeling="worried", by=Actor.system("x"), at=NOW
    )

    assert "report-photos" not in practice.get(reverse("desk:report", args=[bare.uuid])).content.decode()


@pytest.mark.parametrize(("name", "size"), [("report_photo", "view"), ("report_photo_thumb", "thumb")])
def test_a_photo_comes_out_of_the_vault_dressed_so_that_nothing_runs_and_nothing_is_kept(practice, photo, name, size):
    answer = practice.get(address(photo.uuid, name))

    assert answer.content == vault.read(getattr(photo, size))
    worn = {
        "Content-Type": "image/jpeg",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": 'inline; filename="photo-2026-03-04.jpg"',
    }
    assert {header: answer.headers[header] for header in worn} == worn


@pytest.mark.parametrize("name", ["report_photo", "report_photo_thumb"])
def test_the_desk_gets_none_and_nobody_does_who_is_not_signed_in(desk, client, photo, name):
    assert desk.get(address(photo.uuid, name)).status_code == 403
    assert client.get(address(photo.uuid, name)).status_code == 302


def test_each_look_stands_in_the_trail_at_the_report(practice, report, photo):
    rows = AuditRow.objects.filter(verb="read", patient_id_text=str(report.patient.uuid))
    before = rows.count()
    for name in ("report_photo", "report_photo_thumb"):
        practice.get(address(photo.uuid, name))

    assert rows.count() == before + 2
    assert set(rows.values_list("object_kind", "object_id")) == {("aftercare.report", str(report.pk))}


def test_what_is_unknown_closed_or_damaged_is_not_found(practice, report, photo):
    unknown = [practice.get(address(uuid)).status_code for uuid in (uuid4(), report.uuid, report.patient.uuid)]
    storages["vault"].delete(photo.view)
    damaged = practice.get(address(photo.uuid)).status_code
    other = ReportPhoto.objects.last()
    Patient.everybody.filter(pk=report.patient_id).update(closed_at=NOW)
    closed = practice.get(address(other.uuid)).status_code

    assert (unknown, damaged, closed) == ([404, 404, 404], 404, 404)


def test_the_export_of_the_record_holds_the_photos(practice, report, photo):
    where = reverse("desk:patient_export", args=[report.patient.uuid])
    answer = practice.post(where, {"reason": "Asked for in writing"})
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as packed:
        assert packed.read(f"files/reportphoto-{photo.pk}-whole.jpg") == vault.read(photo.whole)
