"""What the shelf knows of a product, and how it is written down."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from clinic.models import AuditRow
from clinic.refusals import Refused, Stale
from stock import lots, products, rules
from stock.models import Product, ProductChange
from tests.factories import stock
from tests.factories.booking import TEN, minutes

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


def test_a_numbing_cream_names_all_that_is_in_it():
    cream = stock.cream(agents=("lidocaine", "prilocaine")).product

    assert Product.objects.get(pk=cream.pk).agents == ["lidocaine", "prilocaine"]


def test_a_numbing_cream_from_before_may_name_nothing():
    assert stock.cream(agents=()).product.agents == []


def test_nothing_but_a_numbing_cream_holds_an_anaesthetic():
    gel = stock.serum().product

    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=gel.pk).update(agents=["lidocaine"])


# --- entered and changed -----------------------------------------------------------------------------------

CREAM = {"name": "Balm", "maker": "Calmera", "use": "usual", "agents": ["tetracaine", "lidocaine"]}


@pytest.fixture
def balm(as_ana):
    return products.add(kind="anaesthetic", **CREAM, active_percent=Decimal("4"), by=as_ana, at=TEN)


def refused(call):
    with pytest.raises(Refused) as stopped:
        call()
    return stopped.value.refusal.rule, stopped.value.refusal.values["field"]


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        ("cartridge", {"needle_length_mm": Decimal("2.50")}, None),
        ("cartridge", {"needle_length_mm": Decimal("3.00"), "needle_count": 36}, None),
        ("cartridge", {"needle_length_mm": Decimal("3.01")}, "needle_length_mm"),
        ("cartridge", {"needle_length_mm": Decimal("0.00")}, "needle_length_mm"),
        ("cartridge", {}, "needle_length_mm"),
        ("cartridge", {"needle_length_mm": Decimal("2.50"), "needle_count": 0}, "needle_count"),
        ("cartridge", {"needle_length_mm": Decimal("2.50"), "needle_count": 1000}, "needle_count"),
        ("anaesthetic", {"agents": ["lidocaine"]}, None),
        ("anaesthetic", {"agents": []}, "agents"),
        ("anaesthetic", {"agents": ["lidocaine"], "active_percent": Decimal("100.1")}, "active_percent"),
        ("anaesthetic", {"agents": ["lidocaine"], "active_percent": Decimal("0.0")}, "active_percent"),
        ("serum", {"name": ""}, "name"),
        ("serum", {"maker": ""}, "maker"),
        ("skin_prep", {}, None),
    ],
)
def test_a_product_is_said_so_that_the_chart_can_rely_on_it(kind, said, field):
    refusal = rules.product_refusal(kind, {"name": "Thing", "maker": "Ostrea"} | said)

    assert (refusal and refusal.values["field"]) == field


def test_a_product_is_entered_with_its_trail(balm, ana):
    assert (balm.name, balm.agents, balm.active_percent, balm.version) == (
        "Balm", ["lidocaine", "tetracaine"], Decimal("4.0"), 1
    )  # fmt: skip
    row = AuditRow.objects.get(verb="product.added")
    assert (row.object_id, row.actor_name) == (str(balm.pk), ana.name)


def test_what_does_not_belong_to_its_kind_is_not_kept(as_ana):
    gel = products.add(kind="serum", name="Gel", maker="Ostrea", use="prp", agents=["lidocaine"], by=as_ana, at=TEN)

    assert (gel.agents, gel.use, gel.open_channel) == ([], "prp", "block")


def test_a_maker_names_a_thing_once(balm, as_ana):
    again = CREAM | {"name": " balm ", "maker": "CALMERA"}

    assert refused(lambda: products.add(kind="anaesthetic", **again, by=as_ana, at=TEN)) == (
        "product.named_twice",
        "name",
    )


def test_a_change_keeps_what_was_and_what_became(balm, as_ana, ana):
    now = products.change(balm, version=1, agents=["prilocaine"], name="Balm", by=as_ana, at=TEN + minutes(1))

    assert (now.agents, now.version) == (["prilocaine"], 2)
    assert list(ProductChange.objects.values_list("field", "was", "became", "version", "by_name")) == [
        ("agents", "lidocaine tetracaine", "prilocaine", 2, ana.name)
    ]
    assert AuditRow.objects.filter(verb="product.changed").count() == 1


def test_the_same_again_is_no_change(balm, as_ana):
    now = products.change(balm, version=1, **CREAM, active_percent=Decimal("4.00"), by=as_ana, at=TEN)

    assert (now.version, ProductChange.objects.count()) == (1, 0)


def test_two_people_change_different_things_and_both_stand(balm, as_ana):
    products.change(balm, version=1, use="off_label", by=as_ana, at=TEN)

    now = products.change(balm, version=1, use="usual", agents=["lidocaine"], by=as_ana, at=TEN)

    assert (now.use, now.agents, now.version) == ("off_label", ["lidocaine"], 3)


def test_two_people_change_the_same_and_the_second_sees_both(balm, as_ana):
    products.change(balm, version=1, agents=["prilocaine"], by=as_ana, at=TEN)

    with pytest.raises(Stale) as stale:
        products.change(balm, version=1, agents=["benzocaine"], by=as_ana, at=TEN)

    assert stale.value.changed == {"agents": (["prilocaine"], ["benzocaine"])}
    balm.refresh_from_db()
    assert balm.agents == ["prilocaine"]


def test_a_cream_from_before_must_name_something_once_it_is_changed(as_ana):
    old = stock.cream(agents=()).product

    assert refused(lambda: products.change(old, version=1, use="off_label", by=as_ana, at=TEN)) == (
        "product.unfit",
        "agents",
    )


def test_what_signed_records_may_name_keeps_its_name(as_ana, balm):
    assert products.change(balm, version=1, name="Balm forte", by=as_ana, at=TEN).name == "Balm forte"
    lots.receive(balm, number="B-1", expires_on=date(2027, 1, 31), by=as_ana, at=TEN)

    assert refused(lambda: products.change(balm, version=2, maker="Other", by=as_ana, at=TEN)) == (
        "product.named",
        "maker",
    )


def test_a_product_is_taken_out_of_use_and_back(balm, as_ana):
    out = products.set_in_use(balm, is_stocked=False, by=as_ana, at=TEN)
    again = products.set_in_use(out, is_stocked=False, by=as_ana, at=TEN)
    back = products.set_in_use(again, is_stocked=True, by=as_ana, at=TEN)

    assert (out.is_stocked, again.version, back.is_stocked, back.version) == (False, 2, True, 3)
    verbs = AuditRow.objects.filter(verb__startswith="product.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["product.added", "product.out_of_use", "product.into_use"]


def test_a_kit_is_sterile_for_one_patient_and_its_plasma_may_go_on_needled_skin(as_ana):
    kit = products.add(kind="prp_kit", name="Kit", maker="Clearwell", by=as_ana, at=TEN)

    assert (kit.use, kit.open_channel, kit.is_sterile, kit.is_single_use) == ("prp", "allow", True, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=kit.pk).update(is_single_use=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9506000134352", "09506000134352"),
        ("9506 0001 34352", "09506000134352"),
        ("", ""),
        ("96385074", "00000096385074"),
    ],
)
def test_a_gtin_is_kept_in_fourteen_digits(as_ana, typed, kept):
    assert products.add(kind="serum", name="Gel", maker="Ostrea", gtin=typed, by=as_ana, at=TEN).gtin == kept


@pytest.mark.parametrize("typed", ["9506000134353", "123", "95060001343529506000134352", "abc", "٩٥٠٦٠٠٠١٣٤٣٥٢"])
def test_what_is_no_gtin_is_not_kept(as_ana, typed):
    with pytest.raises(Refused) as refused:
        products.add(kind="serum", name="Gel", maker="Ostrea", gtin=typed, by=as_ana, at=TEN)

    assert refused.value.refusal.values == {"field": "gtin"}


def test_one_number_is_one_product(as_ana):
    gel = products.add(kind="serum", name="Gel", maker="Ostrea", gtin="9506000134352", by=as_ana, at=TEN)

    with pytest.raises(Refused) as refused:
        products.add(kind="serum", name="Balm", maker="Ostrea", gtin="09506000134352", by=as_ana, at=TEN)

    assert str(refused.value) == "This is the number of Gel. Each product has its own."
    assert products.change(gel, version=1, name="Gel 2", by=as_ana, at=TEN).gtin == "09506000134352"


@pytest.mark.parametrize("below", [0, -1, 10000])
def test_low_is_below_a_number_of_units(as_ana, below):
    with pytest.raises(Refused) as refused:
        products.add(kind="serum", name="Gel", maker="Ostrea", low_stock_below=below, by=as_ana, at=TEN)

    assert refused.value.refusal.values == {"field": "low_stock_below"}
