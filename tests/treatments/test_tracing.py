"""From a lot, a product or a device to everybody it was used on, and from a person to every lot."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic import guards
from clinic.models import Device
from stock.models import Lot
from tests.factories import booking, stock, treatments
from tests.factories import patients as who
from tests.factories.booking import TEN
from treatments import recalls, tracing
from treatments.models import Recall, Session

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def held(microneedling, ana, as_ana):
    """Return a signed session so many weeks after the first Monday, with what was used in it."""

    def hold(patient, week=0, **used):
        visit = booking.visit(patient, microneedling, ana, starts_at=TEN + timedelta(weeks=week))
        return treatments.signed(treatments.started(visit, by=as_ana), by=as_ana, **used)

    return hold


def gel_of(lot):
    return {"serums": (treatments.serum_row(lot),), "serum_is_none": False}


def cream_of(lot, at=TEN):
    return {"creams": (treatments.cream_row(lot, at),), "anaesthetic_is_none": False}


def test_a_lot_leads_to_the_sessions_as_cartridge_as_serum_and_as_cream(mia, site, held):
    tip, gel, cream = stock.cartridges("C4-0001"), stock.serum(), stock.cream()
    session = held(mia, cartridge_lot=tip, **gel_of(gel), **cream_of(cream))
    held(who.zoe(), week=1)

    for lot in (tip, gel, cream):
        (use,) = tracing.of_lot(lot, zone=site.zone)
        assert (use.session, use.lots, use.zones, use.is_struck) == (session, (lot,), ("Forehead", "Cheek"), False)


def test_a_skin_preparation_leads_to_its_sessions_and_the_patient_to_it(mia, site, held):
    prep = stock.skin_prep()
    session = held(mia, skin_prep_lot=prep)

    assert [use.session for use in tracing.of_lot(prep, zone=site.zone)] == [session]
    assert [use.lots for use in tracing.of_product(prep.product, zone=site.zone)] == [(prep,)]
    assert (prep, "Skin preparation") in [(one.lot, one.on_skin_as) for one in tracing.lots_of_patient(mia)]


def test_one_number_under_two_products_is_two_lots(mia, site, held):
    one, other = stock.cartridges("0871"), stock.serum("0871")
    session, beside = held(mia, cartridge_lot=one), held(who.zoe(), week=1, **gel_of(other))

    assert [use.session for use in tracing.of_lot(one, zone=site.zone)] == [session]
    assert [use.session for use in tracing.of_lot(other, zone=site.zone)] == [beside]


def test_a_product_leads_to_every_session_with_the_lots_that_were_used(mia, site, held):
    first, second = stock.serum("HA-1"), stock.serum("HA-2")
    early, late = held(mia, **gel_of(first)), held(who.zoe(), week=1, **gel_of(second))

    found = tracing.of_product(first.product, zone=site.zone)

    assert [(use.session, use.lots) for use in found] == [(late, (second,)), (early, (first,))]
    assert [str(lot) for use in found for lot in use.lots] == ["HA-2", "HA-1"]


def test_a_device_and_a_practitioner_lead_to_their_sessions_between_two_days(mia, ana, site, held):
    first, second = held(mia), held(who.zoe(), week=1)
    days = (date(2026, 3, 3), date(2026, 3, 9))

    for ask, whom in ((tracing.of_device, first.device), (tracing.of_practitioner, ana)):
        assert [use.session for use in ask(whom, zone=site.zone)] == [second, first]
        assert [use.session for use in ask(whom, zone=site.zone, days=days)] == [second]
        assert [use.session for use in ask(whom, zone=site.zone, days=(None, date(2026, 3, 2)))] == [first]
        assert [use.session for use in ask(whom, zone=site.zone, most=1)] == [second]


def test_a_session_that_was_entered_in_error_is_listed_and_says_so(mia, site, held):
    lot = stock.cartridges("C4-0001")
    session = held(mia, cartridge_lot=lot)
    with guards.lifted("treatments_session_sealed"):
        Session.objects.filter(pk=session.pk).update(struck_at=TEN + timedelta(days=1))

    assert [use.is_struck for use in tracing.of_lot(lot, zone=site.zone)] == [True]


def test_a_patient_leads_to_every_lot_and_device(mia, held):
    tip, gel, cream = stock.cartridges("C4-0001"), stock.serum(), stock.cream()
    session = held(mia, cartridge_lot=tip, **gel_of(gel), **cream_of(cream))
    held(who.zoe(), week=1)

    found = tracing.lots_of_patient(mia)

    assert [(used.session, used.lot, used.device, used.on_skin_as) for used in found] == [
        (session, None, session.device, "Device"),
        (session, tip, None, "Cartridge"),
        (session, cream, None, "Anaesthetic"),
        (session, gel, None, "Serum: After needling"),
    ]


def queries(ask) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


def crowd(lot: Lot, session: Session, count: int) -> None:
    """Copy a session to so many patients more, drafts though they be."""
    visit, passes = session.appointment, list(session.zone_passes.all())
    for number in range(count):
        patient = who.patient(f"Crowd Person-{number}", email=f"crowd{number}@post.example")
        booked = booking.visit(patient, visit.service, visit.practitioner, starts_at=TEN + timedelta(weeks=number + 2))
        copied = Session.objects.create(
            appointment=booked,
            patient=patient,
            practitioner=visit.practitioner,
            is_afterwards=True,
            identity_confirmed_at=booked.starts_at,
            started_at=booked.starts_at,
            device=session.device,
            saved_at=booked.starts_at,
        )
        copied.serum_uses.create(lot=lot)
        for one in passes:
            copied.zone_passes.create(zone=one.zone, depth_mm=one.depth_mm, pass_count=one.pass_count)


@pytest.mark.parametrize("what", ["lot", "product", "device"])
def test_a_recall_asks_no_more_for_thirty_sessions_than_for_one(mia, site, held, as_ana, what):
    lot = stock.serum()
    session = held(mia, **gel_of(lot))
    thing = {"lot": lot, "product": lot.product, "device": session.device}[what]
    made = recalls.open(thing, site=site, reason="Two seals were open.", by=as_ana, at=TEN + timedelta(days=9))
    recall = Recall.objects.select_related("site", "lot", "product", "device").get(pk=made.pk)

    at_one = queries(lambda: recalls.people(recall))
    Device.objects.update(quarantined_at=None)  # so that more can be booked with it
    crowd(lot, session, 29)

    assert len(recalls.people(recall)) == 30
    assert queries(lambda: recalls.people(recall)) == at_one
    assert at_one == (4 if what == "product" else 3)


def test_looking_back_asks_no_more_for_thirty_sessions_than_for_one(mia, ana, site, held):
    lot = stock.serum()
    session = held(mia, **gel_of(lot))
    asked = (
        lambda: tracing.of_practitioner(ana, zone=site.zone),
        lambda: tracing.of_device(session.device, zone=site.zone),
        lambda: tracing.lots_of_patient(mia),
    )

    at_one = [queries(ask) for ask in asked]
    crowd(lot, session, 29)
    Session.objects.filter(is_afterwards=True).update(patient=mia)

    assert at_one == [2, 2, 3]
    assert [queries(ask) for ask in asked] == at_one
