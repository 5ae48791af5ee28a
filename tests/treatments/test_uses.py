"""A product whose use is agreed to by itself is used only once the patient has signed for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from intake import consents
from stock.models import Product
from tests.factories import intake, stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import drafts, sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit(db):
    return stock.lot(stock.product("PRP kit", Product.Kind.SERUM, open_channel="allow", use="prp"), "PK-0207")


@pytest.fixture
def tip(db):
    return stock.cartridges()


def with_(lot, **more):
    return {"serums": (treatments.serum_row(lot),), "serum_is_none": False} | more


def refused(call):
    with pytest.raises(sessions.DraftRefused) as stopped:
        call()
    return [(one.where, one.refusal.rule, one.refusal.sentence) for one in stopped.value.problems]


def test_a_product_of_its_own_kind_waits_for_its_own_signature(session, mia, kit, tip, as_ana):
    used = with_(kit, cartridge_lot=tip)
    found = refused(lambda: treatments.saved(session, by=as_ana, **used))

    assert found == [("serums.0.lot", "consent.missing", "Mia Okafor signs first: Microneedling with PRP.")]
    session.refresh_from_db()
    assert (session.version, drafts.of(session).serums) == (1, ())
    intake.signed(mia, by=as_ana, purpose="prp")
    assert drafts.of(treatments.saved(session, by=as_ana, **used)).serums[0].lot == kit


def test_a_cream_and_a_cartridge_outside_their_makers_words_wait_too(session, as_ana):
    cream = stock.lot(stock.product("Cream", Product.Kind.ANAESTHETIC, use="off_label"), "LC-9")
    tip = stock.product("Tip", Product.Kind.CARTRIDGE, needle_length_mm=Decimal("2.00"), use="off_label")

    found = refused(
        lambda: treatments.saved(
            session,
            by=as_ana,
            cartridge_lot=stock.lot(tip, "TIP-9"),
            creams=(treatments.cream_row(cream),),
            anaesthetic_is_none=False,
        )
    )

    assert [(where, rule) for where, rule, _words in found] == [
        ("cartridge_lot", "consent.missing"),
        ("creams.0.lot", "consent.missing"),
    ]


def test_new_words_ask_anew_before_the_next_use_and_what_is_on_the_chart_stays(session, mia, kit, as_ana):
    intake.signed(mia, by=as_ana, purpose="prp")
    kept = treatments.saved(session, by=as_ana, **with_(kit))
    intake.republished(TEN, as_ana, purpose="prp")

    again = treatments.changed(kept, by=as_ana, note="Written on")
    assert drafts.of(again).serums[0].lot == kit
    without = treatments.changed(again, by=as_ana, serums=(), serum_is_none=True)
    ((where, rule, _words),) = refused(lambda: treatments.changed(without, by=as_ana, **with_(kit)))
    assert (where, rule) == ("serums.0.lot", "consent.missing")


def test_time_to_think_is_left_for_a_product_as_well(session, mia, kit, site, as_ana):
    intake.signed(mia, by=as_ana, purpose="prp")
    site.consent_cooling_days = 2
    site.save()

    ((_where, rule, _words),) = refused(lambda: treatments.saved(session, by=as_ana, **with_(kit)))
    assert rule == "consent.cooling"


def test_what_was_used_without_is_recorded_as_it_was_beside_its_incident(visit, kit, mia, as_ana):
    treatments.arrived(visit)
    session = sessions.start_afterwards(
        visit,
        identity_name=mia.name,
        identity_born_on=mia.born_on,
        started_at=TEN,
        needling_ended_at=TEN + minutes(30),
        reason="The network was down",
        by=as_ana,
        at=TEN + timedelta(hours=2),
    )

    assert drafts.of(treatments.saved(session, by=as_ana, **with_(kit))).serums[0].lot == kit
    assert consents.covers(mia, "prp") is False
