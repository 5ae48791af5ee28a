"""The chart as it is written."""

from datetime import date
from decimal import Decimal

import pytest

from clinic.refusals import Stale
from stock import lots
from stock.models import Cartridge
from tests.factories import clinic, stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import drafts, sessions
from treatments.drafts import Draft
from treatments.models import Session

pytestmark = pytest.mark.django_db

ELEVEN = TEN + minutes(60)


def problems(call) -> list[tuple[str, str]]:
    with pytest.raises(sessions.DraftRefused) as refused:
        call()
    return [(one.where, one.refusal.sentence) for one in refused.value.problems]


# --- writing -------------------------------------------------------------------------------------------------


def test_a_chart_is_kept_as_it_was_typed(session, as_ana):
    gel, cream = stock.serum(), stock.cream()
    typed = treatments.draft(
        session,
        serums=(treatments.serum_row(gel, amount_ml=Decimal("2.5")),),
        serum_is_none=False,
        creams=(treatments.cream_row(cream),),
        anaesthetic_is_none=False,
        needling_started_at=TEN + minutes(35),
        needling_ended_at=TEN + minutes(59),
    )

    kept = sessions.save(session, typed, version=1, by=as_ana, at=ELEVEN)

    assert drafts.of(kept) == typed
    assert (kept.version, kept.saved_at) == (2, ELEVEN)


def test_an_empty_chart_can_be_kept_too(session, as_ana):
    kept = sessions.save(session, Draft(), version=1, by=as_ana, at=ELEVEN)

    assert drafts.of(kept) == Draft()


def test_a_zone_taken_off_the_chart_is_gone_and_the_other_stays(session, as_ana):
    kept = treatments.saved(session, by=as_ana)
    cheek = kept.zone_passes.get(zone__code="cheek")

    treatments.changed(kept, by=as_ana, zones=(treatments.row("cheek", "1.25"),))

    assert [(one.pk, one.depth_mm) for one in kept.zone_passes.all()] == [(cheek.pk, Decimal("1.25"))]


def test_two_people_on_one_chart_the_second_is_told_what_changed(session, as_ana):
    kept = treatments.saved(session, by=as_ana)
    typed = treatments.draft(kept, note="Other words.", zones=(treatments.row("cheek", "1.25"),))

    with pytest.raises(Stale) as stale:
        sessions.save(session, typed, version=1, by=as_ana, at=ELEVEN)

    assert stale.value.changed == {
        "Cheek": ("1.50 mm, 3 passes, Even erythema", "1.25 mm, 3 passes, Even erythema"),
        "Forehead": ("1.00 mm, 3 passes, Even erythema", ""),
        "Note": ("Calm throughout.", "Other words."),
    }
    assert drafts.of(Session.objects.get()).note == "Calm throughout."


def test_nine_millimetres_are_refused_by_the_pen_and_nothing_is_kept(session, as_ana):
    zones = (treatments.row("cheek", "1.50"), treatments.row("forehead", "9.00"))

    found = problems(lambda: treatments.saved(session, by=as_ana, zones=zones))

    assert found == [
        ("zones.1.depth_mm", "The deepest setting of Pen 1 is 2.50 mm; 9.00 mm can't be recorded."),
    ]
    assert drafts.of(Session.objects.get()).zones == ()
    assert Cartridge.objects.count() == 0


def test_everything_that_cannot_be_recorded_is_said_at_once(session, as_ana):
    zones = (
        treatments.row("eyelid_orbital", "0.50"),
        treatments.row("cheek", "1.30"),
        treatments.row("chin", "1.00", pass_count=11),
        treatments.row("chin", "1.00"),
    )

    found = problems(lambda: treatments.saved(session, by=as_ana, zones=zones, erythema=5))

    assert found == [
        ("zones.0.depth_mm", "Eyelid / inside orbital rim is never needled; this can't be recorded."),
        ("zones.1.depth_mm", "The device is set in steps of 0.25 mm; 1.30 mm can't be recorded."),
        ("zones.2.pass_count", "Passes are counted from 1 to 10."),
        ("zones.3.zone", "Chin is on the chart twice. Write it once."),
        ("erythema", "Choose 0 to 4."),
    ]


