"""What a clinic asks of every record beyond the usual: nothing by itself, each field by a tick, kept as versions."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.models import AuditRow
from clinic.refusals import Stale
from tests.factories import stock, treatments
from tests.factories.booking import HOUSE, TEN
from treatments import demands, sessions
from treatments.drafts import Draft
from treatments.models import RecordDemand

pytestmark = pytest.mark.django_db


def ask(*fields, version=0):
    return demands.change(fields, version=version, by=HOUSE, at=TEN)


def lacking(session):
    return [(one.where, one.words) for one in sessions.missing(session)]


def test_nothing_more_is_asked_for_by_itself(session, as_ana):
    assert demands.asked() == frozenset()
    assert lacking(treatments.saved(session, by=as_ana)) == []


@pytest.mark.parametrize("name", [name for name in demands.OPTIONAL if not name.startswith(("zone", "cream", "serum"))])
def test_each_field_is_asked_for_once_it_is_ticked(session, as_ana, name):
    kept = treatments.saved(session, by=as_ana, bleeding="", note="")
    ask(name)

    assert lacking(kept) == [(name, str(demands.OPTIONAL[name].words))]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("assistant", "ben"),
        ("skin_prep_lot", "prep"),
        ("unit_code", "U-1"),
        ("seal_was_intact", True),
        ("has_barrier_sleeve", True),
        ("cleansed_at", TEN),
        ("needling_started_at", TEN),
        ("needling_ended_at", TEN),
        ("bleeding", "none"),
        ("pain_after", 0),
        ("adjunct", "none"),
        ("aftercare_method", "told"),
        ("note", "Calm."),
    ],
)
def test_what_is_there_is_not_asked_for(device, name, value):
    assert [where for where, _words in demands.lacking(Draft(device=device), [name])] == [name]
    assert list(demands.lacking(Draft(device=device, **{name: value}), [name])) == []


@pytest.fixture
def device(pen):
    return pen


def test_rows_are_asked_for_row_by_row(db):
    gram, none = treatments.cream_row(stock.cream("LC-1")), treatments.cream_row(stock.cream("LC-2"), grams=None)
    gel = treatments.serum_row(stock.serum())
    zones = (treatments.row("cheek", "1.00"), treatments.row("chin", "1.00", speed=Decimal(3), speed_unit="level"))
    draft = Draft(zones=zones, creams=(gram, none, replace(none, area_cm2=40)), serums=(gel,))

    found = demands.lacking(draft, ["zone_speed", "cream_grams", "cream_area", "serum_amount"])

    assert [where for where, _words in found] == [
        "zones.0.speed",
        "creams.1.grams",
        "creams.2.grams",
        "creams.0.area_cm2",
        "creams.1.area_cm2",
        "serums.0.amount_ml",
    ]


def test_a_roller_needs_no_sleeve(pen):
    pen.kind = "roller"

    assert list(demands.lacking(Draft(device=pen), ["has_barrier_sleeve"])) == []


def test_a_treatment_does_not_end_without_what_is_asked_for(session, as_ana):
    ask("pain_after", "adjunct")

    with pytest.raises(sessions.Incomplete) as stopped:
        treatments.ended(session, by=as_ana)

    assert [one.words for one in stopped.value.missing] == ["the pain afterwards", "what was done beside it"]


def test_what_is_asked_for_is_kept_as_versions_and_told(db):
    first, second = ask("note"), ask("note", "adjunct", version=1)

    assert [(one.version, one.fields) for one in RecordDemand.objects.all()] == [
        (2, ["adjunct", "note"]),
        (1, ["note"]),
    ]
    assert (first.by_name, demands.asked()) == (HOUSE.name, frozenset({"adjunct", "note"}))
    assert AuditRow.objects.filter(verb="record_demands.changed").count() == second.version


def test_the_same_again_is_no_version(db):
    first = ask("note")

    assert ask("note", version=1) == first
    assert RecordDemand.objects.count() == 1


def test_two_who_change_it_at_once_are_told(db):
    ask("note")

    with pytest.raises(Stale):
        ask("adjunct")
    assert demands.asked() == frozenset({"note"})


def test_a_field_that_nobody_knows_is_refused(db):
    with pytest.raises(demands.UnknownField):
        ask("colour")


@pytest.mark.both_engines
def test_a_version_is_never_changed(db):
    ask("note")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE treatments_recorddemand SET fields = '[]'")


def test_records_that_were_signed_before_stay_signed(session, as_ana):
    sealed = treatments.signed(session, by=as_ana)
    ask("adjunct")

    assert sessions.verify(sealed)
    assert sealed.signed_at < TEN + timedelta(days=1)
