"""A hand at a keyboard and a mouse: everything it does is counted, and how long that takes somebody practised.

An interaction is one click, one choice, one key that means something, or one run of typing. The seconds are those of
the keystroke-level model: think, reach, point, press.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page

THINK, POINT, PRESS, KEY, REACH = 1.35, 1.1, 0.1, 0.28, 0.4  # seconds (Card, Moran and Newell 1980)


class Hand:
    """Somebody's hand on a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count, self.seconds = 0, 0.0
        self.used: list[str] = []

    def click(self, target: Locator) -> None:
        self._at("mouse", POINT + PRESS)
        target.click()

    def choose(self, target: Locator, words: str) -> None:
        self._at("mouse", 2 * (POINT + PRESS))
        target.select_option(label=words)

    def key(self, name: str) -> None:
        self._at("keys", KEY * len(name.split("+")))
        self.page.keyboard.press(name)

    def type(self, words: str) -> None:
        """Type where the cursor stands."""
        self._at("keys", KEY * len(words))
        self.page.keyboard.type(words)

    def write(self, target: Locator, words: str) -> None:
        """Click into a field and type: two interactions."""
        self.click(target)
        self.type(words)

    def _at(self, device: str, seconds: float) -> None:
        reach = REACH if self.used and self.used[-1] != device else 0
        self.count += 1
        self.seconds += THINK + reach + seconds
        self.used.append(device)

    def told(self, what: str) -> tuple[int, float]:
        """Print and return how many interactions it took, and how many seconds."""
        print(f"{what}: {self.count} interactions, {self.seconds:.1f} s")
        return self.count, self.seconds
