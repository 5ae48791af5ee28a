"""What the shelf knows of a product, and how it is written down."""

import pytest
from django.db import IntegrityError, transaction

from stock.models import Product
from tests.factories import stock

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
