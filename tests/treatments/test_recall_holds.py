"""A lot stays set aside while a recall of it is open, at every door; once it is closed, it may be released."""

import pytest

from clinic.refusals import Refused
from stock import lots
from tests.factories import stock
from tests.factories.booking import TEN, minutes
from treatments import recall_holds, recalls

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

SENTENCE = "The recall of %s, opened on 2 Mar 2026, holds this lot. Close the recall first."
WHY = {"reason": "The maker looked at it"}


@pytest.fixture
def gel(site):
    return stock.serum()


def opened(thing, *, site, by):
    return recalls.open(thing, site=site, reason="Seals open", by=by, at=TEN)


def refused(lot, *, by):
    with pytest.raises(Refused) as no:
        lots.release(lot, **WHY, by=by, at=TEN + minutes(5))
    lot.refresh_from_db()
    assert lot.quarantined_at == TEN
    return no.value.refusal


def test_a_recalled_lot_is_not_released_and_the_sentence_names_the_recall(gel, site, as_ana):
    recall = opened(gel, site=site, by=as_ana)

    refusal = refused(gel, by=as_ana)

    assert (refusal.rule, refusal.values) == ("lot.recalled", {"recall": str(recall.uuid)})
    assert refusal.sentence == SENTENCE % "Gel allow, Northlight, lot HA-2219"


def test_the_recall_of_a_product_holds_each_of_its_lots(gel, site, as_ana):
    opened(gel.product, site=site, by=as_ana)

    assert refused(gel, by=as_ana).sentence == SENTENCE % "Gel allow, Northlight"


def test_closing_the_recall_lets_the_lot_go(gel, site, as_ana):
    recalls.close(opened(gel, site=site, by=as_ana), by=as_ana, at=TEN)

    released = lots.release(gel, **WHY, by=as_ana, at=TEN + minutes(5))

    assert released.quarantined_at is None


def test_the_control_a_recall_of_another_lot_holds_nothing(gel, site, as_ana):
    opened(stock.serum("HA-3000"), site=site, by=as_ana)
    lots.quarantine(gel, reason="Torn", by=as_ana, at=TEN)

    assert recall_holds.refusal(gel) is None
    assert lots.release(gel, **WHY, by=as_ana, at=TEN).quarantined_at is None


def test_a_lot_whose_own_recall_is_closed_is_held_by_that_of_its_product(gel, site, as_ana):
    of_lot = opened(gel, site=site, by=as_ana)
    of_product = opened(gel.product, site=site, by=as_ana)
    assert recall_holds.covered([gel]) == {gel.pk: of_lot}

    recalls.close(of_lot, by=as_ana, at=TEN)

    assert recall_holds.covered([gel]) == {gel.pk: of_product}
