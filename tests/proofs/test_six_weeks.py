"""Six weeks in the life of one treatment, told by the mails that arrive and the pages they lead to.

The clock goes from one due moment to the next, as a worker that never sleeps would; every mail travels over real SMTP,
and Mia follows the addresses that stand in them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from aftercare.models import Report
from booking.models import Appointment
from outbox import deliveries
from outbox.models import Notice
from tests.factories import aftercare, treatments
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.health_forms import telephone
from treatments import courses
from visits import notices, reception, reports, treatment

pytestmark = pytest.mark.django_db(transaction=True)

END = TEN + minutes(70)  # Monday 2 March, ten past eleven
MIA = "mia.okafor@post.example"
FOLLOW_UPS = {"FOLLOW_28D", "FOLLOW_35D", "FOLLOW_42D"}


class Weeks:
    """The clock and the post of six weeks."""

    def __init__(self, clock: time_machine.Traveller, post) -> None:
        self.clock, self.post = clock, post

    def until(self, moment: datetime) -> list[str]:
        """Let everything leave that is due up to a moment, each at its time; return the subjects of Mia's new mails."""
        before = len(self.mails)
        while (
            due := Notice.objects.open().filter(due_at__lte=moment, channel="mail").order_by("due_at").first()
        ) is not None:
            self.clock.move_to(max(due.due_at, timezone.now()))
            if not deliveries.send_due(clock=timezone.now):
                self.clock.shift(timedelta(minutes=1))
        self.clock.move_to(moment)
        return [mail["Subject"] for mail in self.mails[before:]]

    @property
    def mails(self) -> list[EmailMessage]:
        """Every mail to Mia so far."""
        return [mail for mail in self.post.messages if MIA in mail["To"]]

    def address(self, purpose: str) -> str:
        """Return the path of the link in the newest mail to Mia that has one of this purpose."""
        found = re.compile(rf"{re.escape(settings.PUBLIC_URL)}(/{purpose}/\S+/)")
        for mail in reversed(self.mails):
            if link := found.search(mail.get_body(["plain"]).get_content()):
                return link[1]
        raise AssertionError(f"no mail leads to /{purpose}/")


@pytest.fixture
def weeks(db, smtp_server):
    with time_machine.travel(SUNDAY, tick=False) as clock:
        yield Weeks(clock, smtp_server)


def due(mia) -> set[str]:
    return set(Notice.objects.open().filter(patient=mia).values_list("kind", flat=True))


def test_from_the_treatment_to_the_next_visit_and_back(weeks, mia, ana, as_ana, dee, site, microneedling):
    treatments.values()
    aftercare.values()
    treatments.course(mia, by=as_ana, at=SUNDAY)
    booked = {"patient": mia, "service": microneedling, "practitioner": ana, "site": site}
    visit = reception.book(**booked, starts_at=TEN, by=dee, at=SUNDAY)
    assert weeks.until(TEN - minutes(1))[0].startswith("Your appointment on")

    # the treatment ends, and the first words are there at once
    session = treatments.saved(treatments.started(visit, by=as_ana), by=as_ana, at=END)
    treatment.finish(session, ended_at=END, by=as_ana, at=END)
    weeks.clock.move_to(END)
    treatment.sign(session, by=as_ana, at=END)
    assert weeks.until(END + timedelta(hours=48)) == [
        "After your visit on Mon 2 March",
        "One day after your visit",
        "Two days after your visit",
    ]

    # she is worried at 48 hours, and says so from the mail
    recovery = weeks.address("r")
    assert "Mia" in telephone().get(recovery).content.decode()
    answer = telephone().post(f"{recovery}how/", {"feeling": "worried", "signs": ["pus"], "words": "A yellow spot."})
    assert answer.status_code == 303
    report = Report.objects.get()
    assert (report.urgency, report.is_open) == ("same_day", True)
    assert not due(mia) & FOLLOW_UPS
    assert "AFTER_72H" in due(mia)
    weeks.until(timezone.now() + minutes(2))
    assert any("look" in mail["Subject"] for mail in weeks.post.messages if MIA not in mail["To"])

    # Ana looks, calls, and closes it
    taken = reports.acknowledge(report, by=as_ana, at=timezone.now())
    closed = {"outcome": "reassured", "words": "Seen on a photo: a whitehead."}
    reports.close(taken, version=taken.version, **closed, by=as_ana, at=timezone.now())
    assert due(mia) >= FOLLOW_UPS

    # the rest of the three weeks, and the window opens
    assert weeks.until(TEN + timedelta(days=28, hours=1)) == [
        "Three days after your visit",
        "Five days after your visit",
        "One week after your visit",
        "Three weeks after your visit",
        "You can book your next visit",
    ]

    # she books from the mail: no more is asked, and the reminders of the visit stand
    starts_at = TEN.replace(month=4, day=13, hour=9)
    address = weeks.address("b")
    assert telephone().get(address).status_code == 200
    took = telephone().post(f"{address}{int(starts_at.timestamp())}/{ana.pk}/", {"answer": "take"})
    assert took.status_code == 303
    second = Appointment.objects.get(starts_at=starts_at)
    assert courses.place(second) == "2 of 4"
    assert not due(mia) & FOLLOW_UPS
    assert due(mia) >= {"CONFIRMATION", "PRE_7D", "PRE_24H"}
    assert [subject.split(" on ")[0] for subject in weeks.until(timezone.now() + minutes(4))] == ["Your appointment"]

    # she calls it off from the mail: the reminders go, and what is still timely is asked again
    own = weeks.address("v")
    assert telephone().post(f"{own}cancel/", {"version": second.version}).status_code == 303
    assert due(mia) >= {"CANCELLATION", "FOLLOW_35D", "FOLLOW_42D"}
    assert not due(mia) & {"PRE_7D", "PRE_24H"}
    told = weeks.until(TEN + timedelta(days=42, hours=2))
    assert told[1:] == ["A good week for your next visit", "Our last reminder about your next visit"]

    # and nobody was told anything twice
    ids = [mail["Message-ID"] for mail in weeks.post.messages]
    assert len(ids) == len(set(ids))
    assert due(mia) == set()
    with transaction.atomic():
        notices.reconcile(mia, at=timezone.now())
    assert due(mia) == set()
