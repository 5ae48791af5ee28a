"""Who should come again, seen from the desk: Mia, whose first session of four was on Monday 2 March."""

from datetime import date, timedelta

import pytest

from aftercare import follow_ups
from aftercare.follow_ups import Shelf, Shelves
from aftercare.models import Call
from booking import appointments
from clinic.refusals import Refused
from outbox.models import Notice
from patients import patients
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import HOUSE, TEN
from treatments import courses
from visits import courses as turns
from visits import follow_ups as steps
from visits import notices

State = Notice.State


def day(count):
    return TEN + timedelta(days=count)


def who(shelf, site, *, on):
    return [course.patient.name for course in Shelves(site, day(on)).on(shelf)]


def shelf_of(site, *, on):
    return {shelf for shelf in Shelf if who(shelf, site, on=on)}


@pytest.mark.parametrize(
    ("on", "shelves"),
    [
        (27, set()),
        (28, {Shelf.DUE}),
        (42, {Shelf.DUE}),
        (43, {Shelf.OVERDUE}),
        (84, {Shelf.OVERDUE}),
    ],
)
def test_she_is_due_in_her_window_and_overdue_the_day_after(first_session, site, on, shelves):
    assert shelf_of(site, on=on) == shelves


def test_a_lapsed_course_has_a_shelf_of_its_own(first_session, site):
    turns.lapse_what_is_over(at=day(85))

    assert shelf_of(site, on=85) == {Shelf.LAPSED}
    assert shelf_of(site, on=370) == set()


def test_a_finished_course_is_due_for_maintenance_after_ninety_days(first_session, course, site):
    type(course).objects.filter(pk=course.pk).update(state="finished")

    assert shelf_of(site, on=89) == set()
    assert shelf_of(site, on=90) == {Shelf.MAINTENANCE}


def test_who_books_leaves_the_list_and_comes_back_when_the_visit_falls_away(
    first_session, mia, microneedling, ana, site
):
    visit = booking.visit(mia, microneedling, ana, starts_at=day(35), at=day(29))
    assert shelf_of(site, on=30) == set()

    appointments.cancel(visit, version=visit.version, reason="Away", by=HOUSE, at=day(30))

    assert shelf_of(site, on=30) == {Shelf.DUE}


@pytest.mark.parametrize("fields", [{"wants_recall_mail": False}, {"archived_on": date(2026, 3, 20)}])
def test_who_wants_no_reminder_or_comes_no_more_is_on_no_list(first_session, mia, site, as_ana, fields):
    patients.edit(mia, version=mia.version, by=as_ana, at=day(25), **fields)

    assert shelf_of(site, on=30) == set()


def test_an_open_reaction_shows_that_a_clinician_looks_first(first_session, site, as_ana):
    treatments.reacted(first_session, by=as_ana)

    (line,) = follow_ups.lines(Shelves(site, day(30)).on(Shelf.DUE), site=site)

    assert line.waits
    assert (line.done, line.window.opens_on, line.last_on) == (1, date(2026, 3, 30), date(2026, 3, 2))


def test_who_is_to_be_called_later_stands_there_until_that_day(first_session, course, site, as_ana):
    steps.log_call(course, outcome="not_now", words="After Easter", next_on=day(36).date(), by=as_ana, at=day(30))

    assert shelf_of(site, on=35) == set()
    assert [one.pk for one in Shelves(site, day(35)).later(Shelf.DUE)] == [course.pk]
    assert shelf_of(site, on=36) == {Shelf.DUE}


def test_the_newest_call_decides(first_session, course, site, as_ana):
    steps.log_call(course, outcome="not_now", words="", next_on=day(60).date(), by=as_ana, at=day(30))
    steps.log_call(course, outcome="thinks", words="Rang back", next_on=None, by=as_ana, at=day(31))

    (line,) = follow_ups.lines(Shelves(site, day(32)).on(Shelf.DUE), site=site)

    assert line.last_call.words == "Rang back"


def test_who_does_not_want_to_come_again_gets_no_reminder_either(first_session, course, mia, site, as_ana):
    aftercare.begun(first_session)
    notices.reconcile(mia, at=day(1))

    steps.log_call(course, outcome="no_more", words="", next_on=None, by=as_ana, at=day(2))

    mia.refresh_from_db()
    assert not mia.wants_recall_mail
    assert Notice.objects.get(kind="FOLLOW_28D").state == State.WITHDRAWN
    assert shelf_of(site, on=30) == set()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"outcome": "shrug", "next_on": None}, "outcome"),
        ({"outcome": "thinks", "next_on": day(30).date()}, "next_on"),
        ({"outcome": "thinks", "next_on": day(300).date()}, "next_on"),
        ({"outcome": "not_now", "next_on": None}, "next_on"),
    ],
)
def test_a_call_that_cannot_be_kept_says_why(first_session, course, as_ana, said, field):
    with pytest.raises(Refused) as refused:
        steps.log_call(course, words="", **said, by=as_ana, at=day(30))

    assert refused.value.refusal.values["field"] == field
    assert not Call.objects.exists()


def test_tomorrow_is_the_day_after_the_sites_own(first_session, course, site, as_ana):
    site.time_zone = "Pacific/Auckland"
    site.save()
    late = day(30).replace(hour=22)  # the first of April in Leeds is over in Auckland: there it is the second

    with pytest.raises(Refused):
        steps.log_call(course, outcome="not_now", words="", next_on=date(2026, 4, 2), by=as_ana, at=late)
    kept = steps.log_call(course, outcome="not_now", words="", next_on=date(2026, 4, 3), by=as_ana, at=late)

    assert kept.next_on == date(2026, 4, 3)


def test_a_paused_course_asks_nobody(first_session, course, site, as_ana):
    courses.pause(course, cause="wish", by=as_ana, at=day(3))

    assert shelf_of(site, on=30) == set()


def test_the_list_costs_as_many_questions_for_three_as_for_one(first_session, site, django_assert_num_queries):
    with django_assert_num_queries(4):
        follow_ups.lines(Shelves(site, day(30)).on(Shelf.DUE), site=site)
