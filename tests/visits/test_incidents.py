"""A lead hears by mail of what went past the rules, wherever it was written down, until somebody has looked at it."""

import pytest

from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Role
from outbox import deliveries
from outbox.models import Notice
from stock import lots
from tests.factories import booking, stock, treatments
from tests.factories import clinic as house
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import incidents
from treatments.models import Incident, Session
from visits import incidents as told
from visits import treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

OVER, LATER = TEN + minutes(70), TEN + minutes(90)


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


@pytest.fixture
def lead(db):
    return house.user("Vera Lind", Role.PRESCRIBER)


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


def afterwards(visit, *, by):
    visit = Appointment.objects.for_board().get(pk=visit.pk)
    who = {"identity_name": visit.patient.name, "identity_born_on": visit.patient.born_on, "version": visit.version}
    times = {"started_at": TEN + minutes(5), "needling_ended_at": TEN + minutes(65)}
    return treatment.record_afterwards(visit, **who, **times, reason="The tablet was broken.", by=by, at=LATER)


def signed(visit, *, by, sets_aside=True):
    tips = stock.cartridges()
    kept = treatments.saved(treatments.started(visit, by=by), by=by, cartridge_lot=tips)
    if sets_aside:
        lots.quarantine(tips, reason="recall", by=HOUSE, at=TEN + minutes(62))
    over = treatment.finish(kept, ended_at=OVER, by=by, at=OVER)
    return treatment.sign(over, reason="The mail came while the needle worked.", by=by, at=OVER + minutes(5))


def alerts():
    return Notice.objects.filter(owner="incidents")


def test_each_lead_hears_of_what_was_written_afterwards_and_the_mail_names_nobody(
    visit, lead, mia, as_ana, smtp_server
):
    afterwards(visit, by=as_ana)

    deliveries.send_due(clock=lambda: LATER)

    (mail,) = [mail for mail in smtp_server.messages if mail["To"] == lead.email]
    assert mail["Subject"] == "Please look at one incident"
    words = mail.get_content()
    assert "/incidents/" in words
    for secret in ("Mia", "Okafor", mia.reference, "tablet", "broken", "consent"):
        assert secret not in words


def test_a_lot_that_should_not_have_been_used_is_told_at_the_signature(visit, lead, as_ana):
    signed(visit, by=as_ana)

    (notice,) = alerts()
    incident = Incident.objects.get()
    assert (notice.to_address, notice.subject, notice.due_at) == (
        lead.email,
        f"incident:{incident.pk}",
        OVER + minutes(5),
    )
    assert notice.patient_id is None


def test_the_control_a_signature_without_one_tells_nobody(visit, lead, as_ana):
    signed(visit, by=as_ana, sets_aside=False)

    assert not alerts().exists()


def test_what_was_told_when_it_was_written_is_not_told_again_at_the_signature(visit, lead, as_ana):
    session = afterwards(visit, by=as_ana)
    treatments.saved(session, by=as_ana, at=LATER)
    over = treatment.finish(Session.objects.get(), ended_at=OVER, by=as_ana, at=LATER)

    treatment.sign(over, by=as_ana, at=LATER + minutes(5))

    assert (Incident.objects.count(), alerts().count()) == (1, 1)


def test_what_a_lead_looked_at_before_it_left_is_said_no_more(visit, lead, as_ana, smtp_server):
    afterwards(visit, by=as_ana)
    incidents.review(Incident.objects.get(), words="Nothing follows.", by=Actor.of(lead), at=LATER)

    deliveries.send_due(clock=lambda: LATER)

    row = alerts().get()
    assert (row.state, row.state_reason) == ("withdrawn", "Somebody looked at it before.")
    assert told.still_wanted(row, at=LATER) == "Somebody looked at it before."


def test_whoever_may_not_look_at_incidents_or_is_gone_hears_nothing(visit, lead, ana, as_ana):
    gone = house.user("Old Lead", Role.PRESCRIBER)
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)

    afterwards(visit, by=as_ana)

    assert [one.to_address for one in alerts()] == [lead.email]
