"""Cells, cards and rows as they are drawn: what they say, and that words stay words."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import time_machine
from django.urls import reverse

from booking import closures
from booking.models import Closure
from desk.board import drawing
from patients.models import Patient
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from visits import reception

pytestmark = pytest.mark.django_db

ODD = '<i>Bo\'s</i> & "Co" {n}'


class Paper(HTMLParser):
    """A page as its elements and its words; what belongs to a label is read, too."""

    def __init__(self, page) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words: list[str] = []
        self.labels: list[str] = []
        self.feed(page.content.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.labels += [value for name, value in attrs if name == "aria-label"]

    def handle_data(self, words):
        self.words.append(words)


def day(client, name="board", **query):
    return client.get(reverse(f"desk:{name}"), query)


def main_part(page) -> str:
    return page.content.decode().partition('<main id="main"')[2].partition("</main>")[0]


@pytest.mark.parametrize("minutes_into", [0, 25])
def test_words_that_people_wrote_stay_words(desk, dee, site, room, review, microneedling, ana, max_, minutes_into):
    """In every shape of a card, in the list, on a closure, in a free cell and in the rail."""
    for number, one in enumerate([site, room, review, microneedling, ana]):
        one.name = ODD.format(n=number)
        if one == ana:
            one.short_name = ODD.format(n="short")
        one.save()
    people = [who.mia(), who.tomasz(), who.zoe()]
    for number, person in enumerate(people):
        Patient.objects.filter(pk=person.pk).update(name=ODD.format(n=f"patient {number}"))
        person.refresh_from_db()
    long, short = visit(people[0], microneedling, ana), visit(people[1], review, ana, starts_at=TEN - minutes(30))
    visit(people[2], review, ana, starts_at=TEN + minutes(150))
    reception.arrive(short, version=1, by=dee, at=TEN - minutes(30))
    leave = {"kind": Closure.Kind.LEAVE, "practitioner": ana, "words": ODD.format(n="away")}
    closures.add(**leave, site=site, starts_at=TEN + minutes(240), ends_at=TEN + minutes(300), by=max_, at=SUNDAY)
    with time_machine.travel(TEN + minutes(minutes_into), tick=False):
        pages = [day(desk), day(desk, "rooms"), day(desk, "week"), day(desk, "week", **{"with": ana.pk})]
    papers = [Paper(page) for page in pages]

    # the week of everybody says states in <i>, in its table and in its list
    assert [paper.elements.count("i") for paper in papers] == [0, 0, 6, 0]
    for number in range(3):
        name = ODD.format(n=f"patient {number}")
        assert [name in paper.words for paper in papers] == [True] * 4
    assert f"{ODD.format(n='patient 0')}, 10:00 to 11:20, {long.service.name}, " in " ".join(papers[0].labels)
    assert [ODD.format(n="away") in paper.words for paper in papers] == [True, False, True, True]


def test_a_free_cell_leads_to_booking_it(desk, ana, monday):
    assert (
        f'<a class="slot" id="s-{ana.pk}-1000" href="/book/?practitioner={ana.pk}&amp;start=2026-03-02T10:00">'
        'Book 10:00<span class="visually-hidden"> Ana Duarte</span></a>' in main_part(day(desk))
    )


def test_free_time_is_only_paper_to_who_may_not_book(desk, site, mia, microneedling, ana):
    visit(mia, microneedling, ana, starts_at=TEN + minutes(240))
    with time_machine.travel(TEN, tick=False):
        table = day(desk).context["day"].table
    pen = drawing.Pen(zone=site.zone, now=TEN, may_book=True, slot_url="/book/")
    drawn = [drawing.board_rows(table, one) for one in (pen, replace(pen, may_book=False))]

    assert [('class="slot' in rows, 'class="gap"' in rows) for rows in drawn] == [(True, True), (False, False)]


def test_a_late_visit_says_so_on_its_card_and_in_the_list(desk, ana, mia, review):
    visit(mia, review, ana)
    with time_machine.travel(TEN + minutes(19), tick=False):
        page = main_part(day(desk))

    assert re.findall(r'<span class="tag">([^<]*)', page) == ["19 min late"]
    assert re.findall(r'<span class="status k-booked"><svg.*?</svg>([^<]*)', page) == ["19 min late"]
    assert page.count("is-late") == 1


def test_the_clock_stands_in_its_row_and_says_the_time(desk, ana):
    with time_machine.travel(TEN + minutes(38), tick=False):
        page = main_part(day(desk))

    assert re.findall(r'<tr class="([^"]*now[^"]*)"><th scope="row" data-now="([^"]*)">', page) == [
        ("hh now now-5", "10:38")
    ]


def test_what_a_drawer_asks_for_is_marked_for_its_practitioner_alone(desk, ana, ben, mia, review, monday):
    booked = visit(mia, review, ana)
    asked = {"stamp": "old", "asked_at": "2026-03-02T11:00:00+00:00", "asked_with": ben.pk, "picked": booked.uuid}
    page = day(desk, **asked).content.decode()

    assert re.findall(r'class="slot on" id="([^"]*)"', page) == [f"s-{ben.pk}-1100"]
    assert re.findall(r'is-picked" data-visit[^>]*><div class="face"><span class="l1">.*?id="v-([^"]*)"', page) == [
        str(booked.uuid)
    ]


def test_free_hands_are_a_link_that_says_until_when(desk, mia, microneedling, ana):
    visit(mia, microneedling, ana, starts_at=TEN + minutes(240))
    with time_machine.travel(TEN, tick=False):
        (found,) = re.findall(r'<a class="gap" href="([^"]*)"><svg.*?</svg>(.*?)</a>', main_part(day(desk)))

    assert found == (
        f"/book/?practitioner={ana.pk}&amp;start=2026-03-02T14:15",
        '14:15 free<span class="visually-hidden"> until 14:40, while Mia Okafor is numbing: book</span>',
    )


def test_the_list_says_with_whom_and_where(desk, room, mia, microneedling, ana, monday):
    visit(mia, microneedling, ana)
    page = main_part(day(desk, view="list"))

    assert re.findall(r"<span>([^<]*)</span></span></span>", page) == ["Ana, Room 1"]


@pytest.mark.parametrize("name", ["board", "rooms", "week"])
def test_a_full_day_asks_no_more_templates_than_a_quiet_one(desk, room, review, ana, monday, name):
    used = []
    for number, person in enumerate([who.mia(), who.tomasz(), who.zoe()]):
        visit(person, review, ana, starts_at=TEN + minutes(30 * number))
        used.append([one.name for one in day(desk, name, **{"with": ana.pk}).templates])

    assert used[0] == used[1] == used[2]


def test_visits_of_one_service_and_one_person_share_what_is_read_of_them(desk, review, ana, monday):
    for number, person in enumerate([who.mia(), who.tomasz()]):
        visit(person, review, ana, starts_at=TEN + minutes(30 * number))
    first, second = (one.appointment for one in day(desk).context["day"].listed)

    assert (first.practitioner is second.practitioner, first.service is second.service) == (True, True)
    assert (first.service.name, first.practitioner.short_name, first.room is second.room) == ("Review", "Ana", True)
