"""Who comes: found by a few letters, at the same cost however many there are."""

import pytest
from django.urls import reverse

from tests.factories import patients as people

LIST = "desk:patients"
QUERIES = 7  # session, user, roles, site, count, found, words for the desk


def names(response) -> list[str]:
    return [row["patient"].name for row in response.context["rows"]]


@pytest.mark.parametrize("others", [0, 2])
def test_the_list_costs_the_same_with_one_person_and_with_three(desk, mia, others, django_assert_num_queries):
    for number in range(others):
        people.patient(f"Grace Whitfield {number}")

    with django_assert_num_queries(QUERIES):
        response = desk.get(reverse(LIST))

    assert len(response.context["rows"]) == 1 + others


@pytest.mark.parametrize("others", [0, 2])
def test_a_search_costs_the_same_with_one_found_and_with_three(desk, mia, others, django_assert_num_queries):
    for number in range(others):
        people.patient(f"Mia Whitfield {number}")

    with django_assert_num_queries(QUERIES):
        response = desk.get(reverse(LIST), {"q": "mia"})

    assert len(response.context["rows"]) == 1 + others


def test_a_few_letters_find_a_name_with_accents(desk, mia):
    people.zoe()

    assert names(desk.get(reverse(LIST), {"q": "angstr"})) == ["Zoë Ångström-Łuczak"]


def test_htmx_gets_the_rows_and_nothing_around_them(desk, mia):
    response = desk.get(reverse(LIST), {"q": "mia"}, headers={"HX-Request": "true"})

    text = response.content.decode().strip()
    assert text.startswith('<section id="found"')
    assert "<html" not in text


def test_nobody_found_offers_to_enter_whom_was_typed(desk, mia):
    response = desk.get(reverse(LIST), {"q": "Oskar Nyberg"})

    assert names(response) == []
    assert f'href="{reverse("desk:patient_new")}?q=Oskar%20Nyberg"' in response.content.decode()


def test_twenty_five_stand_on_a_page_and_the_search_stays_with_the_next(desk, mia):
    for number in range(27):
        people.patient(f"Grace Whitfield {number:02d}")

    first = desk.get(reverse(LIST), {"q": "grace"})
    second = desk.get(reverse(LIST), {"q": "grace", "page": "2"})

    assert (len(names(first)), len(names(second))) == (25, 2)
    assert 'href="?q=grace&amp;page=2"' in first.content.decode()


def test_the_row_says_when_the_next_session_may_be(desk, session):
    assert "Not before 30 Mar" in desk.get(reverse(LIST)).content.decode()
