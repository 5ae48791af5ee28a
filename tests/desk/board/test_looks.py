"""How a person looks at the board, kept with them: no page is opened that changes it."""

import pytest
from django.urls import reverse

from tests.factories.booking import visit

pytestmark = pytest.mark.django_db

CHOICES = [
    ({"view": "list"}, {"view": "list"}),
    ({"rows": "roomy"}, {"rows": "roomy"}),
    ({"names": "initials"}, {"names": "initials"}),
    ({"view": "sideways"}, {"view": ""}),
]


def choose(desk, then="/?day=2026-03-02", **said):
    return desk.post(reverse("desk:preferences"), said | {"next": then})


def kept(dee):
    dee.user.refresh_from_db()
    return dee.user.board_look


@pytest.mark.parametrize(("said", "look"), CHOICES)
def test_a_choice_is_kept(desk, dee, ana, said, look):
    choose(desk, **said)

    assert kept(dee) == look


def test_choices_are_kept_side_by_side(desk, dee, ana):
    choose(desk, view="list")
    choose(desk, **{"with": ana.pk})

    assert kept(dee) == {"view": "list", "with": ana.pk}


def test_what_was_chosen_counts_where_the_address_says_nothing(desk, dee, ana, mia, review, monday):
    visit(mia, review, ana)
    choose(desk, view="list", names="initials")
    page = desk.get("/").content.decode()

    assert ('class="daylist"' in page, 'id="board"' in page) == (True, False)
    assert "Okafor" not in page


def test_the_address_counts_before_what_was_chosen(desk, dee, ana, mia, review, monday):
    visit(mia, review, ana)
    choose(desk, view="list", names="initials")
    page = desk.get("/?view=board&names=full").content.decode()

    assert ('class="daylist"' in page, 'id="board"' in page) == (False, True)
    assert "Okafor" in page


def test_opening_a_page_keeps_nothing(desk, dee, ana, monday):
    desk.get("/?view=list&names=initials&rows=roomy")

    assert kept(dee) == {}


def test_choosing_leads_back_to_an_address_that_no_longer_says_it(desk, ana):
    back = choose(desk, then="/?day=2026-03-02&view=board&names=initials", view="list").headers["Location"]

    assert back == "/?day=2026-03-02&names=initials"


def test_whose_day_it_is_is_kept_for_day_and_week(desk, dee, ana, ben, monday):
    choose(desk, **{"with": ben.pk})
    day, week = desk.get("/").context["day"], desk.get("/week/").context["week"]

    assert [column.head.practitioner for column in day.table.columns] == [ben]
    assert week.person == ben


def test_everybody_is_shown_on_a_day_on_which_the_one_is_off(desk, dee, ana, ben, monday):
    choose(desk, **{"with": ben.pk})
    ben.shifts.all().delete()

    assert [column.head.practitioner for column in desk.get("/").context["day"].table.columns] == [ana]


def test_everyone_can_be_chosen_again(desk, dee, ana, ben, monday):
    choose(desk, **{"with": ben.pk})
    choose(desk, **{"with": ""})

    assert len(desk.get("/").context["day"].table.columns) == 2


def test_a_link_keeps_what_its_own_address_said(desk, dee, ana, monday):
    choose(desk, view="list")
    links = desk.get("/?day=2026-03-02&names=initials").context["links"]

    assert links["after"] == "/?day=2026-03-03&names=initials"
