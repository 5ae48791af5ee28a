"""A series moved to a time that a rule stops: said at its row, and passed below by whoever may, for all or for one."""

import re
from datetime import timedelta

import pytest

from desk.booking.offers import offer_value
from patients import restrictions
from tests.desk.series.test_all_the_same import EVENING, SOON, SOON_SENTENCE, overrides
from tests.desk.series.test_moving import WEEK, booked, drawer_of, starts, url
from tests.desk.series.test_planning import text_of

pytestmark = pytest.mark.django_db

__all__ = ["booked"]  # the three sessions left: Mondays 6 April, 11 May and 15 June at ten
HELD = re.compile(r'<input type="hidden" name="(version[-\d]*|beside|own_before|own-before-\d+)" value="([^"]*)"')
TYPED = re.compile(r'<input type="datetime-local" name="(own)" value="([^"]*)"')


def form_of(response, **more):
    """Return what the browser would send: versions, the chosen times, and what stands in the fields of one's own."""
    page = response.content.decode()
    chosen = re.findall(r'name="(time[-\d]*)" value="([^"]+)" checked', page)
    return dict(HELD.findall(page)) | dict(TYPED.findall(page)) | dict(chosen) | more


def wrote(desk, visit, text, **more):
    """Return the page after a time was written for the session that moves."""
    return desk.post(url(visit), {"version": visit.version, "own": text, "do": "look"} | more)


def test_a_time_before_the_window_is_chosen_with_what_it_breaks_and_asks_who_agreed(desk, booked, ana):
    page = wrote(desk, booked[0], SOON)

    shown = text_of(page)
    assert page.status_code == 200
    said = "This is before its window. Window: 30 Mar to 13 Apr, best around 6 Apr"
    assert f"Friday 27 March, 10:00 to 11:20, with Ana {said} {SOON_SENTENCE}" in shown
    assert "A practitioner may agree to it: name them and say why below." in shown
    assert form_of(page)["time"] == offer_value(booked[0].starts_at - timedelta(days=10, hours=-1), ana.pk)
    assert form_of(page)["own"] == ""
    assert starts(*booked) == [one.starts_at for one in booked]


def test_with_a_name_and_a_reason_all_that_changes_is_moved_and_a_row_is_kept(desk, booked, ana):
    form = form_of(wrote(desk, booked[0], SOON), do="all", agreed_by=ana.pk, agreed_reason="Flies on Saturday")

    answer = desk.post(url(booked[0]), form, follow=True)

    assert "3 visits of Mia Okafor are moved." in text_of(answer)
    assert [f"{one:%d %b}" for one in starts(*booked)] == ["27 Mar", "01 May", "05 Jun"]
    assert overrides() == [("restriction.not_before", "Flies on Saturday", "Ana Duarte", "Dee Marlowe")]


def test_one_alone_is_moved_with_them_too(desk, booked, ana):
    form = form_of(wrote(desk, booked[0], SOON), do="one", agreed_by=ana.pk, agreed_reason="Flies on Saturday")

    desk.post(url(booked[0]), form)

    assert [f"{one:%d %b}" for one in starts(*booked)] == ["27 Mar", "11 May", "15 Jun"]
    assert overrides() == [("restriction.not_before", "Flies on Saturday", "Ana Duarte", "Dee Marlowe")]


@pytest.mark.parametrize("do", ["all", "one"])
def test_without_them_nothing_is_moved_and_what_was_chosen_stays(desk, booked, ana, do):
    page = wrote(desk, booked[0], SOON)
    refused = desk.post(url(booked[0]), form_of(page, do=do))
    named = desk.post(url(booked[0]), form_of(page, do=do, agreed_by=ana.pk))

    assert (refused.status_code, SOON_SENTENCE in text_of(refused)) == (409, True)
    assert (named.status_code, "Write why it is possible all the same." in text_of(named)) == (422, True)
    assert form_of(refused)["time"] == form_of(named)["time"] == form_of(page)["time"]
    assert (starts(*booked), overrides()) == ([one.starts_at for one in booked], [])


def test_what_the_desk_may_not_pass_names_who_may_and_leaves_nothing_to_press(desk, booked, ana):
    page = wrote(desk, booked[0], EVENING)
    forced = desk.post(url(booked[0]), form_of(page, do="one", agreed_by=ana.pk, agreed_reason="Please"))

    assert "Only these roles may book it all the same, with a reason: " in text_of(page)
    assert ('value="all"' in page.content.decode(), 'value="one"' in page.content.decode()) == (False, False)
    assert (forced.status_code, overrides()) == (409, [])
    assert starts(*booked) == [one.starts_at for one in booked]


