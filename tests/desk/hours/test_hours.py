"""Everybody's week at a glance, and how a manager changes a week."""

from datetime import date, time

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from clinic import hours
from desk.hours import glance, words
from desk.hours.forms import as_clock
from tests.desk.hours.typed import (
    EARLY,
    FULL,
    HOURS,
    JUNE,
    LATE,
    MONDAY,
    MORNINGS,
    TODAY,
    shown,
    told,
    typed,
    undo_of,
    week_of,
    week_on,
)
from tests.factories import clinic
from tests.factories.booking import TEN, visit

# --- at a glance -----------------------------------------------------------------------------------------


def test_everybody_sees_the_sites_week_first_and_then_one_line_a_person(desk, ana, ben):
    lines = desk.get(reverse(HOURS)).context["lines"]

    both = ("9:00–13:00", "14:00–18:00")
    assert [(line.name, line.days) for line in lines] == [
        ("Rowan Skin Clinic", (("9:00–18:00",),) * 5 + ((), ())),
        ("Ana Duarte", (both,) * 5 + ((), ())),
        ("Ben Adeyemi", (both,) * 5 + ((), ())),
    ]


def test_only_a_manager_is_offered_to_change_them(desk, manager, ana):
    change = week_of(ana)

    assert change not in desk.get(reverse(HOURS)).content.decode()
    assert change in manager.get(reverse(HOURS)).content.decode()
    assert (desk.get(change).status_code, manager.get(change).status_code) == (403, 200)


def test_changes_and_single_days_to_come_are_told(desk, ana, site, max_):
    hours.set_week(ana, site=site, from_day=JUNE, pattern=MORNINGS, by=max_, at=TEN)
    hours.set_day(None, site=site, on=JUNE, spans=[], words="Stocktaking", by=max_, at=TEN)

    page = desk.get(reverse(HOURS))

    (change,) = page.context["lines"][1].changes
    (line,) = page.context["days"]
    assert (change.from_day, change.words) == (JUNE, "Mon to Fri 9:00–13:00")
    assert (line.on, line.name, line.hours, line.why) == (JUNE, "Rowan Skin Clinic", "", "Stocktaking")


def test_the_page_costs_the_same_for_one_person_and_for_three(
    desk, ana, site, max_, django_assert_num_queries, request
):
    def costs(count):
        with django_assert_num_queries(count):
            desk.get(reverse(HOURS))

    costs(8)
    request.getfixturevalue("ben")
    clinic.practitioner("Cleo Marsh", site)
    for on in (date(2026, 4, 1), date(2026, 4, 2), JUNE):
        hours.set_day(ana, site=site, on=on, spans=[EARLY], by=max_, at=TEN)
    costs(8)


def test_a_week_in_words_says_neighbours_with_the_same_hours_once():
    week = ((EARLY, LATE),) * 2 + ((EARLY,),) + ((),) + ((EARLY,),) * 2 + ((),)

    assert words.of_week(week) == "Mon to Tue 9:00–13:00, 14:00–18:00; Wed 9:00–13:00; Fri to Sat 9:00–13:00"
    assert words.of_week(hours.NEVER) == ""


# --- a week ----------------------------------------------------------------------------------------------


def test_the_form_shows_the_week_that_stands_from_next_monday(manager, ana):
    page = manager.get(week_of(ana))

    assert shown(page) == typed(*["9:00-13:00 14:00-18:00"] * 5, from_day=MONDAY.isoformat())


def test_max_gives_ana_new_hours_from_june(manager, ana, site):
    response = manager.post(week_of(ana), typed(*["9-13"] * 5))

    assert (response.status_code, response.headers["Location"]) == (302, reverse(HOURS))
    assert told(response) == ["Ana Duarte has new hours from Monday 1 June."]
    assert (week_on(ana, site, TODAY), week_on(ana, site, JUNE)) == (FULL, MORNINGS)


def test_undo_brings_the_old_week_back(manager, ana, site):
    undo = undo_of(manager.post(week_of(ana), typed(*["9-13"] * 5)))

    assert told(manager.post(undo))[-1] == "Taken back."
    assert week_on(ana, site, JUNE) == FULL
    assert told(manager.post(undo))[-1] == "It was taken back already, or replaced by another change."


