"""What somebody who waits is told of a time that is held for them."""

import pytest

from booking import offers
from booking.models import Offer
from outbox import deliveries
from outbox.models import Notice
from patients import links
from patients.models import Link
from tests.factories.booking import SUNDAY, minutes
from tests.factories.waitlist import offered, waits
from visits import notices, waiting
from visits.transactions import step

pytestmark = pytest.mark.django_db(transaction=True)

EXPIRY = SUNDAY + minutes(120)


@pytest.fixture
def offer(mia, review, ana, dee):
    return offered(waits(mia, review), ana, by=dee)


def test_the_patient_is_told_by_mail_with_a_link_of_their_own(offer):
    notice, link = Notice.objects.get(kind="OFFER"), Link.objects.get(purpose="offer")

    assert (notice.state, notice.channel) == (Notice.State.DUE, Notice.Channel.MAIL)
    assert (notice.due_at, notice.not_after) == (SUNDAY + minutes(3), EXPIRY)
    assert notice.headline == "A time is free: Mon 2 March, 10:00"
    assert "we hold it for you until Sun 1 March, 11:00" in notice.body_text
    assert f"See this time, and say yes or no: {{link:{link.uuid}}}" in notice.body_text
    assert f'href="{{link:{link.uuid}}}"' in notice.body_html
    assert (link.purpose, link.subject, link.expires_at) == ("offer", f"offer:{offer.uuid}", offer.ends_at)


def test_neither_subject_nor_words_name_the_treatment(mia, microneedling, ana):
    offered(waits(mia, microneedling), ana)
    notice = Notice.objects.get(kind="OFFER")

    assert "needling" not in (notice.headline + notice.body_text + notice.body_html).lower()


def test_who_has_no_mail_is_called(tomasz, review, ana):
    offered(waits(tomasz, review), ana)

    assert Notice.objects.get(kind="OFFER").channel == Notice.Channel.CALL


def test_planning_an_offer_again_changes_nothing(offer, mia):
    before = list(Notice.objects.values())
    step(notices.reconcile)(mia, at=SUNDAY + minutes(10))

    assert list(Notice.objects.values()) == before


def test_the_mail_that_leaves_opens_the_offer(offer, smtp_server):
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))
    (mail,) = smtp_server.messages
    token = links.token(Link.objects.get(purpose="offer"))

    assert f"/l/{token}/" in mail.get_body(["plain"]).get_content()
    assert links.read(token, purpose=offers.PURPOSE, at=SUNDAY).subject == f"offer:{offer.uuid}"


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda offer, by: waiting.accept(offer, by=by, at=SUNDAY + minutes(1)), "The time was taken."),
        (
            lambda offer, by: waiting.decline(offer, by=by, at=SUNDAY + minutes(1)),
            "The patient does not want the time.",
        ),
        (lambda offer, by: waiting.withdraw_offer(offer, by=by, at=SUNDAY + minutes(1)), "The offer was withdrawn."),
        (lambda offer, by: waiting.withdraw(offer.entry, by=by, at=SUNDAY + minutes(1)), "The offer was withdrawn."),
    ],
)
def test_no_offer_leaves_once_it_is_over(offer, dee, smtp_server, end, reason):
    end(offer, dee)
    deliveries.send_due(clock=lambda: SUNDAY + minutes(3))
    notice = Notice.objects.get(kind="OFFER")

    assert (notice.state, notice.state_reason, smtp_server.messages) == (Notice.State.WITHDRAWN, reason, [])


def test_the_gate_looks_at_the_offer_itself(offer, smtp_server):
    """Control of the row: it stands as due, and the offer behind it is gone."""
    Offer.objects.update(state=Offer.State.WITHDRAWN, closed_at=SUNDAY)
    notice = Notice.objects.get(kind="OFFER")

    assert deliveries.deliver(notice.pk, at=SUNDAY + minutes(3)) == deliveries.Outcome.WITHDRAWN
    assert smtp_server.messages == []


def test_an_offer_that_was_on_its_way_when_it_ended_is_marked(offer, dee):
    Notice.objects.filter(kind="OFFER").update(state=Notice.State.HANDED, lease_until=SUNDAY + minutes(6))
    waiting.withdraw_offer(offer, by=dee, at=SUNDAY + minutes(4))

    notice = Notice.objects.get(kind="OFFER")
    assert (notice.state, notice.crossed_at) == (Notice.State.HANDED, SUNDAY + minutes(4))
