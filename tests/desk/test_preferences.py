"""What a person chose for themselves, kept with them."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(dee, site):
    client = Client()
    client.force_login(dee.user)
    return client


def kept(dee) -> tuple[str, bool]:
    dee.user.refresh_from_db()
    return dee.user.theme, dee.user.single_keys


def test_a_theme_is_kept_and_leads_back(desk, dee):
    answer = desk.post(reverse("desk:preferences"), {"theme": "dark", "next": "/?day=2026-03-02"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/?day=2026-03-02")
    assert kept(dee) == ("dark", True)
    assert 'data-bs-theme="dark"' in desk.get("/").content.decode()


def test_single_keys_are_switched_off(desk, dee):
    desk.post(reverse("desk:preferences"), {"single_keys": "off"})

    assert kept(dee) == ("system", False)


@pytest.mark.parametrize("said", [{}, {"theme": "pink"}, {"single_keys": "maybe"}])
def test_what_is_no_choice_changes_nothing(desk, dee, said):
    assert desk.post(reverse("desk:preferences"), said).status_code == 302
    assert kept(dee) == ("system", True)


def test_a_choice_leads_nowhere_else(desk, dee):
    answer = desk.post(reverse("desk:preferences"), {"theme": "light", "next": "//elsewhere.example/"})

    assert answer.headers["Location"] == "/"