def test_one_cheek_and_the_other_are_two_rows(session, as_ana):
    zones = (treatments.row("cheek", side="left"), treatments.row("cheek", side="right"))

    assert treatments.saved(session, by=as_ana, zones=zones).zone_passes.count() == 2


def test_short_needles_are_a_limit_too(session, as_ana):
    short = stock.cartridges("C1-0001", needle_length_mm="1.00")

    found = problems(lambda: treatments.saved(session, by=as_ana, cartridge_lot=short))

    assert found == [("zones.0.depth_mm", "The needles of Tip 1.00 are 1.00 mm long; 1.50 mm can't be recorded.")]


def test_a_practitioners_own_limit_counts(session, ana, as_ana):
    ana.max_depth_mm = Decimal("1.00")
    ana.save()

    found = problems(lambda: treatments.saved(session, by=as_ana))

    assert found == [("zones.0.depth_mm", "Ana may needle to 1.00 mm; 1.50 mm can't be recorded.")]


def test_a_device_past_its_service_is_refused(session, site, as_ana):
    old = clinic.device(site, "Pen 9", service_due_on=date(2026, 3, 1))

    found = problems(lambda: treatments.saved(session, by=as_ana, device=old))

    assert found == [("device", "The service of Pen 9 is overdue; it can't be used before.")]


def test_a_device_out_of_use_is_refused(session, site, as_ana):
    broken = clinic.device(site, "Pen 9", quarantined_at=TEN)

    assert problems(lambda: treatments.saved(session, by=as_ana, device=broken)) == [
        ("device", "Pen 9 is out of use."),
    ]


# --- lots ----------------------------------------------------------------------------------------------------


def test_picking_a_lot_opens_one_unit(session, ana, as_ana):
    lot = stock.cartridges()

    kept = treatments.saved(session, by=as_ana, cartridge_lot=lot, unit_code="0007")

    assert (kept.cartridge.lot, kept.cartridge.unit_code, kept.cartridge.opened_by) == (lot, "0007", ana)
    assert Cartridge.objects.count() == 1


def test_saving_again_opens_no_second_unit(session, as_ana):
    kept = treatments.saved(session, by=as_ana)

    again = treatments.changed(kept, by=as_ana, note="More words.")

    assert (again.cartridge, Cartridge.objects.count()) == (kept.cartridge, 1)


def test_another_lot_takes_the_place_of_the_first(session, as_ana):
    kept = treatments.saved(session, by=as_ana, cartridge_lot=stock.cartridges("C4-0001"))
    other = stock.cartridges("C4-0002")

    changed = treatments.changed(kept, by=as_ana, cartridge_lot=other)

    assert changed.cartridge.lot == other
    assert [unit.lot for unit in Cartridge.objects.all()] == [other]


def test_a_lot_that_expired_yesterday_is_refused_and_others_are_named(session, as_ana):
    stock.cartridges("C4-0871", date(2027, 11, 30))
    expired = stock.cartridges("C4-0662", date(2026, 3, 1))

    found = problems(lambda: treatments.saved(session, by=as_ana, cartridge_lot=expired))

    assert found == [
        (
            "cartridge_lot",
            "Lot C4-0662 expired on 1 Mar 2026; nothing was saved. In date: C4-0871 (until 30 Nov 2027).",
        )
    ]
    assert Session.objects.get().version == 1


def test_a_lot_serves_on_its_last_day(session, as_ana):
    assert treatments.saved(session, by=as_ana, cartridge_lot=stock.cartridges("C4-0662", date(2026, 3, 2))).cartridge


def test_a_lot_that_went_out_of_use_after_it_was_opened_stays_on_the_record(session, as_ana):
    kept = treatments.saved(session, by=as_ana)
    lots.quarantine(kept.cartridge.lot, reason="recall", by=as_ana, at=ELEVEN)

    assert treatments.changed(kept, by=as_ana, note="More words.").cartridge == kept.cartridge


