"""Who may be one person: found while somebody types, by the check, and set apart for good."""

from datetime import UTC, date, datetime

import pytest
from django.test.utils import CaptureQueriesContext

from clinic.models import AuditRow
from desk.demo import bulk
from patients import likeness, twins
from patients.likeness import Traits
from patients.models import Pair, Patient
from patients.rules import fold
from tests.factories.patients import mia, patient, tomasz

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BORN, SWAPPED, SLIPPED, OTHER = date(1994, 5, 3), date(1994, 3, 5), date(1994, 5, 8), date(1961, 1, 1)


def traits(name: str = "Mia Okafor", phone: str = "", email: str = "", born_on: date | None = None) -> Traits:
    return Traits((fold(name),), phone, email, born_on)


# --- the judgment ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (traits(phone="44113"), ("same_phone", "same_name")),
        (traits("Mía Okafor", email="mia@post.example"), ("same_email", "same_name")),
        (traits("Okafor Mia", born_on=BORN), ("same_born", "same_name")),
        (traits("Mia Okafer", born_on=BORN), ("same_born", "like_name")),
        (traits("Mia Okaforr", born_on=SWAPPED), ("near_born", "like_name")),
        (traits(born_on=SLIPPED), ("near_born", "same_name")),
        (traits("Mimi Okafor", phone="44113", born_on=BORN), ("same_phone", "same_born", "like_name")),
    ],
)
def test_these_are_looked_at(other, why):
    her = traits(phone="44113", email="mia@post.example", born_on=BORN)

    assert likeness.are_twins(her, other)
    assert likeness.compare(her, other).why == why


@pytest.mark.parametrize(
    "other",
    [
        traits(),  # the same name and nothing else is a common name
        traits("Chidi Okafor", phone="44113", email="mia@post.example"),  # a family
        traits(phone="44113", born_on=OTHER),  # mother and daughter of one name
        traits("Tomasz Wrona", born_on=BORN),
        traits("Tomasz Wrona", phone="44113", born_on=BORN),
    ],
)
def test_these_are_left_alone(other):
    assert not likeness.are_twins(traits(phone="44113", email="mia@post.example", born_on=BORN), other)


def test_likeness_does_not_ask_who_comes_first():
    one, other = traits("Mia Okafor", "1", "a@b.example", BORN), traits("Mia Okafer", "1", "", SWAPPED)

    assert likeness.compare(one, other) == likeness.compare(other, one)
    assert likeness.are_twins(one, other) is likeness.are_twins(other, one) is True


# --- while somebody types --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["Mia Okafer", "Mai Okafor", "okafor mia", "Mía Okáfor"])
def test_a_name_that_is_alike_is_a_hint(typed):
    her = mia()

    assert [alike.patient for alike in twins.look_alikes(name=typed)] == [her]


@pytest.mark.django_db
def test_the_likeliest_stands_first_and_says_why():
    relative = patient("Chidi Okafor", phone="0113 496 0417")
    her = mia()

    found = twins.look_alikes(name="Mia Okafor", phone="0113 496 0417", born_on=her.born_on)

    assert [(alike.patient, alike.why) for alike in found] == [
        (her, "same phone, same date of birth, same name"),
        (relative, "same phone"),
    ]


@pytest.mark.django_db
def test_two_thousand_records_answer_in_two_queries(django_assert_num_queries):
    bulk.patients(2_000, first_number=20_001, at=NOW)
    known = Patient.objects.exclude(born_on=None).earliest("pk")
    misspelt = {"name": f"{known.name}e", "phone": "07700 900123", "email": "x@post.example", "born_on": known.born_on}

    with django_assert_num_queries(2):
        assert known in [alike.patient for alike in twins.look_alikes(**misspelt)]


# --- the check -------------------------------------------------------------------------------------------


@pytest.fixture
def two(db) -> tuple[Patient, Patient]:
    """Mia's record and a second one of hers, misspelt."""
    return mia(), patient("Mia Okafer", phone="0113 496 0417", born_on=date(1994, 5, 21))


def test_the_check_writes_each_pair_once_with_why(two, tomasz):
    assert [twins.check(at=NOW), twins.check(at=NOW)] == [1, 0]

    pair = Pair.objects.get()
    assert ((pair.low, pair.high), pair.words) == (two, "same phone, same date of birth, similar name")


def test_a_pair_that_is_alike_no_longer_is_forgotten(two):
    twins.check(at=NOW)
    Patient.objects.filter(pk=two[1].pk).update(search_key="joan bell", phone_digits="44")

    twins.check(at=NOW)

    assert Pair.objects.count() == 0


def test_the_check_keeps_what_a_person_put_and_what_a_person_asks_about_again(mia, tomasz, dee):
    pair = twins.put_beside(tomasz, mia, by=dee, at=NOW)
    twins.check(at=NOW)
    assert (list(Pair.objects.open()), pair.put_by) == ([pair], dee.user)

    twins.ask_again(twins.set_apart(mia, tomasz, by=dee, at=NOW), by=dee, at=NOW)
    twins.check(at=NOW)
    assert list(Pair.objects.open()) == [pair]


def test_an_answer_that_is_given_while_the_check_runs_stays(two, dee, monkeypatch):
    twins.check(at=NOW)
    Patient.objects.filter(pk=two[1].pk).update(search_key="joan bell", phone_digits="44")
    known = Pair.objects.all

    def answered_meanwhile():
        rows = list(known())
        twins.set_apart(*two, by=dee, at=NOW)
        return rows

    monkeypatch.setattr(type(Pair.objects), "all", lambda self: answered_meanwhile())
    twins.check(at=NOW)

    assert Pair.objects.get().set_apart_by == dee.user


def test_two_people_are_never_asked_about_again(two, dee):
    twins.check(at=NOW)
    pair = twins.set_apart(two[1], two[0], by=dee, at=NOW)

    assert twins.check(at=NOW) == 0
    assert (list(Pair.objects.open()), pair.set_apart_by, pair.set_apart_at) == ([], dee.user, NOW)
    assert AuditRow.objects.filter(verb="pair.set_apart").count() == 2


def test_the_first_who_set_two_apart_is_remembered_and_it_can_be_taken_back(two, dee, max_):
    twins.set_apart(*two, by=dee, at=NOW)
    pair = twins.set_apart(*reversed(two), by=max_, at=NOW)
    assert pair.set_apart_by == dee.user

    twins.ask_again(pair, by=max_, at=NOW)

    twins.check(at=NOW)
    assert [(one.low, one.high) for one in Pair.objects.open()] == [two]


def test_a_record_is_no_pair_with_itself(two, dee):
    with pytest.raises(ValueError, match="no pair"):
        twins.set_apart(two[0], two[0], by=dee, at=NOW)


@pytest.mark.django_db
def test_a_crowd_with_one_phone_is_compared_by_name_only_and_in_one_query(django_assert_num_queries):
    bulk.patients(400, first_number=20_001, at=NOW)
    Patient.objects.update(phone="+441134960200", phone_digits="441134960200", born_on=None)
    first = Patient.objects.earliest("pk")
    Patient.objects.filter(pk=first.pk + 399).update(search_key=first.search_key)

    with django_assert_num_queries(1) as asked:
        couples = [couple for couple, _like in twins.find()]

    assert isinstance(asked, CaptureQueriesContext)
    assert (first.pk, first.pk + 399) in couples


def test_tomasz_is_nobodys_twin(two):
    him = tomasz()

    assert [couple for couple, _like in twins.find() if him.pk in couple] == []
