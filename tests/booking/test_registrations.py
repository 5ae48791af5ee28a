"""A registration that runs out: nothing is offered or booked after its last day, and nobody passes that."""

from datetime import date, timedelta

import pytest

from booking import diary, free_times
from clinic import registrations
from clinic.models import AuditRow
from clinic.refusals import Refused
from tests.factories.booking import SUNDAY, TEN, minutes, visit
from visits import reception

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def until_monday(ana, max_):
    registrations.set_until(ana, until=MONDAY, by=max_, at=SUNDAY)


def offered(review, site, *, days=3, **more):
    found = free_times.find(service=review, site=site, start=MONDAY, days=days, at=SUNDAY, **more)
    return sorted({(free.practitioner.name, free.starts_at.date()) for free in found})


def test_the_last_day_is_offered_and_none_after_it(until_monday, review, site):
    assert offered(review, site) == [("Ana Duarte", MONDAY)]


def test_a_colleague_in_date_is_offered_still(until_monday, review, site, ben):
    review.practitioners.add(ben)

    assert [day for name, day in offered(review, site) if name == "Ben Adeyemi"] == [MONDAY, TUESDAY, date(2026, 3, 4)]


def test_the_control_with_no_known_end_every_day_is_offered(until_monday, review, site, ana, max_):
    registrations.set_until(ana, until=None, by=max_, at=SUNDAY)

    assert [day for _name, day in offered(review, site)] == [MONDAY, TUESDAY, date(2026, 3, 4)]


@pytest.mark.parametrize("later", [24, 33], ids=["within hours", "outside hours"])
def test_nobody_books_after_it_whatever_they_say(until_monday, mia, review, site, ana, as_ana, later):
    wish = {"patient": mia, "service": review, "practitioner": ana, "site": site, "by": as_ana, "at": SUNDAY}

    with pytest.raises(Refused) as refused:
        reception.book(**wish, starts_at=TEN + timedelta(hours=later), agreed_reason="She is fine")

    assert (refused.value.refusal.rule, refused.value.refusal.is_hard) == (diary.LAPSED, True)
    assert mia.appointments.count() == 0


def test_the_refusal_says_until_when(until_monday, mia, review, ana):
    with pytest.raises(Refused) as refused:
        visit(mia, review, ana, starts_at=TEN + timedelta(days=1))

    assert str(refused.value.refusal.sentence) == (
        "The registration of Ana Duarte is in date until Monday 2 March 2026. Choose somebody else, or a day before."
    )


def test_a_visit_does_not_move_to_a_day_after_it(until_monday, mia, review, ana, dee):
    booked = visit(mia, review, ana)

    with pytest.raises(Refused) as refused:
        reception.move(booked, starts_at=TEN + timedelta(days=1), version=1, by=dee, at=SUNDAY)

    assert refused.value.refusal.rule == diary.LAPSED


def test_what_is_booked_stays_and_the_trail_names_the_day(mia, review, ana, max_):
    booked = visit(mia, review, ana, starts_at=TEN + timedelta(days=1))

    assert registrations.set_until(ana, until=MONDAY, by=max_, at=SUNDAY) is True
    assert registrations.set_until(ana, until=MONDAY, by=max_, at=SUNDAY + minutes(1)) is False

    booked.refresh_from_db()
    assert booked.is_standing
    assert list(AuditRow.objects.get(verb="registration").fields) == ["until"]
