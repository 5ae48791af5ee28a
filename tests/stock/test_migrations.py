"""A shelf that is full learns what its creams hold: what stands there stays, and nothing is guessed."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories.booking import TEN

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]


@pytest.fixture
def before(bare_database):
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes
    return _migrate([*leaves("clinic"), ("stock", "0002_products_say_their_use")])


def _migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def test_creams_and_tips_from_before_stay_and_name_no_anaesthetic(before):
    products = before.get_model("stock", "Product").objects
    products.create(name="Cream", maker="Calmera", kind="anaesthetic", active_percent=Decimal("4.0"))
    products.create(name="Tip", maker="Northlight", kind="cartridge", needle_length_mm=Decimal("2.50"))

    after = _migrate([("stock", "0003_products_name_their_agents")]).get_model("stock", "Product").objects

    assert list(after.order_by("name").values_list("name", "kind", "agents")) == [
        ("Cream", "anaesthetic", []),
        ("Tip", "cartridge", []),
    ]


def test_products_from_before_begin_at_version_one_without_a_history(before):
    before.get_model("stock", "Product").objects.create(name="Gel", maker="Ostrea", kind="serum")

    after = _migrate([("stock", "0004_products_keep_their_history")]).get_model

    assert after("stock", "Product").objects.get().version == 1
    assert not after("stock", "ProductChange").objects.exists()


def test_lots_from_before_begin_with_what_was_received_as_the_trail_tells(before):
    product = before.get_model("stock", "Product").objects.create(name="Gel", maker="Ostrea", kind="serum")
    known = {"product": product, "expires_on": date(2027, 11, 30)}
    lot = before.get_model("stock", "Lot").objects.create
    told = lot(number="G-1", number_key="g-1", received_count=12, **known)
    lot(number="G-2", number_key="g-2", received_count=0, **known)
    lot(number="G-3", number_key="g-3", received_count=3, quarantined_at=TEN, **known)
    before.get_model("clinic", "AuditRow").objects.create(
        at=TEN, actor_kind="person", actor_id="1", actor_name="Ana Duarte", verb="lot.received",
        object_kind="stock.lot", object_id=str(told.pk), mac="0",
    )  # fmt: skip

    after = _migrate([("stock", "0007_what_was_received_is_a_movement")]).get_model("stock", "Movement").objects

    rows = list(after.order_by("lot__number", "kind").values_list("lot__number", "kind", "count", "by_name", "at"))
    assert [row[:4] for row in rows] == [
        ("G-1", "received", 12, "Ana Duarte"),
        ("G-3", "received", 3, "Before the shelf kept movements"),
        ("G-3", "set_aside", 0, "Before the shelf kept movements"),
    ]
    assert (rows[0][4], rows[2][4]) == (TEN, TEN)
