"""The desk goes through the records that may be one person."""

from datetime import date

import pytest
from django.urls import reverse

from patients import twins
from patients.models import Pair
from tests.factories.booking import SUNDAY
from tests.factories.patients import mia, patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]
LIST = "desk:twins"


def a_pair(number: int = 0) -> Pair:
    """Return two records of one person, found by the check."""
    born_on = date(1990, 1, 1 + number)
    patient(f"Person {number}", phone=f"0113 496 02{number:02}", born_on=born_on)
    patient(f"Persson {number}", phone=f"0113 496 02{number:02}", born_on=born_on)
    twins.check(at=SUNDAY)
    return Pair.objects.latest("pk")


def test_the_pairs_stand_beside_each_other_with_why(desk):
    pair = a_pair()

    page = desk.get(reverse(LIST))

    assert [(one.low.name, one.high.name, one.words) for one in page.context["page"]] == [
        (pair.low.name, pair.high.name, "same phone, same date of birth, similar name")
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_pair_and_for_three(desk, django_assert_num_queries, count):
    for number in range(count):
        a_pair(number)

    with django_assert_num_queries(6):
        assert len(desk.get(reverse(LIST)).context["page"]) == count


def test_two_people_leave_the_list_and_stand_on_the_other_one(desk, dee):
    pair = a_pair()

    answer = desk.post(reverse("desk:twins_apart", args=[pair.uuid]), follow=True)

    assert "are two people; nobody is asked again." in answer.content.decode()
    assert list(answer.context["page"]) == []
    apart = desk.get(reverse(LIST), {"show": "apart"})
    assert [one.set_apart_by for one in apart.context["page"]] == [dee.user]

    back = desk.post(reverse("desk:twins_again", args=[pair.uuid]), follow=True)
    assert list(back.context["page"]) == [pair]


def test_nobody_twice_is_said_in_words(desk):
    mia()

    assert "Nobody is here twice" in desk.get(reverse(LIST)).content.decode()
