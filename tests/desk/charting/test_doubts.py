"""A lot that was set aside while the needle worked: the signature asks how it came to be used, and loses nothing."""

import pytest

from stock import lots
from tests.factories import treatments
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import sessions
from treatments.models import Incident, Session

OVER = TEN + minutes(70)


@pytest.fixture
def over(session, as_ana, ten):
    ten.move_to(OVER)
    kept = treatments.saved(session, by=as_ana, at=TEN + minutes(60))
    lots.quarantine(kept.cartridge.lot, reason="recall", by=HOUSE, at=TEN + minutes(62))
    return sessions.end(kept, ended_at=OVER, by=as_ana, at=OVER)


def test_the_page_asks_and_the_signature_waits_for_the_answer(tablet, review, over):
    page = tablet.open(review)
    assert "was set aside on 2 Mar 2026, 11:02." in page.text
    assert "How did it come to be used?" in page.text

    page = tablet.post(review, [("version", str(over.version)), ("sign", "1"), ("reason", " ")])

    assert (page.status, Session.objects.get().is_signed, Incident.objects.count()) == (422, False, 0)
    assert "Say how it came to be used; then sign. The lead is told." in page.text


def test_with_a_reason_it_is_signed_and_the_lead_is_told(tablet, review, over):
    sent = [("version", str(over.version)), ("sign", "1"), ("reason", "The mail came while the needle worked.")]

    tablet.post(review, sent)

    assert Session.objects.get().is_signed
    assert Incident.objects.get().reason == "The mail came while the needle worked."


def test_where_every_lot_was_good_nothing_is_asked(tablet, review, session, as_ana, ten):
    ten.move_to(OVER)
    treatments.ended(session, by=as_ana, at=OVER)

    assert "Not every lot was good to use" not in tablet.open(review).text
