from datetime import UTC, datetime

import pytest
from django.db import connection

from desk.demo import bulk
from patients.finding import begins
from patients.models import Patient
from tests.factories.patients import mia, patient, tomasz, zoe

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def found(text: str) -> list[str]:
    return [patient.name for patient in Patient.objects.matching(text)]


@pytest.fixture
def three(db):
    return mia(), tomasz(), zoe()


@pytest.mark.parametrize(
    "text", ["zoe", "ZOË", "angstrom", "Ång luc", "luczak zo", "ångström-łu", "zoe@post.example", "zoe@"]
)
def test_a_name_is_found_without_its_accents_and_case(three, text):
    assert found(text) == ["Zoë Ångström-Łuczak"]


@pytest.mark.parametrize(
    "text",
    [
        "0417",
        "417",
        "0113 496 0417",
        "01134960417",
        "+44 113 496 0417",
        "0044 113 4960417",
        "4960417",
        "(0113) 496-0417",
    ],
)
def test_a_phone_is_found_by_its_tail_or_however_it_is_written(three, text):
    assert found(text) == ["Mia Okafor"]


@pytest.mark.parametrize(
    "text", ["21/05/1994", "21.5.1994", "1994-05-21", "21 05 1994", "1994", "R-10001", "r10001", "10001"]
)
def test_a_date_of_birth_a_year_or_a_reference_is_enough(three, text):
    assert found(text) == ["Mia Okafor"]


def test_every_word_must_be_true(three):
    assert found("mia 417") == ["Mia Okafor"]
    assert found("mia 418") == []
    assert found("okafor 1994 0113 496 0417") == []
    assert found("okafor 0417 1994") == ["Mia Okafor"]


def test_an_apostrophe_may_be_left_out(db):
    patient("Sinéad O’Brien")

    assert found("obrien") == found("o'brien") == found("O’Br sine") == ["Sinéad O’Brien"]


@pytest.mark.parametrize("text", ["%", "_", "31/02/1994", "99999", "x y z", "\\", "++", "()"])
def test_what_nobody_holds_finds_nobody(three, text):
    assert found(text) == []


def test_names_that_begin_so_come_first(db):
    for name in ("Brianna Moss", "Ada Rivers", "Liana Bright", "Anaïs Roy", "Rosa Anand"):
        patient(name)

    assert found("an") == ["Anaïs Roy", "Rosa Anand", "Brianna Moss", "Liana Bright"]


def test_the_called_name_finds_too(db):
    patient("Elizabeth Moss", called="Betty")

    assert found("betty") == ["Elizabeth Moss"]


def test_every_search_is_one_question(three, django_assert_num_queries):
    for text in ("angstr", "mia okaf", "4019999", "9999", "1994", "R-29999", "nobody at all"):
        with django_assert_num_queries(1):
            list(Patient.objects.matching(text)[:20])


@pytest.mark.parametrize(
    "text", ["an", "a", "ana", "ana roy", "anaïs", "r", "1994", "nobody", "an 9999", "%", "_n", "z"]
)
def test_the_closest_are_the_first_that_match(db, text):
    for name in ("Brianna Moss", "Ana Roy", "Ana Rivers", "Anaïs Roy", "Rosa Anand", "Andrej Zwick", "Liana Zöe"):
        patient(name)
    for at_most in (1, 2, 3, 7):
        assert Patient.objects.closest(text, at_most) == list(Patient.objects.matching(text)[:at_most])


def test_where_enough_names_begin_so_nobody_else_is_looked_at(db, django_assert_num_queries):
    for name in ("Brianna Moss", "Ana Roy", "Ana Rivers"):
        patient(name)
    with django_assert_num_queries(1):
        assert [one.name for one in Patient.objects.closest("an", 2)] == ["Ana Rivers", "Ana Roy"]
    with django_assert_num_queries(2):
        assert [one.name for one in Patient.objects.closest("an", 3)] == ["Ana Rivers", "Ana Roy", "Brianna Moss"]


def test_names_that_begin_so_are_found_by_an_index(db):
    bulk.patients(500, first_number=1, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")

    how = Patient.objects.filter(begins(bulk.GIVEN[0][:3])).order_by().explain()
    mark = "search_key>? AND search_key<?" if connection.vendor == "sqlite" else "Index Cond: (((search_key)::text"
    assert mark in how
