"""Phrases with scripts: a tap writes where the cursor is, ;key and a blank writes the phrase out."""

import pytest
import time_machine
from playwright.sync_api import expect

from tests.factories.booking import TEN, minutes
from treatments import phrases
from treatments.phrases import Row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(TEN + minutes(10), tick=True) as clock:
        yield clock


def test_a_phrase_is_written_where_the_cursor_is_and_by_its_key(open_page, session, chart, ana, as_ana):
    phrases.write(ana, [Row("calm", "Calm skin."), Row("pin", "Pinpoint bleeding.")], by=as_ana, at=TEN)
    page = open_page(ana)
    page.goto(chart)
    note = page.get_by_label("Note", exact=True)

    note.fill("Left. Right.")
    note.evaluate("note => note.setSelectionRange(5, 5)")
    page.get_by_role("button", name="calm", exact=True).click()
    expect(note).to_have_value("Left. Calm skin. Right.")

    note.press("End")
    note.press_sequentially(" ;pin today")
    expect(note).to_have_value("Left. Calm skin. Right. Pinpoint bleeding. today")
