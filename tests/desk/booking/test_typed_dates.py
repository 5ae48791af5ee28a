"""A date that is typed by hand in Chromium: nothing looks for times on it before its year is whole."""

import pytest
from playwright.sync_api import expect

from tests.factories import patients as who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("path", "times"), [("/book/", "#times .time b"), ("/series/", ".picked b")])
def test_a_date_is_typed_key_by_key_and_looked_at_once(open_page, site, dee, ana, microneedling, path, times):
    mia = who.mia()
    asked = []
    page = open_page(dee.user, viewport={"width": 1280, "height": 900})
    page.goto(f"{path}?patient={mia.uuid}")
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)

    page.locator("[name=from_day]").click(position={"x": 14, "y": 15})
    page.keyboard.type("05052026", delay=60)  # the same in every country

    expect(page.locator(times).first).to_contain_text("5 May")
    assert (page.locator("[name=from_day]").input_value(), len(asked)) == ("2026-05-05", 1)
