"""The same visits by week, by room and by month."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from booking import appointments, closures
from booking.models import Closure
from clinic import hours
from clinic.models import Room, SpecialDay
from desk.board import presence
from desk.board.reading import stamp_of
from patients import patients
from tests.factories import clinic as house
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit

pytestmark = pytest.mark.django_db

MONDAY = "2026-03-02"


def open_(client, name, **query):
    return client.get(reverse(f"desk:{name}"), query)


def week_of(client, person, **query):
    return open_(client, "week", **({"with": person.pk, "day": MONDAY} | query))


def heads(table) -> list[str]:
    return [column.head.title for column in table.columns]


def standing(table) -> list[tuple[str, str]]:
    """Return each visit of a table by the header above it and the row it begins in."""
    return [(cell.head.title, row.label) for row in table.rows for cell in row.cells for card in cell.cards]


@pytest.mark.both_engines
def test_a_week_of_one_has_a_column_for_each_open_day(desk, ana, mia, review, monday):
    visit(mia, review, ana)
    visit(mia, review, ana, starts_at=TEN + timedelta(days=3, hours=1))
    week = week_of(desk, ana).context["week"]

    assert heads(week.table) == ["Mon 2 Mar", "Tue 3 Mar", "Wed 4 Mar", "Thu 5 Mar", "Fri 6 Mar"]
    assert standing(week.table) == [("Mon 2 Mar", "10:00"), ("Thu 5 Mar", "11:00")]


def test_a_week_of_one_shows_nobody_elses_visits(desk, ana, ben, mia, review, monday):
    review.practitioners.add(ben)
    visit(mia, review, ben)

    assert standing(week_of(desk, ana).context["week"].table) == []
    assert standing(week_of(desk, ben).context["week"].table) == [("Mon 2 Mar", "10:00")]


def test_a_free_cell_of_the_week_books_its_own_day(desk, ana, monday):
    page = week_of(desk, ana).content.decode()

    assert (
        f'id="s-2026-03-05-0900" href="/book/?practitioner={ana.pk}&amp;start=2026-03-05T09:00">Book 09:00'
        '<span class="visually-hidden"> Ana Duarte, Thursday 5 March</span>' in page
    )


def test_rows_of_a_week_keep_their_wall_time_over_a_change_of_the_clocks(desk, ana, mia, review, monday):
    after = TEN + timedelta(days=28) - timedelta(hours=1)  # Monday 30 March, 10:00 in summer time
    visit(mia, review, ana, starts_at=after)

    assert standing(week_of(desk, ana, day="2026-03-30").context["week"].table) == [("Mon 30 Mar", "10:00")]


def test_the_list_of_a_week_is_its_days(desk, ana, mia, review, monday):
    visit(mia, review, ana)
    page = week_of(desk, ana, view="list").content.decode()

    assert re.findall(r'<li class="panel"><h2>([^<]*)', page) == ["Monday 2 March"]
    assert 'id="board"' not in page


@pytest.mark.both_engines
def test_the_week_of_everybody_is_people_by_days(desk, ana, ben, mia, review, monday):
    visit(mia, review, ana)
    SpecialDay.objects.create(site=ana.shifts.first().site, practitioner=ben, on=date(2026, 3, 4), words="Course")
    everybody = open_(desk, "week", day=MONDAY).context["everybody"]
    (_ana, hers), (_ben, his) = everybody.rows

    assert [person.name for person in everybody.people] == ["Ana Duarte", "Ben Adeyemi"]
    assert [(line.at, line.name, line.state) for line in hers[0].lines] == [("10:00", "Mia Okafor", "Booked")]
    assert [(box.is_off, box.words) for box in his] == [(False, "")] * 2 + [(True, "Course")] + [(False, "")] * 2


def test_the_week_of_everybody_shows_initials_where_strangers_look(desk, ana, mia, review, monday):
    visit(mia, review, ana)

    assert "Okafor" not in open_(desk, "week", day=MONDAY, names="initials").content.decode()


def test_the_week_of_everybody_has_a_list_of_its_days(desk, site, ana, ben, mia, review, monday):
    review.practitioners.add(ben)
    review.rooms.add(house.room(site, "Room 2"))
    visit(who.zoe(), review, ben, starts_at=TEN + minutes(30))
    visit(mia, review, ana, starts_at=TEN + minutes(30))
    visit(who.tomasz(), review, ben)
    SpecialDay.objects.create(site=site, practitioner=ben, on=date(2026, 3, 4), words="Course")
    page = open_(desk, "week", day=MONDAY, view="list").content.decode()
    rows = re.findall(r"<b>(.*?)</b> <u>(.*?)</u> <i>(.*?)</i> <small>(.*?)</small>", page)

    assert re.findall(r'<h2><a href="([^"]*)">([^<]*)</a> <small>([^<]*)', page) == [
        ("/?day=2026-03-02", "Monday 2 March", "09:00–18:00"),
        ("/?day=2026-03-04", "Wednesday 4 March", "09:00–18:00"),
    ]
    assert rows == [
        ("10:00", "Tomasz Wrona", "Booked", "Ben Adeyemi"),
        ("10:30", "Mia Okafor", "Booked", "Ana Duarte"),
        ("10:30", "Zoë Ångström-Łuczak", "Booked", "Ben Adeyemi"),
    ]
    assert re.findall(r'<p class="off">([^<]*)', page) == ["Ben Adeyemi: Course"]
    assert 'id="week"' not in page


@pytest.mark.parametrize(("asked", "shown"), [("list", (False, True)), ("board", (True, False)), ("", (True, True))])
def test_table_or_list_of_the_week_of_everybody_is_in_the_address(desk, ana, mia, review, monday, asked, shown):
    visit(mia, review, ana)
    page = open_(desk, "week", day=MONDAY, view=asked).content.decode()

    assert ('id="week"' in page, 'class="daylist weeklist"' in page) == shown


def test_a_week_without_visits_says_so_in_its_list(desk, ana, monday):
    assert "No visit is booked in this week." in open_(desk, "week", day=MONDAY, view="list").content.decode()


@pytest.mark.both_engines
def test_the_open_week_of_everybody_hears_of_one_who_comes_in_the_place_of_another(desk, dee, ana, mia, review, monday):
    """One visit goes and one comes: as many as before, and the same versions all in all."""
    gone = visit(mia, review, ana)
    stamp = open_(desk, "week", day=MONDAY).context["everybody"].stamp
    unchanged = open_(desk, "week", day=MONDAY, stamp=stamp)
    appointments.cancel(gone, version=gone.version, reason="ill", by=dee, at=SUNDAY)
    visit(who.zoe(), review, ana, starts_at=TEN + timedelta(days=1))
    changed = open_(desk, "week", day=MONDAY, stamp=stamp)

    assert (unchanged.status_code, changed.status_code) == (204, 200)
    assert b"<!doctype" not in changed.content
    assert b'id="day"' in changed.content


@pytest.mark.both_engines
@pytest.mark.parametrize("whose", [True, False])
def test_an_open_week_hears_of_another_name_and_of_a_shorter_day(desk, ana, site, mia, review, max_, monday, whose):
    visit(mia, review, ana)
    asked = {"day": MONDAY} | ({"with": ana.pk} if whose else {})
    stamps = [stamp_of_week(desk, asked)]
    patients.edit(mia, version=mia.version, name="Mia Lindqvist", by=max_, at=SUNDAY)
    stamps.append(stamp_of_week(desk, asked))
    hours.set_day(ana, site=site, on=TEN.date(), spans=[(time(9), time(16))], words="", by=max_, at=SUNDAY)
    stamps.append(stamp_of_week(desk, asked))

    assert len(set(stamps)) == 3
    assert stamp_of_week(desk, asked) == stamps[-1]


def stamp_of_week(desk, asked) -> str:
    shown = open_(desk, "week", **asked).context
    return (shown["week"] or shown["everybody"]).stamp


def test_the_order_in_which_closures_are_read_is_no_news(site, ana, max_):
    for start, end in ((0, 60), (120, 180)):
        leave = {"kind": Closure.Kind.LEAVE, "practitioner": ana, "words": "Away", "by": max_, "at": SUNDAY}
        closures.add(**leave, site=site, starts_at=TEN + minutes(start), ends_at=TEN + minutes(end))
    there = presence.read(site, TEN.date(), at=SUNDAY)
    first = stamp_of([], there, SUNDAY)
    there.blocks[ana.pk].reverse()

    assert len(there.blocks[ana.pk]) == 2
    assert stamp_of([], there, SUNDAY) == first


@pytest.mark.both_engines
def test_a_closure_that_begins_later_is_news_although_it_ends_as_before(desk, site, ana, max_, monday):
    leave = {"kind": Closure.Kind.LEAVE, "practitioner": ana, "words": "Away", "site": site, "by": max_, "at": SUNDAY}
    first = closures.add(**leave, starts_at=TEN, ends_at=TEN + minutes(120))
    stamps = [open_(desk, "week", day=MONDAY).context["everybody"].stamp]
    closures.lift(first, by=max_, at=SUNDAY)
    closures.add(**leave, starts_at=TEN + minutes(60), ends_at=TEN + minutes(120))
    stamps.append(open_(desk, "week", day=MONDAY).context["everybody"].stamp)

    assert stamps[0] != stamps[1]


@pytest.mark.both_engines
def test_a_room_shows_who_is_in_it_until_it_is_clean(desk, site, ana, mia, microneedling, monday):
    house.room(site, "Room 2")
    visit(mia, microneedling, ana)
    table = open_(desk, "rooms", day=MONDAY).context["rooms"].table
    (card,) = [card for row in table.rows for cell in row.cells for card in cell.cards]

    assert heads(table) == ["Room 1", "Room 2"]
    assert standing(table) == [("Room 1", "10:00")]
    assert card.visit.when.ends_at - card.visit.when.starts_at == timedelta(minutes=90)


def test_a_numbing_chair_is_a_column_of_its_own(desk, site, room, monday):
    house.room(site, "Chair 1", kind=Room.Kind.CHAIR)
    table = open_(desk, "rooms", day=MONDAY).context["rooms"].table

    assert [(column.head.title, column.head.small) for column in table.columns] == [
        ("Room 1", ""),
        ("Chair 1", "Numbing chair"),
    ]


@pytest.mark.both_engines
def test_a_closed_room_says_why(desk, site, room, max_, monday):
    paint = {"kind": Closure.Kind.CLOSURE, "room": room, "words": "Painters"}
    closures.add(**paint, site=site, starts_at=TEN, ends_at=TEN + minutes(60), by=max_, at=SUNDAY)

    assert "Painters" in open_(desk, "rooms", day=MONDAY).content.decode()


@pytest.mark.both_engines
def test_a_month_counts_visits_and_says_how_full_the_days_are(desk, ana, mia, review, monday):
    visit(mia, review, ana)
    visit(who.zoe(), review, ana, starts_at=TEN + minutes(15))
    month = open_(desk, "month", month="2026-03").context["month"]
    squares = {square.on: square for week in month.weeks for square in week}

    assert (squares[date(2026, 3, 2)].visits, squares[date(2026, 3, 2)].load) == (2, 6)  # 30 of 480 minutes
    assert (squares[date(2026, 3, 3)].visits, squares[date(2026, 3, 3)].load) == (0, 0)
    assert (squares[date(2026, 3, 1)].is_open, squares[date(2026, 3, 1)].load) == (False, None)
    assert [len(month.weeks), month.visits] == [6, 2]


@pytest.mark.both_engines
def test_time_that_is_closed_is_not_open_time_of_a_month(desk, site, ana, mia, review, max_, monday):
    visit(mia, review, ana, starts_at=TEN + minutes(240))
    away = {"kind": Closure.Kind.LEAVE, "practitioner": ana, "words": "Away"}
    closures.add(**away, site=site, starts_at=TEN - minutes(60), ends_at=TEN + minutes(180), by=max_, at=SUNDAY)
    month = open_(desk, "month", month="2026-03").context["month"]

    assert [square.load for week in month.weeks for square in week if square.on == date(2026, 3, 2)] == [6]  # 15 of 240


@pytest.mark.parametrize(("name", "queries"), [("week", 6), ("rooms", 10), ("month", 7)])
def test_a_view_costs_the_same_with_one_visit_and_with_three(
    desk, ana, room, review, monday, django_assert_num_queries, name, queries
):
    for number, person in enumerate([who.mia(), who.tomasz(), who.zoe()]):
        visit(person, review, ana, starts_at=TEN + minutes(30 * number))
        if number in (0, 2):
            with django_assert_num_queries(queries):
                open_(desk, name, day=MONDAY)


@pytest.mark.parametrize("name", ["week", "rooms"])
def test_an_open_view_hears_only_of_changes(desk, ana, room, mia, review, monday, name):
    asked = {"day": MONDAY, "with": ana.pk}
    first = open_(desk, name, **asked)
    stamp = (first.context["week"] if name == "week" else first.context["rooms"]).stamp
    unchanged = open_(desk, name, **asked, stamp=stamp)
    visit(mia, review, ana)
    changed = open_(desk, name, **asked, stamp=stamp)

    assert (unchanged.status_code, changed.status_code) == (204, 200)
    assert b"<!doctype" not in changed.content


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("week", {"with": "999", "day": "x"}),
        ("week", {"with": "9" * 20}),
        ("board", {"with": "9" * 5000}),
        ("board", {"asked_with": "9" * 5000}),
        ("rooms", {"day": "2026-13-01"}),
        ("month", {"month": "2026-3"}),
    ],
)
def test_an_address_that_makes_no_sense_opens_the_present(desk, ana, room, monday, name, query):
    assert open_(desk, name, **query).status_code == 200


def test_each_view_leads_to_the_others_on_the_same_day(desk, ana, room, monday):
    for name in ("board", "rooms"):
        (found,) = re.findall(r'<nav class="seg".*?</nav>', open_(desk, name, day=MONDAY).content.decode(), re.S)
        assert re.findall(r'href="([^"]*)"', found) == [
            "/?day=2026-03-02",
            "/week/?day=2026-03-02",
            "/rooms/?day=2026-03-02",
            "/month/?month=2026-03",
        ]
