"""The clinical values in the database, and the rule set that a sealed record names."""

from decimal import Decimal

import pytest

from stock.models import Lot
from tests.factories import treatments
from tests.factories.booking import TEN, minutes
from treatments import clinical, rule_sets, sessions
from treatments.models import Concern, FollowUpRule, RuleSet, Session, Zone

pytestmark = pytest.mark.django_db


def test_every_row_of_the_tables_is_there_with_its_source():
    counts = [model.objects.count() for model in (Concern, Zone, FollowUpRule)]
    cheek = Zone.objects.get(code="cheek")

    assert counts == [14, 22, 17]
    assert (cheek.max_mm, cheek.is_prohibited, cheek.mark, cheek.needs_confirming) == (
        Decimal("2.00"),
        False,
        "literature",
        True,
    )
    assert cheek.source == "chart 1.0-2.0 thick skin; >1.5 warns"


def test_only_the_eyelid_is_never_needled():
    assert [zone.code for zone in Zone.objects.filter(is_prohibited=True)] == ["eyelid_orbital"]


def test_loading_again_changes_nothing_that_the_clinic_edited():
    Zone.objects.filter(code="cheek").update(max_mm=Decimal("1.50"), edited_at=TEN)

    assert clinical.load(TEN) == 0
    assert Zone.objects.get(code="cheek").max_mm == Decimal("1.50")


def test_a_row_that_is_missing_is_put_back():
    Zone.objects.filter(code="thigh").delete()

    assert clinical.load(TEN) == 1
    assert Zone.objects.get(code="thigh").max_mm == Decimal("2.50")


def test_the_same_values_are_one_rule_set():
    assert rule_sets.current(TEN) == rule_sets.current(TEN + minutes(5))
    assert RuleSet.objects.get().version == 1


def test_an_edited_value_makes_a_new_rule_set():
    first = rule_sets.current(TEN)
    Zone.objects.filter(code="cheek").update(max_mm=Decimal("1.50"))

    second = rule_sets.current(TEN)

    assert (second.version, second.digest == first.digest) == (2, False)
    assert (first.values["zones"]["cheek"], second.values["zones"]["cheek"]) == (["2.00", False], ["1.50", False])


def test_going_back_to_old_values_is_the_old_rule_set():
    first = rule_sets.current(TEN)
    Zone.objects.filter(code="cheek").update(max_mm=Decimal("1.50"))
    rule_sets.current(TEN)
    Zone.objects.filter(code="cheek").update(max_mm=Decimal("2.00"))

    assert rule_sets.current(TEN) == first


def test_an_edited_value_judges_the_next_chart(session, as_ana):
    kept = treatments.saved(session, by=as_ana, zones=(treatments.row("cheek", "1.50"),))
    assert sessions.findings(kept) == []

    Zone.objects.filter(code="cheek").update(max_mm=Decimal("1.00"))

    assert [one.code for one in sessions.findings(Session.objects.get())] == ["above_zone"]


def test_an_edited_value_leaves_a_sealed_record_as_it_was_judged(session, as_ana):
    sealed = treatments.signed(session, by=as_ana)
    Zone.objects.filter(code="cheek").update(max_mm=Decimal("1.00"))

    assert (sessions.verify(sealed), sealed.rule_set.values["zones"]["cheek"]) == (True, ["2.00", False])


def test_a_lot_renumbered_after_the_signature_breaks_the_seal(session, as_ana):
    sealed = treatments.signed(session, by=as_ana)
    Lot.objects.filter(pk=sealed.cartridge.lot_id).update(number="C4-9999")

    assert sessions.verify(sealed) is False


def test_a_draft_has_no_seal_to_look_at(session):
    with pytest.raises(ValueError, match="only a signed record has a seal"):
        sessions.verify(session)
