"""A shelf that is full learns what its creams hold: what stands there stays, and nothing is guessed."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

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