def test_who_may_decides_herself_and_names_nobody(practice, booked):
    page = wrote(practice, booked[0], EVENING)
    answer = practice.post(url(booked[0]), form_of(page, do="one", agreed_reason="I stay on"))

    assert "You may decide it all the same: say why below." in text_of(page)
    assert 'name="agreed_by"' not in page.content.decode()
    assert (answer.status_code, starts(*booked)[0].hour) == (302, 18)
    assert overrides() == [("hours.outside", "I stay on", "Ana Duarte", "Ana Duarte")]


def test_a_later_one_written_too_early_keeps_all_from_moving_but_not_this_one(desk, booked, ana):
    first, to = booked[0], booked[0].starts_at + WEEK + timedelta(days=1)
    page = desk.post(url(first), {"version": 1, "time": offer_value(to, ana.pk), "do": "look"})
    near = f"{to + timedelta(days=20):%Y-%m-%d}T10:00"  # Monday 4 May

    page = desk.post(url(first), form_of(page) | {"own-3": near, "do": "look"})

    assert (
        "Monday 4 May is too soon after Tuesday 14 April: the next session is possible from Tuesday 12 May."
        in text_of(page)
    )
    assert "Only these roles may book it all the same, with a reason: Prescriber." in text_of(page)
    assert ('value="all"' in page.content.decode(), 'value="one"' in page.content.decode()) == (False, True)
    answer = desk.post(url(first), form_of(page, do="one"))
    assert (answer.status_code, starts(*booked)[0]) == (302, to)


def test_a_later_one_written_a_few_days_early_moves_with_the_rest_by_agreement(desk, booked, ana):
    first, to = booked[0], booked[0].starts_at + WEEK + timedelta(days=2)  # Wednesday 15 April
    page = desk.post(url(first), {"version": 1, "time": offer_value(to, ana.pk), "do": "look"})
    page = desk.post(url(first), form_of(page) | {"own-3": "2026-05-11T11:00", "do": "look"})

    answer = desk.post(url(first), form_of(page, do="all", agreed_by=ana.pk, agreed_reason="School run"))

    assert form_of(page)["time-3"] == f"own/2026-05-11T10:00Z/{ana.pk}"
    assert (answer.status_code, f"{starts(*booked)[1]:%d %b %H:%M}") == (302, "11 May 10:00")
    assert overrides() == [("series.spacing", "School run", "Ana Duarte", "Dee Marlowe")]


def test_a_time_nobody_has_looked_at_is_not_moved_to(desk, booked):
    page = wrote(desk, booked[0], SOON)

    answer = desk.post(url(booked[0]), form_of(page, do="one", own="2026-04-08T10:00"))

    assert answer.status_code == 422
    assert "Look at the time that you wrote, then move." in text_of(answer)
    assert starts(*booked) == [one.starts_at for one in booked]


@pytest.mark.parametrize("text", ["soon", "9999-01-01T10:00", "2026-03-29T01:30"])
def test_what_is_no_time_is_asked_for_again(desk, booked, text):
    page = wrote(desk, booked[0], text)

    assert page.status_code == 422
    assert "Write a day and a time, as in 2026-03-31T10:00." in text_of(page)
    assert f'name="own" value="{text}"' in page.content.decode()


def test_what_only_a_prescriber_decides_is_said_at_every_row_that_moves(desk, booked, mia):
    restrictions.write(
        mia,
        source="screening:x",
        service_kinds=["needling"],
        not_before=None,
        words="Ask first.",
        at=booked[0].booked_at,
    )
    to = booked[0].starts_at + WEEK + timedelta(days=1)

    page = desk.post(url(booked[0]), {"version": 1, "time": offer_value(to, booked[0].practitioner_id), "do": "look"})

    assert text_of(page).count("Ask first.") == 2
    assert ('value="all"' in page.content.decode(), 'value="one"' in page.content.decode()) == (False, False)


def test_who_agreed_in_the_drawer_is_carried_on_to_what_follows(desk, booked, ana):
    first = booked[0]
    said = {"version": 1, "time": offer_value(first.starts_at + WEEK, ana.pk), "do": "follow"}

    answer = desk.post(drawer_of(first), said | {"agreed_by": ana.pk, "agreed_reason": "Flies on Saturday"})

    assert answer.url.endswith(f"&agreed_by={ana.pk}&agreed_reason=Flies+on+Saturday")
