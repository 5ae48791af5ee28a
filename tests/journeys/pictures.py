"""python3 -m tests.journeys.pictures <folder>: a picture of every screen, to be looked at.

Each screen of the demo clinic in light and dark, on a desk and on a phone, as <screen>-<size>-<theme>.png. With more
words after the folder only the screens whose names hold one of them. A demo clinic in $VAR_DIR is used when given.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import django
import time_machine
from playwright.sync_api import Browser, Page, sync_playwright
from waitress import create_server

from tests.plugins.chromium import NOWHERE_ELSE, QUIET, find_chromium

if TYPE_CHECKING:
    from tests.journeys.screens import Screen

SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}
THEMES = ("light", "dark")


def main(folder: Path, wanted: list[str]) -> None:
    """Write the pictures into a folder."""
    with tempfile.TemporaryDirectory(prefix="stipple-pictures-") as house:
        os.environ.setdefault("VAR_DIR", house)
        os.environ |= {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
        django.setup()
        furnish_and_take(folder, wanted)


def furnish_and_take(folder: Path, wanted: list[str]) -> None:
    from django.conf import settings  # noqa: PLC0415 - everything below needs the settings that main() chose
    from django.core.management import call_command  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    from tests.journeys import screens  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("demo", day=screens.DAY, force=True, verbosity=0)
    screens.put_a_letter_into(settings.MAILBOX_DIR)
    chosen = [one for one in screens.all_screens(settings.MAILBOX_DIR) if any(word in one.name for word in wanted)]
    folder.mkdir(parents=True, exist_ok=True)
    with time_machine.travel(screens.MOMENT), serving(get_wsgi_application()) as url, chromium() as browser:
        for size in SIZES:
            for theme in THEMES:
                take(browser, url, chosen, folder, size, theme)


def take(browser: Browser, url: str, chosen: list[Screen], folder: Path, size: str, theme: str) -> None:
    """Take each screen once, in one size and theme."""
    pages: dict[str, Page] = {}
    for screen in chosen:
        if screen.who not in pages:
            pages[screen.who] = page_of(browser, url, screen.who, viewport=SIZES[size], color_scheme=theme)
        page = pages[screen.who]
        page.set_viewport_size(SIZES[size])
        page.goto(screen.address)
        if screen.act:
            screen.act(page)
        tall = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size(SIZES[size] | {"height": max(tall, SIZES[size]["height"])})
        page.screenshot(path=folder / f"{screen.name}-{size}-{theme}.png")
        print(f"{screen.name}-{size}-{theme}")
    for page in pages.values():
        page.context.close()


def page_of(browser: Browser, url: str, who: str, **look: object) -> Page:
    """Open a page for somebody who has signed in, or for nobody."""
    from clinic.models import User  # noqa: PLC0415
    from tests.plugins.running import session_cookie  # noqa: PLC0415

    context = browser.new_context(base_url=url, reduced_motion="reduce", locale="en-GB", **look)
    cookies = session_cookie(User.objects.get(email=who)) if who else {}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    return context.new_page()


@contextmanager
def serving(application: object) -> Iterator[str]:
    """Serve on the loopback address and return where."""
    server = create_server(application, host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"


@contextmanager
def chromium() -> Iterator[Browser]:
    arguments = [*QUIET, NOWHERE_ELSE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=find_chromium(), args=arguments)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Say where the pictures go: python3 -m tests.journeys.pictures <folder> [screens]")
    main(Path(sys.argv[1]), sys.argv[2:] or [""])
