"""Ana's tablet in Mia's hand, in Chromium: neither Back nor another tab shows anything but what she is to sign."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from intake import consents
from tests.factories import treatments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "needles-are-counted-twice"


@pytest.fixture(autouse=True)
def ten():
    """Here the clock runs: a browser keeps its cookies by it."""


def test_mia_signs_and_sees_nothing_else_until_ana_has_her_tablet_again(live, open_page, site, ana, mia, axe):
    treatments.values()
    ana.set_password(PASSWORD)
    ana.save(update_fields=["password"])
    page = open_page(ana)
    page.goto("/patients/")
    page.goto(reverse("desk:consents", args=[mia.uuid]))
    page.locator(".hand-over button").first.click()
    signing = page.url

    page.go_back()
    closed = page.get_by_role("heading", name="Please hand the device back")
    expect(closed).to_be_visible()
    page.go_back()
    expect(closed).to_be_visible()
    assert axe(page) == []
    tab = page.context.new_page()
    tab.goto("/my-day/")
    expect(tab.get_by_role("heading", name="Please hand the device back")).to_be_visible()
    tab.close()

    page.get_by_role("link", name="Back to what there is to read").click()
    assert page.url == signing
    page.get_by_label("Full name").fill("Mia Okafor")
    page.get_by_role("button", name="I agree and sign").click()
    expect(page.get_by_role("heading", name="Thank you. Please hand the device back.")).to_be_visible()
    assert axe(page) == []
    assert consents.covers(mia, "procedure")

    page.get_by_label("password of Ana").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".toast span")).to_have_text("Mia Okafor has signed: Microneedling, version 1.")
