"""How hard a letter is to read: a plain formula of the length of its sentences and words, said in words.

English by Flesch's reading ease, Spanish by Fernández Huerta's; both run from about 0, very hard, to 100, very easy.
It is a hint and judges no sense: short sentences and short words are easier for most people.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.words.letters import PLACEHOLDER, Letter

OWN_WORDS = ("text", "bullets")
SENTENCE = re.compile(r"(?<=[.?!:;])\s+")
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
LONG = 22  # words of a sentence from which on it is pointed out
VOWELS = {"en": re.compile(r"[aeiouy]+"), "es": re.compile(r"[iuü]?[aeoáéó][iuyü]?|[iuü][iu]|[iuíúüy]")}


@dataclass(frozen=True)
class Reading:
    """How easily a letter is read. ease: 0 to 100, rounded; hard_sentence: its longest, "" where none is long."""

    ease: int
    hard_sentence: str

    @property
    def is_easy(self) -> bool:
        return self.ease >= 70

    @property
    def words(self) -> str:
        """Return what the number means."""
        if self.ease >= 80:
            return _("Very easy to read: most children of eleven can.")
        if self.ease >= 70:
            return _("Easy to read: most people of thirteen can.")
        if self.ease >= 60:
            return _("Plain, but not easy. Try shorter sentences.")
        if self.ease >= 45:
            return _("Rather hard to read. Use shorter sentences and everyday words.")
        return _("Hard to read. Many patients will give up: use short sentences and everyday words.")


def reading(letter: Letter) -> Reading | None:
    """Return how easily a letter's own words are read; None in a language of which nothing is known."""
    language = letter.language.partition("-")[0]
    formula = FORMULAS.get(language)
    sentences = [(sentence, WORD.findall(sentence.lower())) for sentence in _sentences(letter)]
    sentences = [(sentence, found) for sentence, found in sentences if found]
    if formula is None or not sentences:
        return None
    tokens = [token for _sentence, found in sentences for token in found]
    sounds = sum(_syllables(token, language) for token in tokens)
    ease = formula(len(tokens) / len(sentences), sounds / len(tokens))
    longest, found = max(sentences, key=lambda pair: len(pair[1]))
    return Reading(round(max(0.0, min(100.0, ease))), longest if len(found) >= LONG else "")


def _sentences(letter: Letter) -> list[str]:
    """Return the sentences that are the letter's own; a name or a date counts as one short word."""
    own = [p for p in letter.paragraphs if p.kind in OWN_WORDS and not p.block]
    lines = [PLACEHOLDER.sub("it", line) for p in own for line in p.lines]
    return [sentence.strip() for line in lines for sentence in SENTENCE.split(line)]


def _syllables(token: str, language: str) -> int:
    bare = re.sub(r"e$", "", token) if language == "en" else token
    return max(1, len(VOWELS[language].findall(bare)))


def _flesch(words_a_sentence: float, syllables_a_word: float) -> float:
    return 206.835 - 1.015 * words_a_sentence - 84.6 * syllables_a_word


def _fernandez_huerta(words_a_sentence: float, syllables_a_word: float) -> float:
    return 206.84 - 1.02 * words_a_sentence - 60.0 * syllables_a_word


FORMULAS: dict[str, Callable[[float, float], float]] = {"en": _flesch, "es": _fernandez_huerta}
