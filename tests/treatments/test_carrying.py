"""Same as last time: settings are carried, to be confirmed; nothing that was seen, opened or said is."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories import booking, stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import carrying, drafts, sessions
from treatments.drafts import Draft
from treatments.models import Session, ZonePass

pytestmark = pytest.mark.django_db

FIVE_WEEKS_LATER = TEN + timedelta(days=35)


@pytest.fixture
def before(session, as_ana):
    """Mia's last session: a cheek with everything on it, and a forehead."""
    rows = (
        treatments.row("cheek", "1.50", side="right", note="Thick skin", speed=Decimal(3), speed_unit="level"),
        treatments.row("forehead", "1.00"),
    )
    kept = treatments.saved(session, by=as_ana, zones=rows)
    return sessions.end(kept, ended_at=TEN + minutes(60), by=as_ana, at=TEN + minutes(60))


@pytest.fixture
def today(before, mia, microneedling, ana, as_ana):
    visit = booking.visit(mia, microneedling, ana, starts_at=FIVE_WEEKS_LATER)
    return treatments.started(visit, by=as_ana)


def carried(session: Session, draft: Draft | None = None) -> carrying.Carried:
    return carrying.onto(session, draft or drafts.of(session), carrying.source(session), at=FIVE_WEEKS_LATER)


def test_zones_depths_passes_and_speed_come_along_unconfirmed(today, before):
    rows = carried(today).draft.zones

    assert [(row.name, row.depth_mm, row.pass_count, row.speed, row.speed_unit) for row in rows] == [
        ("Cheek, patient's right", Decimal("1.50"), 3, Decimal("3.0"), "level"),
        ("Forehead", Decimal("1.00"), 3, None, ""),
    ]
    assert {(row.carried_from, row.is_confirmed) for row in rows} == {(before, False)}


def test_what_was_seen_opened_or_written_stays_behind(today):
    draft = carried(today).draft

    assert {(row.endpoint, row.note, tuple(row.reasons)) for row in draft.zones} == {("", "", ())}
    assert (draft.cartridge_lot, draft.serums, draft.creams, draft.note, draft.erythema) == (None, (), (), "", None)
    assert (draft.serum_is_none, draft.anaesthetic_is_none, draft.aftercare_given) == (False, False, False)


def test_a_zone_that_is_on_the_chart_already_stays_as_it_is(today):
    own = treatments.row("forehead", "0.75")

    rows = carried(today, Draft(device=today.device, zones=(own,))).draft.zones

    assert [(row.name, row.depth_mm, row.is_confirmed) for row in rows] == [
        ("Forehead", Decimal("0.75"), True),
        ("Cheek, patient's right", Decimal("1.50"), False),
    ]


def test_a_depth_that_todays_needles_do_not_reach_is_left_out_and_said(today):
    short = stock.cartridges("C4-1000", needle_length_mm=Decimal("1.25"))

    found = carried(today, Draft(device=today.device, cartridge_lot=short))

    assert [row.name for row in found.draft.zones] == ["Forehead"]
    assert [name for name, _why in found.left_out] == ["Cheek, patient's right"]
    assert "1.25 mm" in found.left_out[0][1]


def test_the_treatment_does_not_end_before_each_carried_zone_is_confirmed_and_its_endpoint_seen(today, as_ana):
    kept = treatments.saved(today, by=as_ana, zones=carried(today).draft.zones)

    with pytest.raises(sessions.Incomplete) as stopped:
        sessions.end(kept, ended_at=FIVE_WEEKS_LATER, by=as_ana, at=FIVE_WEEKS_LATER + minutes(60))

    assert [one.words for one in stopped.value.missing] == [
        "that the settings of Cheek, patient's right hold today",
        "the endpoint of Cheek, patient's right",
        "that the settings of Forehead hold today",
        "the endpoint of Forehead",
    ]


def test_where_settings_came_from_is_kept_and_sealed(today, before, as_ana):
    rows = [replace(row, is_confirmed=True, endpoint="erythema_uniform") for row in carried(today).draft.zones]
    kept = treatments.saved(today, by=as_ana, zones=tuple(rows))
    ended = sessions.end(kept, ended_at=FIVE_WEEKS_LATER, by=as_ana, at=FIVE_WEEKS_LATER + minutes(60))
    signed = sessions.sign(ended, by=as_ana, at=FIVE_WEEKS_LATER + minutes(70))

    assert set(signed.zone_passes.values_list("carried_from", flat=True)) == {before.pk}
    assert sessions.verify(signed)
    assert not ZonePass.objects.filter(is_confirmed=False).exists()


def test_who_was_never_treated_has_nothing_to_carry(session):
    assert carrying.source(session) is None


def test_a_speed_needs_its_unit(session, as_ana):
    row = treatments.row("cheek", "1.50", speed=Decimal(100))

    with pytest.raises(sessions.DraftRefused) as refused:
        treatments.saved(session, by=as_ana, zones=(row,))

    assert str(refused.value) == "Say what the speed is counted in."
