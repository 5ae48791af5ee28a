"""Everybody's week at a glance, and how a manager changes a week or a day."""

from datetime import date, time

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from clinic import hours
from clinic.models import SpecialDay
from desk.hours import glance, words
from desk.hours.forms import as_clock
from tests.factories import clinic
from tests.factories.booking import TEN, visit

TODAY, MONDAY, JUNE = date(2026, 3, 3), date(2026, 3, 9), date(2026, 6, 1)
EARLY, LATE, ALL_DAY = (time(9), time(13)), (time(14), time(18)), (time(9), time(18))
FULL = ((EARLY, LATE),) * 5 + ((), ())
MORNINGS = ((EARLY,),) * 5 + ((), ())
HOURS = "desk:hours"


def week_of(whose) -> str:
    return glance.address("hours_week", whose)


def day_of(whose, **query) -> str:
    return glance.address("hours_day", whose, **query)


def typed(*days: str, **more: str) -> dict[str, str]:
    """Return a week as it is typed: each day as "9:00-13:00 14:00-18:00", Monday first."""
    said = {"from_day": "2026-06-01"}
    for weekday, spans in enumerate(days):
        for number, span in enumerate(spans.split()):
            said[f"d{weekday}-{number}-from"], said[f"d{weekday}-{number}-to"] = span.split("-")
    return said | more


def shown(response) -> dict[str, str]:
    """Return what stands in the fields of the form, without those that are empty."""
    form = response.context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value()}


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def undo_of(response) -> str:
    (message,) = get_messages(response.wsgi_request)
    return glance_undo(message)


def glance_undo(message) -> str:
    return next(tag[5:] for tag in message.extra_tags.split() if tag.startswith("undo:"))


def week_on(whose, site, on):
    return hours.pattern_on(hours.of(whose, site=site), on)


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


# --- one day ---------------------------------------------------------------------------------------------


def days(whose):
    rows = SpecialDay.objects.filter(practitioner=whose)
    return [(row.on, row.starts_at, row.ends_at, row.words) for row in rows]


def test_max_gives_ana_other_hours_on_one_day(manager, ana):
    said = {"on": "2026-06-01", "h-0-from": "14", "h-0-to": "18:00", "words": "Dentist"}

    response = manager.post(day_of(ana), said)

    assert (response.headers["Location"], told(response)) == (
        reverse(HOURS),
        ["Ana Duarte has other hours on Monday 1 June."],
    )
    assert days(ana) == [(JUNE, *LATE, "Dentist")]


def test_the_clinic_is_closed_on_one_day(manager, site):
    response = manager.post(day_of(None), {"on": "2026-06-01", "is_off": "on", "words": ""})

    assert told(response) == ["Rowan Skin Clinic is closed on Monday 1 June."]
    assert days(None) == [(JUNE, None, None, "")]


def test_undo_brings_back_what_the_day_was(manager, ana):
    manager.post(day_of(ana), {"on": "2026-06-01", "h-0-from": "14", "h-0-to": "18", "words": "Dentist & bank"})
    undo = list(get_messages(manager.post(day_of(ana), {"on": "2026-06-01", "is_off": "on"}).wsgi_request))[-1]

    manager.post(glance_undo(undo))

    assert days(ana) == [(JUNE, *LATE, "Dentist & bank")]


def test_undo_of_the_first_change_brings_back_the_week(manager, ana):
    undo = undo_of(manager.post(day_of(ana), {"on": "2026-06-01", "is_off": "on"}))

    manager.post(undo)

    assert days(ana) == []


def test_a_day_goes_back_to_its_usual_hours_and_that_is_undone_too(manager, ana):
    manager.post(day_of(ana), {"on": "2026-06-01", "is_off": "on", "words": "Training"})

    back = manager.post(glance.address("hours_undo", ana, on=JUNE))
    assert days(ana) == []

    manager.post(glance_undo(list(get_messages(back.wsgi_request))[-1]))
    assert days(ana) == [(JUNE, None, None, "Training")]


def test_the_form_opens_with_the_hours_that_hold_on_that_day(manager, ana, site, max_):
    hours.set_day(ana, site=site, on=JUNE, spans=[LATE], words="Dentist", by=max_, at=TEN)

    usual = shown(manager.get(day_of(ana, on="2026-06-02")))
    other = shown(manager.get(day_of(ana, on="2026-06-01")))

    assert usual == {
        "on": "2026-06-02",
        "h-0-from": "9:00",
        "h-0-to": "13:00",
        "h-1-from": "14:00",
        "h-1-to": "18:00",
    }
    assert other == {"on": "2026-06-01", "words": "Dentist", "h-0-from": "14:00", "h-0-to": "18:00"}


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        (
            {"on": "2026-03-02", "is_off": "on"},
            {"on": ["Hours can be changed from today on. Choose today or a later day."]},
        ),
        ({"on": "", "is_off": "on"}, {"on": ["Choose the day."]}),
        ({"on": "2026-06-01"}, {"h-0-from": ["Write the hours of that day, or say that there are none."]}),
        (
            {"on": "2026-06-01", "h-0-from": "9"},
            {"h-0-to": ["Hours on that day: Write both times, or neither."]},
        ),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field(manager, ana, said, errors):
    response = manager.post(day_of(ana), said)

    assert (response.status_code, response.context["form"].errors) == (422, errors)
    assert days(ana) == []


def test_a_day_may_have_a_third_span(manager, ana):
    response = manager.post(day_of(ana), {"on": "2026-06-01", "h-0-from": "9", "h-0-to": "10", "more": "h"})

    assert [len(row.pairs) for row in response.context["form"].rows] == [3]
    assert days(ana) == []


@pytest.mark.parametrize("query", ["", "?on=then", "?on=2026-06-01&span=9", "?on=2026-06-01&span=a-b"])
def test_an_undo_that_says_nothing_undoes_nothing(manager, ana, query):
    assert manager.post(glance.address("hours_undo", ana) + query).status_code == 404


def test_hours_stand_under_more(desk):
    assert f'<a href="{reverse(HOURS)}">' in desk.get(reverse("desk:patients")).content.decode()
