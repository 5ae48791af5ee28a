"""What a patient is written about a recall: that we would like to speak to them, and nothing about why.

A letter lies on a table and a subject stands on a screen, so the house's own words name neither a treatment nor a
product. Somebody who manages may write others before anything leaves, one text for each language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.refusals import Refusal

LONGEST_SUBJECT, LONGEST_WORDS = 120, 4000  # letters
OPEN = frozenset({"first_name", "clinic_name", "clinic_phone", "clinic_hours", "emergency_number"})
PLACE = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True)
class Letter:
    """The subject and the words in one language, with their places open, as in {first_name}."""

    language: str
    subject: str
    words: str

    def to(self, first_name: str) -> Letter:
        """Return the letter to somebody; what the site itself fills in stays open."""
        return Letter(self.language, self.subject, self.words.replace("{first_name}", first_name))


def languages() -> list[tuple[str, str]]:
    """Return the languages that patients are written in, code and name."""
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def letter(kept: Mapping[str, Mapping[str, str]], language: str) -> Letter:
    """Return the words in a language: those that somebody wrote, else the house's own; English for one unknown."""
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGES[0][0]
    own = kept.get(known)
    if own:
        return Letter(known, own["subject"], own["words"])
    with translation.override(known):
        return Letter(known, _("Please call us"), _own_words())


def _own_words() -> str:
    parts = [
        _("Dear {first_name},"),
        _("We would like to speak to you about one of your visits to us. Please call us as soon as it suits you."),
        _("You reach us on {clinic_phone}, {clinic_hours}. Say that you are calling about our letter."),
        _("If you feel ill, do not wait for us: call {emergency_number} in an emergency, or see a doctor."),
        _("With kind regards, {clinic_name}"),
    ]
    return "\n\n".join(parts)


def refusal(subject: str, words: str, *, names: Iterable[str]) -> tuple[str, Refusal] | None:
    """Return the part that may not go out so and why, or None. names: of what is recalled; no subject holds them."""
    if not subject.strip() or "\n" in subject or len(subject) > LONGEST_SUBJECT:
        return "subject", _unfit(_("Write a subject on one line, in at most %(n)s letters.") % {"n": LONGEST_SUBJECT})
    if PLACE.search(subject):
        return "subject", _unfit(_("Write the subject without braces; everybody gets the same one."))
    if named := next((name for name in names if name and name.casefold() in subject.casefold()), None):
        sentence = _("A subject is read by others too. Leave “%(name)s” out of it; say it when you speak to them.")
        return "subject", _unfit(sentence % {"name": named})
    if not words.strip() or len(words) > LONGEST_WORDS:
        return "words", _unfit(_("Write the letter, in at most %(n)s letters.") % {"n": LONGEST_WORDS})
    if unknown := next((name for name in PLACE.findall(words) if name not in OPEN), None):
        sentence = _("Nothing is known by the name {%(name)s}. These may stand in braces: %(names)s.")
        return "words", _unfit(sentence % {"name": unknown, "names": ", ".join(sorted(OPEN))})
    return None


def _unfit(sentence: str) -> Refusal:
    return Refusal("recall.letter", _("This letter can't go out so."), sentence)