def test_where_undo_would_bring_back_only_half_there_is_none(manager, ana, site, max_):
    hours.set_week(ana, site=site, from_day=date(2026, 7, 1), pattern=hours.NEVER, by=max_, at=TEN)

    response = manager.post(week_of(ana), typed(*["9-13"] * 5))

    (message,) = get_messages(response.wsgi_request)
    assert message.extra_tags == ""


def test_the_opening_hours_are_changed_the_same_way(manager, site):
    manager.post(week_of(None), typed(*["8.00-20.00"] * 6))

    assert week_on(None, site, JUNE) == (((time(8), time(20)),),) * 6 + ((),)


def test_hours_that_stand_already_change_nothing(manager, ana):
    response = manager.post(week_of(ana), typed(*["9:00-13:00 14:00-18:00"] * 5))

    assert told(response) == ["Ana Duarte has these hours already. Nothing was changed."]


@pytest.mark.parametrize(
    ("week", "field", "sentence"),
    [
        ({"d0-0-from": "9", "d0-0-to": ""}, "d0-0-to", "Monday: Write both times, or neither."),
        ({"d0-0-from": "9x", "d0-0-to": "12"}, "d0-0-from", "“9x” is no time. Write it as 9:00 or 17:30."),
        (
            {"d1-0-from": "9", "d1-0-to": "13", "d1-1-from": "12", "d1-1-to": "18"},
            "d1-0-from",
            "Tuesday: 9:00–13:00 and 12:00–18:00 overlap. Make one of them shorter.",
        ),
        (
            {"d2-0-from": "18", "d2-0-to": "9"},
            "d2-0-from",
            "Wednesday: 18:00–9:00 is no time at all. The end must be later than the start.",
        ),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_stays_typed(manager, ana, site, week, field, sentence):
    response = manager.post(week_of(ana), {"from_day": "2026-06-01"} | week)

    assert (response.status_code, response.context["form"].errors) == (422, {field: [sentence]})
    assert shown(response) == {"from_day": "2026-06-01"} | {name: said for name, said in week.items() if said}
    assert week_on(ana, site, JUNE) == FULL


@pytest.mark.parametrize(
    ("from_day", "sentence"),
    [
        ("2026-03-02", "Hours can be changed from today on. Choose today or a later day."),
        ("", "Choose the day from which this week holds."),
        ("June", "Choose the day from which this week holds."),
    ],
)
def test_a_week_holds_from_today_at_the_earliest(manager, ana, from_day, sentence):
    response = manager.post(week_of(ana), typed("9-13", from_day=from_day))

    assert (response.status_code, response.context["form"].errors) == (422, {"from_day": [sentence]})


def test_monday_is_copied_to_the_weekdays_without_saving(manager, ana, site):
    response = manager.post(week_of(ana), typed("8-12", "", "9-10 11-12 13-14", "", "", "9-13", copy="monday"))

    assert shown(response) == typed(*["8-12"] * 5, "9-13")
    assert week_on(ana, site, JUNE) == FULL


def test_a_third_span_is_added_to_the_day_that_needs_it(manager, ana, site):
    response = manager.post(week_of(ana), typed("8-10 11-12", more="d0"))

    assert [len(row.pairs) for row in response.context["form"].rows] == [3, 2, 2, 2, 2, 2, 2]
    assert shown(response) == typed("8-10 11-12")

    manager.post(week_of(ana), typed("8-10 11-12 13-14"))

    assert week_on(ana, site, JUNE)[0] == ((time(8), time(10)), (time(11), time(12)), (time(13), time(14)))


def test_the_first_button_of_the_form_saves(manager, ana):
    """Enter in a field presses the first button."""
    page = manager.get(week_of(ana)).content.decode()
    form = page[page.index('<form class="panel"') :]

    assert form.index("first-button") < form.index('name="more"') < form.index('name="copy"')


def test_a_planned_change_opens_with_its_own_hours(manager, ana, site, max_):
    hours.set_week(ana, site=site, from_day=JUNE, pattern=MORNINGS, by=max_, at=TEN)

    page = manager.get(week_of(ana) + "?from=2026-06-01")

    assert shown(page) == typed(*["9:00-13:00"] * 5)


@pytest.mark.parametrize("who", ["nobody", "999999", "0", "²"])
def test_hours_of_nobody_are_not_found(manager, who):
    assert manager.get(f"/hours/{who}/").status_code == 404


def test_dee_has_no_week_to_change(manager, dee):
    assert manager.get(week_of(dee.user)).status_code == 404


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9", time(9)),
        ("9:00", time(9)),
        ("09.30", time(9, 30)),
        ("0930", time(9, 30)),
        ("930", time(9, 30)),
        (" 17h30 ", time(17, 30)),
        ("5 pm", time(17)),
        ("12am", time(0)),
        ("12:15 PM", time(12, 15)),
        ("24:00", None),
        ("9:60", None),
        ("17 pm", None),
        ("0am", None),
        ("noon", None),
        ("", None),
    ],
)
def test_times_are_read_as_people_write_them(text, clock):
    assert as_clock(text) == clock


