"""The day on paper: what stands on it, that it fits, and that tomorrow's lies there when the power goes."""

import re
import stat
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from booking import appointments
from booking.models import Appointment
from clinic import sites
from clinic.models import AuditRow, OpeningHours, Site
from desk import tasks
from desk.board import sheet_files, sheets
from patients import patients as people
from tests.desk.board import crowd
from tests.factories import clinic
from tests.factories import patients as who
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
EVENING = datetime(2026, 3, 1, 18, 5, tzinfo=UTC)  # Sunday, when nobody opens: over at five
SIX = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # closing time on Monday


@pytest.fixture
def folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "sheets"


def page_count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def test_a_line_tells_the_desk_all_it_needs(site, mia, microneedling, ana):
    visit(mia, microneedling, ana, note="Brings her sister")
    (line,) = sheets.read(site, MONDAY, at=SUNDAY).lines

    assert (line.time, line.name, line.born, line.tail) == ("10:00–11:20", "Mia Okafor", "21 May 1994", "0417")
    assert (line.service, line.who, line.room) == ("Microneedling", "Ana", "Room 1")
    assert (line.state, line.consent, line.note) == ("Clear", "due", "Brings her sister")
    assert (line.has_come, line.is_done) == (False, False)


def test_initials_leave_out_who_it_is_and_the_note_that_may_say_so(site, mia, review, ana):
    visit(mia, review, ana, note="Mia brings her sister")
    (line,) = sheets.read(site, MONDAY, at=SUNDAY, initials=True).lines

    assert (line.name, line.born, line.tail, line.note) == ("M. O.", "", "", "")


def test_a_visit_that_was_called_off_is_not_on_paper(site, mia, review, ana):
    booked = visit(mia, review, ana)
    appointments.cancel(booked, version=booked.version, reason="ill", by=HOUSE, at=SUNDAY)

    assert sheets.read(site, MONDAY, at=SUNDAY).lines == ()


def test_the_page_says_who_printed_it_and_when(desk, mia, review, ana, monday):
    visit(mia, review, ana)
    page = desk.get(reverse("desk:day_sheet"), {"day": "2026-03-02"}).content.decode()

    assert "Printed 2 March 2026 10:00 by Dee Marlowe · confidential" in page
    assert re.findall(r"<td class=\"name\">([^<]*)", page) == ["Mia Okafor"]


def test_a_sheet_costs_the_same_with_one_visit_and_with_three(desk, ana, review, monday, django_assert_num_queries):
    for number, person in enumerate([who.mia(), who.tomasz(), who.zoe()]):
        visit(person, review, ana, starts_at=TEN + minutes(30 * number))
        if number in (0, 2):
            with django_assert_num_queries(9):
                desk.get(reverse("desk:day_sheet"), {"day": "2026-03-02"})


@pytest.mark.parametrize(("visits", "pages"), [(0, 1), (24, 1), (60, 3)])
def test_twenty_four_visits_stand_on_one_page(site, review, visits, pages):
    if visits:
        crowd.visits(site, review, crowd.practitioners(site, visits // 12), days=1, each=12, long=30)
    Appointment.objects.filter(pk__in=Appointment.objects.values("pk")[:5]).update(
        note="Wants to talk about parking. " * 3
    )
    sheet = sheets.read(site, MONDAY, at=SUNDAY)
    pdf = sheet_files.print_pdf(sheet, site=site, by_name="Stipple", at=SUNDAY)

    assert (len(sheet.lines), page_count(pdf)) == (visits, pages)


def test_tomorrow_is_saved_once_after_closing_time(folder, site, mia, review, ana):
    visit(mia, review, ana)
    saved = [sheet_files.keep(site, at=EVENING), sheet_files.keep(site, at=EVENING + minutes(10))]
    (file,) = folder.glob("*.pdf")

    assert saved == [True, False]
    assert file.name == f"{site.pk}-2026-03-02.pdf"
    assert file.read_bytes()[:5] == b"%PDF-"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_is_saved_again_when_tomorrow_changes(folder, site, mia, tomasz, review, ana):
    visit(mia, review, ana)
    sheet_files.keep(site, at=EVENING)
    visit(tomasz, review, ana, starts_at=TEN + minutes(30))

    assert [sheet_files.keep(site, at=EVENING + minutes(past)) for past in (10, 20)] == [True, False]


def test_it_is_saved_again_when_a_name_changes(folder, site, mia, review, ana):
    visit(mia, review, ana)
    sheet_files.keep(site, at=EVENING)
    people.edit(mia, version=mia.version, by=HOUSE, at=EVENING, name="Mia Okafor-Reed")

    assert sheet_files.keep(site, at=EVENING + minutes(10)) is True


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (SIX - minutes(1), []),
        (SIX, ["2026-03-03"]),
        (SIX + timedelta(hours=8), ["2026-03-03"]),
        (SIX + timedelta(hours=15), []),
    ],
)
def test_nothing_is_saved_while_the_day_is_on_its_way(folder, site, mia, review, ana, at, written):
    visit(mia, review, ana, starts_at=TEN + timedelta(days=1))
    sheet_files.keep(site, at=at)

    assert [str(one.on) for one in sheet_files.saved(site)] == written


