"""A browser without scripts that counts what its person does."""

from tests.journeys.paper import Paper, Sheet, Typed


class CountingPaper(Paper):
    """A browser of paper that counts: a link, button, choice or tick is one, a field two: to reach and to fill it."""

    count = 0

    def follow(self, words: str) -> Sheet:
        self.count += 1
        return super().follow(words)

    def press(self, words: str, typed: Typed | None = None) -> Sheet:
        chosen = [name for name, said in (typed or {}).items() if said is True or self.sheet.choices(name)]
        self.count += 1 + len(chosen) + 2 * (len(typed or {}) - len(chosen))
        return super().press(words, typed)

    def picks(self, letters: str, name: str) -> Sheet:
        """Type some letters, press Find, press the row."""
        self.count += 1  # the row; `find` presses Find by itself
        return self.find(letters, name)

    def told(self, what: str) -> int:
        print(f"{what}, no scripts: {self.count} interactions")
        return self.count