def test_an_expired_serum_and_an_expired_cream_are_refused(session, as_ana):
    old_gel, old_cream = stock.serum("HA-1", date(2026, 3, 1)), stock.cream("LC-1", date(2026, 2, 28))

    found = problems(
        lambda: treatments.saved(
            session,
            by=as_ana,
            serums=(treatments.serum_row(old_gel),),
            serum_is_none=False,
            creams=(treatments.cream_row(old_cream),),
            anaesthetic_is_none=False,
        )
    )

    assert found == [
        (
            "serums.0.lot",
            "Lot HA-1 expired on 1 Mar 2026; nothing was saved. No other lot of this kind is in date.",
        ),
        (
            "creams.0.lot",
            "Lot LC-1 expired on 28 Feb 2026; nothing was saved. No other lot of this kind is in date.",
        ),
    ]


def test_a_serum_that_may_not_go_on_needled_skin_is_refused(session, as_ana):
    row = treatments.serum_row(stock.serum(open_channel="block"))

    found = problems(lambda: treatments.saved(session, by=as_ana, serums=(row,), serum_is_none=False))

    assert found == [("serums.0.lot", "Gel block may not go on needled skin.")]


def test_a_serum_and_no_serum_contradict_each_other(session, as_ana):
    row = treatments.serum_row(stock.serum())

    found = problems(lambda: treatments.saved(session, by=as_ana, serums=(row,)))

    assert found == [("serum_is_none", "There is a serum and “no serum”. Keep one of them.")]


def test_a_cream_comes_off_after_it_went_on(session, as_ana):
    row = treatments.cream_row(stock.cream(), off_at=TEN)

    found = problems(lambda: treatments.saved(session, by=as_ana, creams=(row,), anaesthetic_is_none=False))

    assert found == [("creams.0.off_at", "The cream came off after it went on; check both times.")]


# --- findings and their reasons ------------------------------------------------------------------------------


def test_a_deep_pass_asks_for_a_reason_and_keeps_it(visit, mia, as_ana):
    treatments.course(mia, by=as_ana)
    session = treatments.started(visit, by=as_ana)
    kept = treatments.saved(session, by=as_ana, zones=(treatments.row("cheek", "1.75"),))

    assert [(one.where, one.code, one.is_open) for one in sessions.findings(kept)] == [
        ("zones.0", "above_evidence", True),
    ]

    deep = treatments.row("cheek", "1.75", reasons={"above_evidence": "Deep boxcar scars", "pigment": "Not asked"})
    again = treatments.changed(kept, by=as_ana, zones=(deep,))

    assert [(one.code, one.reason, one.is_open) for one in sessions.findings(again)] == [
        ("above_evidence", "Deep boxcar scars", False),
    ]
    assert again.zone_passes.get().reasons == {"above_evidence": "Deep boxcar scars"}


def test_a_reason_falls_away_with_what_asked_for_it(session, as_ana):
    deep = treatments.row("cheek", "1.75", reasons={"above_evidence": "Deep scars"})
    kept = treatments.saved(session, by=as_ana, zones=(deep,))

    shallow = treatments.row("cheek", "1.50", reasons={"above_evidence": "Deep scars"})
    again = treatments.changed(kept, by=as_ana, zones=(shallow,))

    assert (again.zone_passes.get().reasons, sessions.findings(again)) == ({}, [])


def test_dark_skin_asks_for_a_reason_above_one_and_a_half(session, mia, as_ana):
    mia.fitzpatrick = 4
    mia.save()
    kept = treatments.saved(session, by=as_ana, zones=(treatments.row("cheek", "1.75"),))

    assert [one.code for one in sessions.findings(kept)] == ["above_evidence", "pigment"]


def test_a_strong_cream_left_on_long_is_noted_but_asks_for_nothing(session, as_ana):
    row = treatments.cream_row(stock.cream(active_percent="5.0"), on_at=TEN - minutes(20), off_at=TEN + minutes(50))
    kept = treatments.saved(session, by=as_ana, creams=(row,), anaesthetic_is_none=False)

    assert [(one.words, one.is_open) for one in sessions.findings(kept)] == [
        ("5.0 % is above 4 %: lidocaine as strong as this needs a prescription.", False),
        ("The cream was on for 70 minutes; more than 60 is a warning.", False),
    ]
