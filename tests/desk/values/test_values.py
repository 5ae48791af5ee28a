import re

import pytest
from django.test import Client
from django.urls import reverse

from clinic import clinical
from tests.factories import treatments as chart
from treatments.models import Concern, FollowUpRule, Zone


@pytest.fixture
def page(db, site, max_):
    chart.values()
    client = Client()
    client.force_login(max_.user)
    return lambda: client.get(reverse("desk:values")).content.decode()


def test_every_value_that_a_clinician_must_confirm_says_so(page):
    unsure = sum(model.objects.filter(needs_confirming=True).count() for model in (Concern, Zone, FollowUpRule))
    unsure += sum(bool(row["confirm"]) for row in clinical.table("limits"))

    assert len(re.findall("A clinician must confirm", page())) == unsure
    assert unsure > 0


def test_a_confirmed_value_says_so_no_longer(page):
    before = page().count("A clinician must confirm")
    Zone.objects.filter(code="cheek").update(needs_confirming=False)

    assert page().count("A clinician must confirm") == before - 1
