"""How many come again: Mia after the first of four sessions, Monday 2 March."""

from datetime import timedelta

from aftercare import rates
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import TEN
from treatments import courses


def day(count):
    return TEN + timedelta(days=count)


def of_ana(site, *, on):
    found = rates.by(lambda one: one.practitioner, rates.of_site(site, at=day(on)))
    return [(one.name, one.sessions, one.came_again, one.in_window) for one in found]


def again(mia, microneedling, ana, as_ana, course, *, after):
    visit = booking.visit(mia, microneedling, ana, starts_at=day(after), at=day(after - 1))
    treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)


def test_nobody_counts_while_the_window_is_open(first_session, site):
    assert of_ana(site, on=42) == []


def test_who_let_the_window_pass_did_not_come_again(first_session, site):
    assert of_ana(site, on=43) == [("Ana Duarte", 1, 0, 0)]


def test_who_came_in_the_window_counts_twice(first_session, site, mia, microneedling, ana, as_ana, course):
    again(mia, microneedling, ana, as_ana, course, after=35)

    assert of_ana(site, on=36) == [("Ana Duarte", 1, 1, 1)]


def test_who_came_late_came_again_and_not_in_time(first_session, site, mia, microneedling, ana, as_ana, course):
    again(mia, microneedling, ana, as_ana, course, after=50)

    assert of_ana(site, on=51) == [("Ana Duarte", 1, 1, 0)]


def test_a_visit_that_is_booked_late_counts_as_coming(first_session, site, mia, microneedling, ana):
    booking.visit(mia, microneedling, ana, starts_at=day(60), at=day(44))

    assert of_ana(site, on=45) == [("Ana Duarte", 1, 1, 0)]


def test_a_course_that_ended_early_lost_nobody(first_session, site, course, as_ana):
    courses.finish_early(course, note="Moved away", by=as_ana, at=day(3))

    assert of_ana(site, on=50) == []


def test_the_versions_of_the_protocol_are_told_apart(first_session, site):
    aftercare.begun(first_session)

    (rate,) = rates.by(lambda one: one.protocol, rates.of_site(site, at=day(43)))

    assert (rate.name, rate.again_percent, rate.window_percent) == ("1", 0, None)
