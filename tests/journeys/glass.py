"""A browser of glass: Chromium, used as a person uses it, with the same words as the browser of paper.

Whatever lies open is looked at by axe once for every kind of page and state it comes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page

from tests.journeys.paper import Sheet, Typed

ONE_OF_MANY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
SETTLED = """() => window.hasSettled !== false
    && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")"""
WILL_SETTLE = """() => {
    window.hasSettled = false;
    document.addEventListener("htmx:afterSettle", () => { window.hasSettled = true; }, { once: true });
}"""


class Glass:
    """Somebody's Chromium. page: theirs; axe: returns every breach of WCAG on a page, in words."""

    def __init__(self, page: Page, axe: Callable[[Page], list[str]]) -> None:
        self.page, self.axe = page, axe
        self.seen: set[tuple] = set()

    @property
    def sheet(self) -> Sheet:
        """Return what lies open, as it can be read."""
        return Sheet(self.page.url, self.page.content())

    def open(self, address: str) -> Sheet:
        self.page.goto(address)
        return self._look()

    def follow(self, words: str) -> Sheet:
        """Click the first link that reads like this."""
        link = self.page.get_by_role("link", name=words, exact=True).first
        return self._click(link, swaps=self._stays(link))

    def press(self, words: str, typed: Typed | None = None) -> Sheet:
        """Type into the form, then click the button."""
        self._type(typed or {})
        button = self._buttons(words).first
        return self._click(button, swaps=self._is_swapped(button))

    def look_again(self, typed: Typed) -> Sheet:
        """Say more in the booking drawer; it looks again by itself."""
        self._type(typed)
        return self._look()

    def find(self, letters: str, name: str) -> Sheet:
        """Type some letters into the booking drawer, and press the row that begins with a name."""
        self.page.locator("#q").fill(letters)
        self.page.locator("#found .combo-row.create", has_text=f"“{letters}”").wait_for()  # all that is found is there
        return self._click(self.page.locator("#found .combo-row", has_text=name).first, swaps=True)

    # --- how it is done --------------------------------------------------------------------------------------

    def _buttons(self, words: str) -> Locator:
        """Return the buttons that read like this; what is folded away is unfolded first."""
        found = self.page.get_by_role("button", name=words, exact=True)
        if not found.count():
            hidden = self.page.get_by_role("button", name=words, exact=True, include_hidden=True)
            self._unfold(hidden.first)
        return found

    def _unfold(self, control: Locator) -> None:
        fold = control.locator("xpath=ancestor::details[not(@open)]")
        if fold.count():
            fold.locator("summary").first.click()
        spare = control.locator("xpath=ancestor::li[contains(concat(' ', @class, ' '), ' spare ')]")
        if spare.count():  # a row of the chart that waits out of sight
            self.page.get_by_role("button", name="Zone", exact=True).click()

    def _type(self, typed: Typed) -> None:
        for name, value in typed.items():
            controls = self.page.locator(f'[name="{name}"]:not([type=hidden])')
            control = controls.first
            self._unfold(control)
            enter = self._entering(controls, value)
            if control.get_attribute("data-change") is None:
                enter()
            else:
                self._settling(enter)

    def _entering(self, controls: Locator, value: str | bool) -> Callable[[], None]:
        """Return what a hand does to put this value in."""
        control = controls.first
        kind = control.evaluate("one => one.type")
        if isinstance(value, bool):
            return lambda: control.set_checked(value)
        if kind == "radio":
            return lambda: self._choose(controls, value)
        if kind == "select-one":
            by_words = control.locator("option", has_text=re.compile(f"^{re.escape(value)}$")).count()
            return lambda: control.select_option(**({"label": value} if by_words else {"value": value}))
        return lambda: control.fill(value)

    def _choose(self, controls: Locator, value: str) -> None:
        name = controls.first.get_attribute("name") or ""
        chosen = self.sheet.choices(name).get(value, value)
        self.page.locator(f'[name="{name}"][value="{chosen}"]').check()

    def _stays(self, link: Locator) -> bool:
        """Say whether a link changes a part of the page only: htmx, or a free cell beside the drawer."""
        return link.evaluate(
            "one => one.hasAttribute('hx-get') || (one.matches('.slot') && !!document.querySelector('#book'))"
        )

    def _is_swapped(self, button: Locator) -> bool:
        return button.evaluate("one => !!one.form && one.form.hasAttribute('hx-post')")

    def _click(self, target: Locator, *, swaps: bool) -> Sheet:
        if swaps:
            self._settling(target.click)
        else:
            with self.page.expect_navigation():
                target.click()
        return self._look()

    def _settling(self, act: Callable[[], None]) -> None:
        """Do something that htmx answers, and wait until the page has changed or another has come."""
        self.page.evaluate(WILL_SETTLE)
        act()
        self.page.wait_for_function(SETTLED)
        self.page.wait_for_load_state()

    def _look(self) -> Sheet:
        """Let axe look at what it has not seen in this state, and return what lies open."""
        sheet = self.sheet
        kind = (ONE_OF_MANY.sub("…", sheet.address.split("?")[0]), len(sheet.alerts), *self._parts(sheet))
        if kind not in self.seen:
            self.seen.add(kind)
            assert self.axe(self.page) == [], f"axe at {sheet.address}"
        return sheet

    def _parts(self, sheet: Sheet) -> list[str]:
        """Return what makes two pages of one address different to look at."""
        return [name for name in ("drawer", "finding", "found", "toast", "refusal", "combo-list") if sheet.styled(name)]
