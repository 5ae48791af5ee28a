"""Who fits a stretch of one practitioner that has become free, and in which order they are asked."""

from datetime import date, timedelta

import pytest

from booking import fits
from patients import restrictions
from tests.factories import clinic, patients
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from tests.factories.waitlist import offered, waits

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2026, 3, 2)


def fitting(site, ana, *, start=TEN, length=15, at=SUNDAY):
    found = fits.find(site, practitioner=ana, starts_at=start, ends_at=start + minutes(length), at=at)
    return [fit.entry.patient.first_name for fit in found]


def test_urgent_first_then_who_waited_longest(mia, tomasz, ana, review, site):
    waits(patients.zoe(), review, at=SUNDAY - minutes(10))
    waits(mia, review, at=SUNDAY - minutes(20))
    waits(tomasz, review, is_urgent=True)

    assert fitting(site, ana) == ["Tomasz", "Mia", "Zoë"]


@pytest.mark.parametrize(
    ("wants", "suits"),
    [
        ({"weekdays": (0,)}, True),
        ({"weekdays": (1,)}, False),
        ({"part": "morning"}, True),
        ({"part": "afternoon"}, False),
        ({"earliest_on": MONDAY}, True),
        ({"earliest_on": MONDAY + timedelta(days=1)}, False),
        ({"latest_on": MONDAY}, True),
        ({"latest_on": MONDAY - timedelta(days=1)}, False),
    ],
)
def test_only_whoever_would_come_then_fits(mia, ana, review, site, wants, suits):
    waits(mia, review, **wants)

    assert fitting(site, ana) == (["Mia"] if suits else [])


def test_who_waits_for_somebody_else_does_not_fit(mia, tomasz, ana, ben, review, site):
    review.practitioners.add(ben)
    waits(mia, review, practitioner=ben)
    waits(tomasz, review, practitioner=ana)

    assert (fitting(site, ana), fitting(site, ben)) == (["Tomasz"], ["Mia"])


def test_a_service_that_does_not_fit_the_gap_is_not_offered(mia, tomasz, ana, review, microneedling, site):
    visit(patients.zoe(), review, ana, starts_at=TEN + minutes(15))
    waits(mia, microneedling)
    waits(tomasz, review)

    assert fitting(site, ana) == ["Tomasz"]


def test_a_service_whose_room_or_device_is_taken_does_not_fit(mia, tomasz, ana, ben, review, microneedling, site):
    microneedling.practitioners.add(ben)
    room = clinic.room(site, "Room 2")
    microneedling.rooms.add(room)
    review.rooms.set([room])
    waits(mia, microneedling)
    assert fitting(site, ana) == ["Mia"]

    visit(patients.zoe(), microneedling, ben, starts_at=TEN)  # Ben has the only pen

    assert fitting(site, ana) == []


def test_a_stretch_is_searched_from_its_first_start_to_its_last(mia, ana, review, site):
    waits(mia, review, part="afternoon")
    found = fits.find(site, practitioner=ana, starts_at=TEN, ends_at=TEN + minutes(300), at=SUNDAY)

    assert [fit.free.starts_at for fit in found] == [TEN + minutes(120)]


def test_who_is_elsewhere_then_does_not_fit(mia, ana, ben, review, consultation, site):
    consultation.practitioners.add(ben)
    consultation.rooms.set([clinic.room(site, "Room 2")])
    waits(mia, review)
    visit(mia, consultation, ben, starts_at=TEN - minutes(15))

    assert fitting(site, ana) == []


def test_who_may_not_come_that_day_does_not_fit(mia, ana, review, microneedling, site):
    waits(mia, microneedling)
    waits(mia, review)
    found = {"service_kinds": ["needling"], "words": "Too soon.", "at": SUNDAY}
    restrictions.write(mia, source="session:1:spacing", not_before=date(2026, 3, 3), **found)

    found = fits.find(site, practitioner=ana, starts_at=TEN, ends_at=TEN + minutes(80), at=SUNDAY)
    assert [fit.entry.service for fit in found] == [review]


def test_whoever_has_a_visit_fits_only_what_is_sooner(mia, ana, review, site):
    waits(mia, review, booking=visit(mia, review, ana, starts_at=TEN + timedelta(days=1)))

    assert fitting(site, ana, start=TEN) == ["Mia"]
    assert fitting(site, ana, start=TEN + timedelta(days=2)) == []


def test_who_has_an_offer_is_not_asked_again(mia, ana, review, site):
    entry = waits(mia, review)
    offered(entry, ana, starts_at=TEN + minutes(60))

    assert fitting(site, ana) == []


def test_nobody_fits_a_time_that_is_over_or_taken(mia, tomasz, ana, review, site):
    waits(mia, review)
    assert fitting(site, ana, at=TEN + minutes(1)) == []

    visit(tomasz, review, ana)
    assert fitting(site, ana) == []


def test_a_stretch_costs_the_same_with_one_who_waits_and_with_three(
    mia, tomasz, ana, review, site, django_assert_num_queries
):
    waits(mia, review)
    with django_assert_num_queries(MATCHING_QUERIES):
        fitting(site, ana)
    waits(tomasz, review)
    waits(patients.zoe(), review)
    with django_assert_num_queries(MATCHING_QUERIES):
        assert fitting(site, ana) == ["Mia", "Tomasz", "Zoë"]


MATCHING_QUERIES = 7  # entries, restrictions, claims, and the free times of one service


@pytest.mark.parametrize(("asked", "length"), [(None, 45), (20, 20)])
def test_a_time_fits_when_it_holds_the_visit_that_would_move(
    mia, tomasz, ana, microneedling, review, site, asked, length
):
    """The gap is 85 minutes: the service's own 80 fit, and 95 do not."""
    later = visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=7), needling_minutes=45)
    entry = waits(mia, microneedling, booking=later, needling_minutes=asked)
    visit(tomasz, review, ana, starts_at=TEN + minutes(90))

    assert entry.needling_length == length
    assert fitting(site, ana, start=TEN, length=15) == ([] if length == 45 else ["Mia"])
