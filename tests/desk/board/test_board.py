"""The day board over HTTP: what the desk sees of a day, and at what cost."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from booking import appointments, closures
from booking.diary import GRID, NOTICE
from booking.models import Closure
from clinic import hours
from clinic.models import OpeningHours, Shift, SpecialDay
from patients import patients, restrictions
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from visits import reception

pytestmark = pytest.mark.django_db


def board(client, **query):
    return client.get(reverse("desk:board"), query)


def names(page) -> list[str]:
    return re.findall(r'class="name" id="v-[^"]*" [^>]*>([^<]*)<', page.content.decode())


@pytest.mark.both_engines
def test_the_day_has_a_column_for_each_who_works(desk, ana, ben, monday):
    page = board(desk)

    assert [column.head.practitioner for column in page.context["day"].table.columns] == [ana, ben]


def test_who_is_off_is_not_shown(desk, ana, ben, monday):
    Shift.objects.filter(practitioner=ben).delete()

    assert board(desk).context["day"].practitioners == (ana,)


@pytest.mark.both_engines
def test_what_the_board_shows_of_special_hours_is_their_words(desk, site, ana, ben, monday):
    SpecialDay.objects.create(site=site, practitioner=ben, on=TEN.date(), words="Course in Leeds")
    SpecialDay.objects.create(
        site=site, practitioner=ana, on=TEN.date(), starts_at=time(9), ends_at=time(11), words="School run"
    )
    (column,) = board(desk).context["day"].table.columns

    assert (column.head.title, column.head.small, column.off_words) == (
        "Ana Duarte",
        "09:00–11:00 · School run",
        "School run",
    )


def test_a_pattern_that_has_ended_holds_no_longer(desk, ana, ben, monday):
    Shift.objects.filter(practitioner=ben).update(last_on=TEN.date() - timedelta(days=1))

    assert board(desk).context["day"].practitioners == (ana,)


@pytest.mark.both_engines
def test_a_closed_stretch_stands_on_the_board_with_its_words(desk, site, ana, max_, monday):
    leave = {"kind": Closure.Kind.LEAVE, "practitioner": ana, "words": "Dentist"}
    closures.add(**leave, site=site, starts_at=TEN + minutes(60), ends_at=TEN + minutes(120), by=max_, at=TEN)
    blocked = [
        (row.label, cell.rows, cell.words)
        for row in board(desk).context["day"].table.rows
        for cell in row.cells
        if cell.kind == "blocked"
    ]

    assert blocked == [("11:00", 4, "Dentist"), ("13:00", 4, "break")]


def test_a_visit_is_read_aloud_whole(desk, mia, review, ana, monday):
    booked = visit(mia, review, ana)

    assert (
        f'id="v-{booked.uuid}" href="/appointments/{booked.uuid}/" '
        f'aria-label="Mia Okafor, 10:00 to 10:15, Review, Booked"' in board(desk).content.decode()
    )


def test_initials_only_hides_every_name_even_among_the_changes(desk, dee, mia, review, ana, monday):
    reception.arrive(visit(mia, review, ana), version=1, by=dee, at=TEN)
    page = board(desk, names="initials")

    assert names(page) == ["M. O."]
    assert [noted.name for noted in page.context["day"].changes] == ["M. O."]
    assert "Mia" not in page.content.decode()
    assert "Okafor" not in page.content.decode()


def test_who_wants_initials_only_reads_them_in_what_was_done_too(desk, dee, mia, review, ana, monday):
    booked = visit(mia, review, ana)
    dee.user.board_look = {"names": "initials"}
    dee.user.save()

    told = desk.post(f"/appointments/{booked.uuid}/arrive/", {"version": 1, "next": "/"}, follow=True)

    assert [str(one) for one in told.context["messages"]] == ["M. O. has arrived."]
    assert "Okafor" not in told.content.decode()


def test_who_said_how_late_they_come_is_late_only_after_that(desk, dee, mia, review, ana):
    reception.late(visit(mia, review, ana), minutes=10, version=1, by=dee, at=TEN - minutes(5))
    tags = []
    for past in (2, 9, 12):
        with time_machine.travel(TEN + minutes(past), tick=False):
            tags.append(board(desk).context["day"].listed[0].tag)

    assert tags == ["Late, +10 min", "Late, +10 min", "12 min late"]


def test_who_waits_for_more_than_ten_minutes_is_counted(desk, dee, mia, review, ana):
    reception.arrive(visit(mia, review, ana), version=1, by=dee, at=TEN)
    counted = []
    for past in (10, 11):
        with time_machine.travel(TEN + minutes(past), tick=False):
            page = board(desk)
            counted.append((page.context["tally"]["waiting"], "waiting &gt; 10 min" in page.content.decode()))

    assert counted == [(0, False), (1, True)]


def test_who_came_without_a_booking_says_so_and_stands_where_the_clock_does(desk, mia, review, ana):
    with time_machine.travel(TEN + minutes(4), tick=False):
        visit(mia, review, ana, starts_at=TEN + minutes(5), is_walk_in=True, passes={GRID, NOTICE}, at=TEN)
        page = board(desk)
    (card,) = [card for row in page.context["day"].table.rows for cell in row.cells for card in cell.cards]

    assert [flag.words for flag in card.visit.shown.flags] == ["Walk-in"]
    assert (card.rows, card.late_by, card.short_by, card.is_line) == (2, 5, 10, True)


def test_a_cancelled_visit_leaves_its_time_free(desk, mia, review, ana, dee, monday):
    booked = visit(mia, review, ana)
    appointments.cancel(booked, version=booked.version, reason="ill", by=dee, at=SUNDAY)
    kinds = [cell.kind for row in board(desk).context["day"].table.rows for cell in row.cells]

    assert "visits" not in kinds


def test_who_has_not_come_is_late_after_five_minutes(desk, mia, review, ana):
    visit(mia, review, ana)
    with time_machine.travel(TEN + minutes(4), tick=False):
        on_time = board(desk).context["day"].listed[0]
    with time_machine.travel(TEN + minutes(19), tick=False):
        late = board(desk).context["day"].listed[0]

    assert (on_time.tag, late.tag) == ("Booked", "19 min late")


def test_the_desk_learns_that_a_clinician_must_look_and_not_why(desk, mia, microneedling, ana, monday):
    visit(mia, microneedling, ana)
    restrictions.write(mia, source="screening:1", service_kinds=[], not_before=None, words="A blister.", at=SUNDAY)
    page = board(desk).content.decode()

    assert "Needs a clinician" in page
    assert "blister" not in page


@pytest.mark.both_engines
def test_the_numbing_part_offers_the_practitioners_free_hands(desk, mia, microneedling, ana):
    visit(mia, microneedling, ana, starts_at=TEN + minutes(240))
    with time_machine.travel(TEN, tick=False):
        cards = [card for row in board(desk).context["day"].table.rows for cell in row.cells for card in cell.cards]

    assert cards[0].gap.starts_at == TEN + minutes(255)


@pytest.mark.parametrize(("asked", "shown"), [("list", "list"), ("board", "board"), ("", "both"), ("nonsense", "both")])
def test_board_or_list_is_in_the_address(desk, mia, review, ana, monday, asked, shown):
    visit(mia, review, ana)
    page = board(desk, view=asked).content.decode()

    assert ('id="board"' in page) == (shown != "list")
    assert ('class="daylist"' in page) == (shown != "board")


def test_an_unreadable_day_opens_today(desk, ana, monday):
    assert board(desk, day="2026-02-31").context["day"].on == TEN.date()


def test_a_closed_day_says_so(desk, ana, monday):
    OpeningHours.objects.all().delete()
    Shift.objects.all().delete()

    assert "The clinic is closed" in board(desk).content.decode()


def test_an_open_page_hears_only_of_changes(desk, mia, review, ana, monday):
    stamp = board(desk).context["day"].stamp
    unchanged = board(desk, stamp=stamp)
    visit(mia, review, ana)
    changed = board(desk, stamp=stamp)

    assert unchanged.status_code == 204
    assert changed.status_code == 200
    assert b"<!doctype" not in changed.content


def shorter_day(mia, ana, site, by):
    hours.set_day(ana, site=site, on=TEN.date(), spans=[(time(9), time(16))], words="", by=by, at=SUNDAY)


def shorter_weeks(mia, ana, site, by):
    Shift.objects.filter(practitioner=ana).update(ends_at=time(16))


def word_for_the_desk(mia, ana, site, by):
    restrictions.write(mia, source="screening:1", service_kinds=[], not_before=None, words="A blister.", at=SUNDAY)


def other_name(mia, ana, site, by):
    patients.edit(mia, version=mia.version, name="Mia Lindqvist", by=by, at=SUNDAY)


@pytest.mark.both_engines
@pytest.mark.parametrize("step", [shorter_day, shorter_weeks, word_for_the_desk, other_name])
def test_an_open_page_hears_of_what_changes_without_its_visits(desk, mia, review, ana, site, max_, monday, step):
    visit(mia, review, ana)
    stamp = board(desk).context["day"].stamp
    unchanged = board(desk, stamp=stamp)
    step(mia, ana, site, max_)

    assert (unchanged.status_code, board(desk, stamp=stamp).status_code) == (204, 200)


def test_a_board_costs_the_same_with_one_visit_and_with_three(desk, review, ana, monday, django_assert_num_queries):
    people = [who.mia(), who.tomasz(), who.zoe()]
    visit(people[0], review, ana)
    with django_assert_num_queries(QUERIES):
        board(desk)
    for number, person in enumerate(people[1:], start=1):
        visit(person, review, ana, starts_at=TEN + minutes(30 * number))
    with django_assert_num_queries(QUERIES):
        board(desk)


QUERIES = 9  # session, user, roles, site; visits, names, hours with closures, words, changes


def test_the_board_of_another_day_has_no_forward_buttons(desk, mia, review, ana, monday):
    visit(mia, review, ana, starts_at=TEN + timedelta(days=1))

    assert [one.forward for one in board(desk, day="2026-03-03").context["day"].listed] == [""]
