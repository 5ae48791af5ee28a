"""Fixtures for tests in the installed Chromium: pages of people, and the questions axe asks of a page."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.plugins.running import Live, session_cookie

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic")
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
IS_THERE = "typeof axe !== 'undefined'"  # once in a document is enough
# What holds is not written out: only what does not is asked for, and that takes a third of the time.
VIOLATIONS = """async tags =>
    (await axe.run(document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})).violations"""
EXPECTED = "Failed to load resource: the server responded with a status of 4"  # a refusal that the test asked for
SECONDS_OF_PATIENCE = 45  # no measure of anything: how long a busy machine may keep a page waiting

Opener = Callable[..., Page]


def find_chromium() -> str | None:
    """Return the path of an installed Chromium: $CHROMIUM, else one on the PATH; None without one."""
    given = os.environ.get("CHROMIUM")
    return shutil.which(given) if given else next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run the installed Chromium without a window; skip the test where there is none."""
    path = find_chromium()
    if not path:
        pytest.skip("no Chromium here: install it, or set CHROMIUM to its path")
    # Playwright keeps an event loop in this thread; Django would refuse the database because of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    arguments = [*QUIET, NOWHERE_ELSE, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        expect.set_options(timeout=SECONDS_OF_PATIENCE * 1000)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, live: Live) -> Iterator[Opener]:
    """Return open_page(user=None, **context), which opens a page for one person on the live server.

    Context options are Playwright's: viewport, color_scheme, java_script_enabled, locale, timezone_id and so on.
    After the test no page may have logged an error, broken the content security policy or asked another host.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(user: object | None = None, **options: object) -> Page:
        context = browser.new_context(base_url=live.url, **options)
        context.set_default_timeout(SECONDS_OF_PATIENCE * 1000)
        context.add_cookies([{"name": k, "value": v, "url": live.url} for k, v in session_cookie(user).items()])
        contexts.append(context)
        page = context.new_page()
        watch(page, live.url, faults)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def watch(page: Page, origin: str, faults: list[str]) -> None:
    """Note what a page should never do."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            faults.append(f"console on {page.url}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"script on {page.url}: {error}"))
    page.on("request", lambda asked: None if asked.url.startswith(origin) else faults.append(f"asked {asked.url}"))


@pytest.fixture
def page(open_page: Opener) -> Page:
    """Open a page for nobody in particular; `open_page` opens one for each person of a story."""
    return open_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return axe(page): every breach of WCAG 2.2 A and AA on the page as it stands, as readable lines."""
    source = (Path(settings.NPM_ROOT) / "axe-core" / "axe.min.js").read_text()

    def breaches(page: Page) -> list[str]:
        if not page.evaluate(IS_THERE):
            page.evaluate(source)
        return [
            f"{rule['id']}: {node['html']} ({node['failureSummary']})"
            for rule in page.evaluate(VIOLATIONS, WCAG_2_2_AA)
            for node in rule["nodes"]
        ]

    return breaches
