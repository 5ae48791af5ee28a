"""The clinic's whole job once, in Chromium, by three people, with a worker that sends over real SMTP."""

import pytest

from tests.journeys.glass import Glass
from tests.journeys.people import FrontDesk, Manager, Practitioner
from tests.journeys.story import Story, tell


@pytest.mark.browser
def test_the_main_job(house, clock, open_page, axe, smtp_server, celery):
    celery.worker(processes=1)

    tell(
        Story(
            house=house,
            clock=clock,
            post=smtp_server,
            dee=FrontDesk(house.dee, Glass(open_page(), axe)),
            ana=Practitioner(house.ana, Glass(open_page(), axe)),
            max=Manager(house.max, Glass(open_page(), axe)),
            work_off=lambda: None,  # the worker does
        )
    )
