"""Platelet-rich plasma: asked where a kit is used, checked twice whose it is, and stopped by a label that differs."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from intake.models import Purpose
from stock.models import Product
from tests.factories import intake, stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import drafts, prp, seals, sessions
from treatments.models import PrpUse
from treatments.prp import Check, Prp

pytestmark = pytest.mark.django_db


def kit():
    fields = {"is_sterile": True, "is_single_use": True, "use": "prp", "open_channel": "allow"}
    return stock.lot(stock.product("PRP kit", Product.Kind.PRP_KIT, **fields), "PK-0207")


@pytest.fixture
def with_kit(session, mia, as_ana):
    """Mia's chart with a kit among the serums; she signed for PRP."""
    intake.signed(mia, by=as_ana, purpose=Purpose.PRP)
    return treatments.saved(session, by=as_ana, serums=(treatments.serum_row(kit()),), serum_is_none=False)


@pytest.fixture
def told(ana):
    done = Check(True, True, "matches", ana, TEN + minutes(20))
    return Prp(Decimal("8.5"), TEN + minutes(10), "1500 g, 8 min", done, replace(done, at=TEN + minutes(40)))


def lacking(session):
    return [one.where for one in sessions.missing(session)]


def refused(call):
    with pytest.raises(sessions.DraftRefused) as stopped:
        call()
    return [(one.where, one.refusal.rule) for one in stopped.value.problems]


def test_a_kit_asks_for_the_draw_and_both_checks_before_the_end(with_kit):
    assert lacking(with_kit) == ["prp_draw_ml", "prp_drawn_at", "prp_draw_label", "prp_application_label"]


def test_without_a_kit_nothing_of_it_is_asked_nor_kept(session, as_ana, told):
    kept = treatments.saved(session, by=as_ana, prp=told)

    assert (lacking(kept), PrpUse.objects.count()) == ([], 0)


def test_plasma_beside_the_needling_names_its_kit(session, mia, as_ana):
    intake.signed(mia, by=as_ana, purpose=Purpose.PRP)

    assert lacking(treatments.saved(session, by=as_ana, adjunct="prp")) == ["serums"]


@pytest.mark.parametrize("lacks", ["has_name", "has_born", "label", "by", "at"])
def test_a_check_is_done_with_two_identifiers_the_label_a_person_and_a_time(told, lacks):
    assert told.draw.is_done

    assert not replace(told.draw, **{lacks: type(getattr(Check(), lacks))()}).is_done


@pytest.mark.parametrize("moment", ["draw", "application"])
def test_a_label_of_somebody_else_stops_everything(with_kit, as_ana, told, moment):
    wrong = replace(told, **{moment: replace(getattr(told, moment), label="differs")})

    assert refused(lambda: treatments.changed(with_kit, by=as_ana, prp=wrong)) == [
        (f"prp_{moment}_label", "prp.mismatch")
    ]
    assert PrpUse.objects.filter(draw_label="differs").count() == 0


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"draw_ml": Decimal(0)}, ("prp_draw_ml", "prp.amount")),
        ({"drawn_at": TEN + minutes(500)}, ("prp_drawn_at", "prp.future")),
    ],
)
def test_what_cannot_be_is_said_at_its_place(with_kit, as_ana, told, change, found):
    told = replace(told, application=Check(), **change)

    assert refused(lambda: treatments.changed(with_kit, by=as_ana, prp=told)) == [found]


def test_it_was_not_put_on_before_it_was_drawn(told):
    early = replace(told, application=replace(told.application, at=TEN))

    assert [where for where, *_said in prp.problems(early, at=TEN + minutes(60))] == ["prp_application_at"]


def test_all_of_it_is_kept_and_sealed(with_kit, as_ana, ana, told):
    kept = treatments.changed(with_kit, by=as_ana, prp=told)
    over = sessions.end(kept, ended_at=TEN + minutes(60), by=as_ana, at=TEN + minutes(60))
    sealed = sessions.sign(over, by=as_ana, at=TEN + minutes(70))

    assert drafts.of(sealed).prp == told
    assert sessions.verify(sealed)
    assert seals.content(sealed)["prp"]["draw"] == [True, True, "matches", ana.pk, "2026-03-02T10:20:00.000000+00:00"]


def test_a_seal_without_it_has_no_such_part(session, as_ana):
    assert "prp" not in seals.content(treatments.signed(session, by=as_ana))


@pytest.mark.both_engines
def test_the_database_keeps_it_with_the_signed_record_and_never_a_label_of_somebody_else(with_kit, as_ana, told):
    kept = treatments.changed(with_kit, by=as_ana, prp=told)
    with pytest.raises(DatabaseError), transaction.atomic():
        PrpUse.objects.update(draw_label="differs")
    over = sessions.end(kept, ended_at=TEN + minutes(60), by=as_ana, at=TEN + minutes(60))
    sessions.sign(over, by=as_ana, at=TEN + minutes(70))

    for sql in ("UPDATE treatments_prpuse SET draw_ml = 1", "DELETE FROM treatments_prpuse"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_kit_that_is_taken_off_takes_it_along(with_kit, as_ana, told):
    kept = treatments.changed(with_kit, by=as_ana, prp=told)
    assert PrpUse.objects.count() == 1

    treatments.changed(kept, by=as_ana, serums=(), serum_is_none=True)
    assert PrpUse.objects.count() == 0
