"""What a full day and a full week cost: queries and bytes."""

import gzip

import pytest
import time_machine
from django.urls import reverse

from booking.models import Appointment
from tests.desk.board import crowd
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db

KB = 1024


def test_twelve_people_with_thirty_visits_each_cost_nine_queries_and_sixty_kilobytes(
    desk, site, review, django_assert_num_queries
):
    crowd.visits(site, review, crowd.practitioners(site, 12), days=1, each=30, long=15)
    with time_machine.travel(TEN + minutes(30), tick=False), django_assert_num_queries(9):
        page = desk.get(reverse("desk:board"))

    assert page.content.count(b'<article class="visit') == 12 * 30
    assert page.content.count(b"data-present") == 1
    assert len(gzip.compress(page.content, 6)) <= 60 * KB


def test_a_week_of_twenty_people_costs_six_queries_and_less_than_four_hundred_kilobytes(
    desk, site, review, monday, django_assert_num_queries
):
    made = crowd.visits(site, review, crowd.practitioners(site, 20), days=5, each=10, long=30)
    Appointment.objects.filter(pk__in=[one.pk for one in made[960:]]).delete()
    with django_assert_num_queries(6):
        page = desk.get(reverse("desk:week"), {"with": ""})

    assert page.content.count(b'<li class="w-booked">') == 2 * 960  # in the table, and in the list for narrow screens
    assert len(page.content) <= 400 * KB
