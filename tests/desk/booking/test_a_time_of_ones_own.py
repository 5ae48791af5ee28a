"""A time that was asked for by hand: whose it is, and which rules stand against it."""

from datetime import date

import pytest

from patients import restrictions
from tests.desk.booking.test_booking import BOOK
from tests.factories.booking import SUNDAY, TEN

pytestmark = pytest.mark.django_db


def test_nobody_is_asked_outside_their_hours_while_a_colleague_is_at_work(desk, mia, review, ana, ben):
    review.practitioners.add(ben)
    restrictions.write(
        mia, source="s", service_kinds=["review"], not_before=date(2026, 3, 4), soft_days=3, words="", at=SUNDAY
    )
    ana.shifts.filter(weekday=0).delete()

    drawer = desk.get(BOOK, {"patient": mia.uuid, "service": review.pk, "asked": "2026-03-02T10:00"}).context["drawer"]

    assert [one.rule for one in drawer.refusals] == ["restriction.not_before"]
    assert (drawer.exception.free.starts_at, drawer.exception.free.practitioner) == (TEN, ben)


def test_each_rule_is_said_with_its_own_window_and_who_may_pass_them_once(desk, mia, review, ana):
    restrictions.write(
        mia,
        source="s",
        service_kinds=["review"],
        not_before=date(2026, 3, 4),
        best_on=date(2026, 3, 5),
        latest_on=date(2026, 3, 6),
        counted_from=date(2026, 2, 20),
        soft_days=3,
        words="",
        at=SUNDAY,
    )

    page = desk.get(BOOK, {"patient": mia.uuid, "service": review.pk, "asked": "2026-03-02T19:00"})

    told = page.context["drawer"].told
    assert [(one.rule, window is not None, bool(who_may)) for one, window, who_may in told] == [
        ("restriction.not_before", True, False),
        ("hours.outside", False, True),
    ]
    assert (
        page.content.decode().count(
            "Only these roles may book it all the same, with a reason: Practitioner, Prescriber, Manager."
        )
        == 1
    )