# --- visits outside the new hours ------------------------------------------------------------------------


def test_booked_visits_stay_and_those_outside_are_listed(manager, mia, tomasz, ana, microneedling, site):
    inside = visit(mia, microneedling, ana, starts_at=TEN.replace(day=9))
    outside = visit(tomasz, microneedling, ana, starts_at=TEN.replace(day=10, hour=15))

    response = manager.post(week_of(ana), typed(*["9-13"] * 5, from_day="2026-03-09"))

    assert response.headers["Location"] == glance.address("hours_outside", ana)
    page = manager.get(response.headers["Location"])
    assert page.context["visits"] == [outside]
    for kept in (inside, outside):
        before = (kept.starts_at, kept.version)
        kept.refresh_from_db()
        assert (kept.starts_at, kept.version) == before


def test_a_visit_whose_numbing_lies_over_a_break_is_inside(manager, mia, ana, microneedling, site):
    """Ana prepares from 10:00 to 10:10 and needles from 10:40; in between the cream works without her."""
    visit(mia, microneedling, ana, starts_at=TEN.replace(day=9))
    around = "9:00-10:10 10:40-18:00"

    response = manager.post(week_of(ana), typed(*[around] * 5, from_day="2026-03-09"))

    assert response.headers["Location"] == reverse(HOURS)


def test_closing_earlier_lists_the_visits_whose_clean_down_would_be_too_late(
    manager, mia, tomasz, ana, microneedling, site
):
    late = visit(mia, microneedling, ana, starts_at=TEN.replace(day=9, hour=15))  # until 16:20, cleaned by 16:30
    visit(tomasz, microneedling, ana, starts_at=TEN.replace(day=10, hour=14))

    manager.post(week_of(None), typed(*["9:00-16:20"] * 5, from_day="2026-03-09"))

    assert manager.get(glance.address("hours_outside", None)).context["visits"] == [late]


def test_the_list_costs_the_same_for_one_visit_and_for_three(
    desk, mia, ana, microneedling, site, max_, django_assert_num_queries
):
    hours.set_week(ana, site=site, from_day=MONDAY, pattern=hours.NEVER, by=max_, at=TEN.replace(day=3, hour=11))
    at = glance.address("hours_outside", ana)
    for count, day in enumerate((4, 5, 6), start=1):
        visit(mia, microneedling, ana, starts_at=TEN.replace(day=day))
        hours.set_day(ana, site=site, on=date(2026, 3, day), spans=[], by=max_, at=TEN)
        if count in (1, 3):
            with django_assert_num_queries(8):
                page = desk.get(at)
            assert page.context["count"] == count


def test_when_every_visit_fits_the_list_says_so(desk, ana):
    assert "Every visit is inside the hours" in desk.get(glance.address("hours_outside", ana)).content.decode()


def test_hours_stand_under_more(desk):
    assert f'<a href="{reverse(HOURS)}">' in desk.get(reverse("desk:patients")).content.decode()
