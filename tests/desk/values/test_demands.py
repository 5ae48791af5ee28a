"""The page on which a manager asks for more on every record."""

import pytest
from django.test import Client
from django.urls import reverse

from treatments import demands


@pytest.fixture
def manager(db, site, max_):
    client = Client()
    client.force_login(max_.user)
    return client


@pytest.fixture
def address():
    return reverse("desk:record_demands")


def test_what_is_ticked_is_asked_for_and_stands_among_the_versions(manager, address, max_):
    answer = manager.post(address, {"version": "0", "fields_asked": ["pain_after", "assistant"]})

    assert answer.status_code == 302
    assert demands.asked() == frozenset({"assistant", "pain_after"})
    page = manager.get(address).content.decode()
    assert "Assistant, Pain afterwards" in page
    assert page.count(" checked") == 2


def test_what_another_changed_meanwhile_is_said_and_the_ticks_stay(manager, address):
    manager.post(address, {"version": "0", "fields_asked": ["note"]})

    answer = manager.post(address, {"version": "0", "fields_asked": ["adjunct"]})

    assert answer.status_code == 409
    assert 'value="adjunct" id="id_fields_asked_15" checked' in answer.content.decode()
    assert demands.asked() == frozenset({"note"})


def test_a_field_that_is_not_on_the_page_is_refused(manager, address):
    answer = manager.post(address, {"version": "0", "fields_asked": ["colour"]})

    assert (answer.status_code, demands.asked()) == (422, frozenset())


def test_only_a_manager_opens_it(db, site, ana, address):
    client = Client()
    client.force_login(ana.user if hasattr(ana, "user") else ana)

    assert client.get(address).status_code == 403