def test_sheets_are_kept_for_seven_days(folder, site, mia, review, ana):
    for days in range(10):
        sheet_files.keep(site, at=EVENING + timedelta(days=days))

    assert [str(one.on) for one in sheet_files.saved(site)] == [
        str(date(2026, 3, 11) - timedelta(days=days)) for days in range(9)
    ]


@pytest.mark.parametrize("is_set", [True, False])
def test_what_is_saved_says_initials_only_where_the_site_wants_no_names_on_paper(
    folder, site, max_, mia, review, ana, is_set
):
    visit(mia, review, ana)
    sites.set_rules(site, sheets_show_initials=is_set, by=max_, at=SUNDAY)
    sheet_files.keep(site, at=EVENING)
    named, nameless = (sheets.read(site, MONDAY, at=EVENING, initials=wanted) for wanted in (False, True))
    (written,) = [file.read_text() for file in folder.glob("*.stamp")]

    assert [(line.name, line.born, line.tail) for line in nameless.lines] == [("M. O.", "", "")]
    assert [line.name for line in named.lines] == ["Mia Okafor"]
    assert (written == sheet_files.stamp_of(nameless), written == sheet_files.stamp_of(named)) == (is_set, not is_set)


def test_it_is_saved_again_without_names_once_the_site_wants_none(folder, site, max_, mia, review, ana):
    visit(mia, review, ana)
    sheet_files.keep(site, at=EVENING)
    sites.set_rules(site, sheets_show_initials=True, by=max_, at=EVENING)

    assert [sheet_files.keep(site, at=EVENING + minutes(past)) for past in (10, 20)] == [True, False]


def test_saved_anew_nothing_is_left_of_a_day_that_is_over_nor_a_name_of_one_to_come(
    folder, site, max_, mia, review, ana
):
    visit(mia, review, ana, note="Mia brings her sister")
    for at in (EVENING - timedelta(days=1), EVENING):
        sheet_files.keep(site, at=at)
    before = [one.on for one in sheet_files.saved(site)]
    sites.set_rules(site, sheets_show_initials=True, by=max_, at=EVENING)
    sheet_files.write_anew(site, at=SIX - minutes(1))
    (stamp,) = [file.read_text() for file in folder.glob("*.stamp")]

    assert (before, [one.on for one in sheet_files.saved(site)]) == ([MONDAY, EVENING.date()], [MONDAY])
    assert stamp == sheet_files.stamp_of(sheets.read(site, MONDAY, at=EVENING, initials=True))


def test_twenty_four_visits_without_names_stand_on_one_page(site, review):
    crowd.visits(site, review, crowd.practitioners(site, 2), days=1, each=12, long=30)
    sheet = sheets.read(site, MONDAY, at=SUNDAY, initials=True)

    assert page_count(sheet_files.print_pdf(sheet, site=site, by_name="Stipple", at=SUNDAY, initials=True)) == 1


def test_another_sites_evening_is_its_own(folder, site):
    OpeningHours.objects.filter(site=site, weekday=0).update(closes_at=time(20))

    assert [sheet_files.keep(site, at=SIX), sheet_files.keep(site, at=SIX + timedelta(hours=2))] == [False, True]


def test_who_takes_a_saved_sheet_is_noted(desk, dee, folder, site, mia, review, ana):
    visit(mia, review, ana)
    sheet_files.keep(site, at=EVENING)
    answer = desk.get(reverse("desk:day_sheet_pdf", args=["2026-03-02"]))

    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    row = AuditRow.objects.get(verb="day_sheet.taken")
    assert (row.actor_name, row.object_id, row.reason) == ("Dee Marlowe", str(site.pk), "2026-03-02")


@pytest.mark.parametrize("day", ["2026-03-09", "yesterday", "..%2F..%2Fsecret_key"])
def test_what_was_not_saved_is_not_there(desk, folder, site, day):
    answer = desk.get(f"/sheets/{day}/")

    assert answer.status_code == 404
    assert AuditRow.objects.filter(verb="day_sheet.taken").count() == 0


def test_the_list_of_saved_sheets_leads_to_each(desk, folder, site, ana):
    sheet_files.keep(site, at=EVENING)
    page = desk.get(reverse("desk:day_sheets")).content.decode()

    assert re.findall(r'href="(/sheets/[^"]+)"', page) == ["/sheets/2026-03-02/"]


def test_a_site_whose_sheet_cannot_be_made_keeps_no_other_from_its_own(site, folder, caplog):
    Site.objects.filter(pk=site.pk).update(time_zone="Nowhere/At_all")
    other = clinic.site(name="Quay Clinic")

    with time_machine.travel(EVENING, tick=False):
        assert tasks.save_sheets() == 1

    assert [file.name for file in folder.glob("*.pdf")] == [f"{other.pk}-2026-03-02.pdf"]
    assert [one.getMessage() for one in caplog.records] == [f"The sheet of site {site.pk} could not be saved"]
