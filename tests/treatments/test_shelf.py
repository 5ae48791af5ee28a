"""The signature counts what was used and looks at the lots again; what was done is written, and told to the lead."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps

from stock import lots, movements
from stock.models import Lot, Product
from tests.factories import stock, treatments
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import sessions, shelf
from treatments.models import Incident, Session
from visits import treatment

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

OVER = TEN + minutes(70)


@pytest.fixture
def tips(db):
    return stock.lot(stock.tip(), "C4-0871", received_count=12)


def signed(over, by, **fields):
    return treatment.sign(over, by=by, at=over.ended_at + minutes(5), **fields)


def test_the_signature_counts_the_units_that_were_used(session, as_ana, tips):
    vial = stock.lot(
        stock.product("Vial", Product.Kind.SERUM, open_channel="allow", is_single_use=True), "V-1", received_count=5
    )
    gel, cream = stock.serum(), stock.cream()
    rows = (treatments.serum_row(vial), treatments.serum_row(vial, "during"), treatments.serum_row(gel))
    chart = {"serums": rows, "serum_is_none": False}
    chart |= {"creams": (treatments.cream_row(cream),), "anaesthetic_is_none": False}
    over = treatments.ended(session, by=as_ana, cartridge_lot=tips, **chart)
    assert movements.left(tips) == 12

    sealed = signed(over, as_ana)

    assert [movements.left(one) for one in (tips, vial, gel, cream)] == [11, 4, 0, 0]
    assert {one.session for one in tips.movements.filter(kind="used")} == {sealed.uuid}
    assert sessions.verify(sealed)


def test_a_count_of_nothing_stops_no_signature(session, as_ana):
    empty = stock.cartridges("C4-0")

    sealed = signed(treatments.ended(session, by=as_ana, cartridge_lot=empty), as_ana)

    assert (sealed.is_signed, movements.left(empty), Incident.objects.count()) == (True, -1, 0)


def test_a_lot_set_aside_during_the_treatment_asks_for_a_reason_and_is_told_to_the_lead(session, as_ana, tips):
    kept = treatments.saved(session, by=as_ana, cartridge_lot=tips)
    lots.quarantine(tips, reason="recall", by=HOUSE, at=TEN + minutes(65))
    over = sessions.end(kept, ended_at=OVER, by=as_ana, at=OVER)

    with pytest.raises(shelf.ReasonMissing) as missing:
        signed(over, as_ana)
    assert str(missing.value) == (
        "Lot C4-0871 of Tip 3.00 was set aside on 2 Mar 2026, 11:05. Say how it came to be used; then sign. "
        "The lead is told."
    )
    assert (movements.left(tips), Incident.objects.count()) == (12, 0)

    sealed = signed(over, as_ana, reason="The mail came while the needle worked.")

    told = Incident.objects.get()
    assert (told.session, told.reason) == (sealed, "The mail came while the needle worked.")
    assert [one["rule"] for one in told.stopped_by] == ["lot.quarantined"]
    assert movements.left(tips) == 11


def test_a_lot_set_aside_after_the_treatment_is_told_without_asking(session, as_ana, tips):
    over = treatments.ended(session, by=as_ana, cartridge_lot=tips)
    lots.quarantine(tips, reason="recall", by=HOUSE, at=OVER + minutes(2))

    signed(over, as_ana)

    assert Incident.objects.get().reason == "It was set aside after the treatment and before the signature."


def test_a_lot_that_was_expired_on_the_day_of_its_use_asks_for_a_reason(session, as_ana, tips):
    over = treatments.ended(session, by=as_ana, cartridge_lot=tips)
    Lot.objects.filter(pk=tips.pk).update(expires_on=date(2026, 3, 1))  # misread at first, say

    assert [one.refusal.sentence for one in shelf.doubts(Session.objects.get(pk=over.pk))] == [
        "Lot C4-0871 of Tip 3.00 had expired on 1 Mar 2026."
    ]
    with pytest.raises(shelf.ReasonMissing):
        signed(over, as_ana)


def test_a_lot_is_good_on_its_last_day_whenever_the_record_is_signed(session, as_ana):
    last = stock.cartridges("C4-9", date(2026, 3, 2))
    over = treatments.ended(session, by=as_ana, cartridge_lot=last)

    treatment.sign(over, by=as_ana, at=over.ended_at + minutes(24 * 60))

    assert not Incident.objects.exists()


def test_a_kit_goes_on_needled_skin_as_a_serum_does(session, as_ana, tips):
    kit = Product.objects.create(
        name="Kit", maker="Clearwell", kind="prp_kit", use="prp", open_channel="allow", is_sterile=True,
        is_single_use=True,
    )  # fmt: skip
    lot = stock.lot(kit, "PK-1", received_count=2)

    assert list(Lot.objects.offered_as("serum")) == [lot]
    assert list(Lot.objects.offered_as("cartridge")) == [tips]


def test_what_was_signed_before_the_shelf_counted_is_counted_by_the_migration(session, as_ana, tips, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(movements, "use", lambda *_args, **_more: [])
        sealed = signed(treatments.ended(session, by=as_ana, cartridge_lot=tips), as_ana)
    assert movements.left(tips) == 12

    import_module("treatments.migrations.0008_signed_sessions_used_up_units").count(apps, None)

    used = tips.movements.get(kind="used")
    assert (movements.left(tips), used.session, used.at, used.by_name) == (
        11, sealed.uuid, sealed.signed_at, "Ana Duarte"
    )  # fmt: skip


def test_what_was_done_already_is_told_with_the_lot_that_was_used(session, as_ana, tips):
    Session.objects.filter(pk=session.pk).update(is_afterwards=True)
    lots.quarantine(tips, reason="recall", by=HOUSE, at=TEN + minutes(65))
    past = stock.serum("HA-0", date(2026, 3, 1))
    session.refresh_from_db()

    rows = {"serums": (treatments.serum_row(past),), "serum_is_none": False}
    over = treatments.ended(session, by=as_ana, cartridge_lot=tips, **rows)
    signed(over, as_ana, reason="The lots were read from the packs in the bin.")

    assert {one["rule"] for one in Incident.objects.get().stopped_by} == {"lot.quarantined", "lot.expired"}


def test_what_was_set_aside_before_it_was_written_down_asks_for_a_reason_though_it_was_good_then(session, as_ana, tips):
    Session.objects.filter(pk=session.pk).update(is_afterwards=True)
    session.refresh_from_db()
    over = treatments.ended(session, by=as_ana, cartridge_lot=tips)
    lots.quarantine(tips, reason="recall", by=HOUSE, at=OVER + minutes(2))

    with pytest.raises(shelf.ReasonMissing):
        treatment.sign(over, by=as_ana, at=OVER + minutes(5))


def test_what_was_set_aside_at_that_time_and_is_in_use_again_asks_for_a_reason(session, as_ana, tips):
    Session.objects.filter(pk=session.pk).update(is_afterwards=True)
    session.refresh_from_db()
    lots.quarantine(tips, reason="torn box", by=HOUSE, at=TEN - minutes(5))
    over = treatments.ended(session, by=as_ana, cartridge_lot=tips)
    lots.release(tips, reason="only the box", by=HOUSE, at=OVER + minutes(2))

    assert [(one.refusal.sentence, one.asks_reason) for one in shelf.doubts(Session.objects.get(pk=over.pk))] == [
        ("Lot C4-0871 of Tip 3.00 was set aside at that time; it is in use again by now.", True)
    ]


def test_the_control_what_was_released_before_it_asks_nothing(session, as_ana, tips):
    Session.objects.filter(pk=session.pk).update(is_afterwards=True)
    session.refresh_from_db()
    lots.quarantine(tips, reason="torn box", by=HOUSE, at=TEN - minutes(9))
    lots.release(tips, reason="only the box", by=HOUSE, at=TEN - minutes(5))

    over = treatments.ended(session, by=as_ana, cartridge_lot=tips)

    assert shelf.doubts(Session.objects.get(pk=over.pk)) == []


def test_the_control_while_it_is_done_neither_lot_is_taken(session, as_ana, tips):
    lots.quarantine(tips, reason="recall", by=HOUSE, at=TEN)

    with pytest.raises(sessions.DraftRefused):
        treatments.saved(session, by=as_ana, cartridge_lot=tips)
