"""At the end of a treatment the next one is a press away: four, five or six weeks on."""

import pytest
from django.urls import reverse
from time_machine import travel as time_at

from tests.desk.series.conftest import DONE
from tests.desk.series.test_planning import text_of
from tests.factories.booking import minutes
from visits import reception, treatment

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(session, as_ana):
    with time_at(DONE + minutes(5), tick=False):
        yield treatment.sign(session, by=as_ana, at=DONE + minutes(5))


def record(session):
    return reverse("desk:record", args=[session.uuid])


def test_after_the_signature_the_next_session_is_offered_in_its_window(practice, signed, mia, microneedling):
    answer = practice.get(record(signed))

    shown = text_of(answer)
    for words in ("4 weeks: Mon 30 Mar in the window", "5 weeks: Mon 6 Apr in", "6 weeks: Mon 13 Apr in"):
        assert words in shown
    address = f"/book/?patient={mia.uuid}&amp;service={microneedling.pk}&amp;from_day=2026-04-06"
    assert f'href="{address}"' in answer.content.decode()


def test_a_week_outside_a_longer_window_is_marked(practice, signed, course):
    course.earliest_days, course.target_days, course.latest_days = 40, 41, 56
    course.save()

    shown = text_of(practice.get(record(signed)))

    assert "4 weeks: Mon 30 Mar outside the window" in shown
    assert "6 weeks: Mon 13 Apr in the window" in shown


def test_once_the_next_one_is_booked_nothing_is_offered(practice, signed, mia, ana, dee, site, microneedling):
    reception.book(
        patient=mia,
        service=microneedling,
        practitioner=ana,
        starts_at=DONE + minutes(5 * 7 * 24 * 60 - 130),
        site=site,
        by=dee,
        at=DONE,
    )

    assert "Book the next session" not in text_of(practice.get(record(signed)))
