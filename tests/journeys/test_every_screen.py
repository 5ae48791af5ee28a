"""Every screen of the demo clinic, wide and on a small phone, in light and dark: nothing for axe to find, nothing
wider than the screen, nothing for the console to complain of. STIPPLE_PROOFS=full tries each size in each theme."""

import os

import pytest
import time_machine
from playwright.sync_api import Page

from clinic.models import User
from tests.journeys import screens
from tests.told import the_demo_clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
PARTS = 3  # for as many processes
SETTLED = (
    "document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))"
)
LOOKS = [("wide", WIDE, "light"), ("phone", PHONE, "dark")]
if os.environ.get("STIPPLE_PROOFS") == "full":
    LOOKS += [("wide", WIDE, "dark"), ("phone", PHONE, "light")]


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.DEMO, settings.MAILBOX_DIR = True, tmp_path
    return tmp_path


@pytest.fixture
def all_screens(live, mailbox):
    the_demo_clinic(screens.DAY)
    screens.put_a_letter_into(mailbox)
    with time_machine.travel(screens.MOMENT):
        yield screens.all_screens(mailbox)


def faults(page: Page, axe) -> list[str]:
    """Return what is wrong with a page as it stands, in each size and theme."""
    found = []
    for name, size, theme in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(SETTLED)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # a sticky bar half covers nothing there
        found += [f"{name} {theme}: {line}" for line in breaches(page, size, axe)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name} {theme}: the page is wider than the screen")
    return found


def breaches(page: Page, size: dict[str, int], axe) -> list[str]:
    """Return what axe finds; what it finds is looked for once more in a window as tall as the page.

    axe scrolls while it measures, and takes a bar that is fixed to the window for one that covers what it measured
    before. Where nothing scrolls, it covers what it covers.
    """
    found = axe(page)
    if found:
        page.set_viewport_size(size | {"height": page.evaluate("document.documentElement.scrollHeight")})
        page.evaluate(SETTLED)
        found = axe(page)
        page.set_viewport_size(size)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_screen_is_open_to_everybody_in_every_size_and_theme(all_screens, part, open_page, axe):
    pages: dict[str, Page] = {}
    found: dict[str, list[str]] = {}
    for screen in all_screens[part::PARTS]:
        if screen.who not in pages:
            user = User.objects.get(email=screen.who) if screen.who else None
            pages[screen.who] = open_page(user, viewport=WIDE, reduced_motion="reduce")
        page = pages[screen.who]
        page.set_viewport_size(WIDE)
        answer = page.goto(screen.address)
        assert (screen.name, answer.status) == (screen.name, screen.status)
        if screen.act:
            screen.act(page)
        if wrong := faults(page, axe):
            found[screen.name] = wrong
    assert not found, "\n".join(f"{name}: {line}" for name, lines in found.items() for line in lines)
