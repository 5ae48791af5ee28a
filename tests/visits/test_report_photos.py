"""Photos that come with what a patient tells: kept with it or not at all, sealed, and gone with the record."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError, transaction
from django.utils import timezone

from aftercare import report_photos
from aftercare.models import Report, ReportPhoto
from clinic import pictures, vault, vault_names
from clinic.actors import Actor
from clinic.models import Purge
from clinic.refusals import Refused
from patients.models import Patient
from tests.clinic.pictures import hostile
from tests.factories import aftercare
from tests.factories import patients as people
from tests.factories.booking import TEN
from tests.factories.photos import cleaned
from treatments.models import Session
from visits import erasing, merging, notices, purging, reports

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

THIRD_DAY = TEN + timedelta(days=3)
EXIF_MARKS = (b"Exif", b"GPS", b"http://ns.adobe.com", b"ICC_PROFILE", hostile.SECRET)


@pytest.fixture
def new(course):
    """Return what names the files that were put into the vault since the session."""
    before = set(storages["vault"].names())
    return lambda: set(storages["vault"].names()) - before


@pytest.fixture
def told(course, mia, site):
    """Return what tells a report of Mia's by her link, with photos."""
    aftercare.values()
    session = Session.objects.get()

    def tell(*photos, **said):
        known = {"feeling": "worried", "came_by": "link", "by": Actor.of_link(mia.name, mia.uuid), "at": THIRD_DAY}
        return reports.tell(mia, session=session, site=site, photos=photos, **(known | said))

    return tell


def names_of(photo):
    return {photo.whole, photo.view, photo.thumb}


def test_a_photo_with_a_place_in_it_is_kept_without_and_nothing_plain_lies_on_the_disk(told, new):
    sent = hostile.with_gps()
    told(pictures.clean(sent))

    photo = ReportPhoto.objects.get()
    assert new() == names_of(photo)
    for name in names_of(photo):
        content = vault.read(name)
        assert content.startswith(b"\xff\xd8")
        assert not any(mark in content for mark in EXIF_MARKS)
    for name in new():
        lying = Path(storages["vault"].path(name)).read_bytes()
        assert lying.startswith(vault.FORM)
        assert b"JFIF" not in lying
        assert sent[:64] not in lying
    assert (photo.width, photo.height, photo.added_at) == (640, 480, THIRD_DAY)


def test_what_the_camera_says_is_read_on_the_clock_of_the_site(told):
    report = told(cleaned("said", taken_at=datetime(2026, 3, 5, 8, 30)))  # noqa: DTZ001 - as a camera says it

    assert report.photos.get().taken_at == datetime(2026, 3, 5, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize("said", [datetime(1, 1, 1), datetime(1980, 1, 1), datetime(2031, 1, 1)])  # noqa: DTZ001
def test_a_camera_without_a_clock_is_not_believed(told, said):
    assert told(cleaned("said", taken_at=said)).photos.get().taken_at is None


def test_the_same_sent_twice_is_one_report_and_leaves_no_file_behind(told, new):
    first, again = told(cleaned("one"), cleaned("one")), told(cleaned("one"))

    assert (first, first.photos.count()) == (again, 1)
    assert new() == names_of(first.photos.get())


def test_the_same_words_with_another_photo_are_another_report(told):
    first, second = told(cleaned("one")), told(cleaned("two"))

    assert first != second
    assert [one.photos.count() for one in (first, second)] == [1, 1]


def test_when_the_step_fails_neither_row_nor_file_is_left(told, new, monkeypatch):
    def fails(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(notices, "reconcile_held", fails)
    with pytest.raises(ZeroDivisionError):
        told(cleaned("one"), cleaned("two"))

    assert (Report.objects.count(), ReportPhoto.objects.count(), new()) == (0, 0, set())


def test_what_is_refused_leaves_no_file(told, new):
    with pytest.raises(Refused):
        told(cleaned(), feeling="splendid")
    with pytest.raises(ValueError, match="3 photos at most"):
        told(*(cleaned(mark) for mark in "abcd"))

    assert new() == set()


def test_the_nightly_sweep_leaves_them_where_they_are(told, new):
    told(*(cleaned(mark) for mark in "abc"))
    unnamed = vault_names.strays(at=timezone.now() + timedelta(days=2))

    assert len(new()) == 9
    assert new().isdisjoint(unnamed)


def test_the_database_keeps_a_photo_as_it_came(told):
    told(cleaned())

    with pytest.raises(DatabaseError, match="a photo that came with a report stays as it came"), transaction.atomic():
        ReportPhoto.objects.update(view="00/else")
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportPhoto.objects.all()._raw_delete("default")


def test_a_photo_moves_with_its_report_when_records_become_one(told, mia, max_):
    photo = told(cleaned()).photos.get()
    other = people.patient("Mia Okafor")
    versions = (other.version, Patient.objects.get(pk=mia.pk).version)
    merging.merge(other, mia, versions=versions, by=max_, at=THIRD_DAY)

    photo.refresh_from_db()
    assert photo.report.patient == other
    assert vault.read(photo.view)


def test_a_purge_takes_the_files_and_an_erasure_leaves_them_until_then(
    told, new, mia, max_, site, monkeypatch, django_capture_on_commit_callbacks
):
    told(cleaned(), feeling="fine")
    monkeypatch.setattr(erasing, "_refuse_unfinished", lambda patient: None)
    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=THIRD_DAY)
    after_erasing = len(new())
    over = THIRD_DAY + timedelta(days=12 * 365)
    purging.list_due(at=over)
    with django_capture_on_commit_callbacks(execute=True):
        purging.carry_out(Purge.objects.get(patient_pk=mia.pk), by=max_, at=over)

    assert after_erasing == 3
    assert (ReportPhoto.objects.count(), new()) == (0, set())


def test_three_are_the_most(told):
    assert told(*(cleaned(mark) for mark in "abc")).photos.count() == report_photos.MOST
