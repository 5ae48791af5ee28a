"""The clinic's whole job once, by people whose browsers run no script: plain pages, plain form posts."""

import pytest
from django.test import Client

from outbox import tasks
from tests.journeys.paper import Paper
from tests.journeys.people import FrontDesk, Manager, Practitioner
from tests.journeys.story import Story, tell


@pytest.mark.django_db(transaction=True)
def test_the_main_job_without_a_browser(house, clock, smtp_server):
    tell(
        Story(
            house=house,
            clock=clock,
            post=smtp_server,
            dee=FrontDesk(house.dee, Paper(Client())),
            ana=Practitioner(house.ana, Paper(Client())),
            max=Manager(house.max, Paper(Client())),
            work_off=tasks.sweep,
        )
    )
