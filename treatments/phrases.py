"""Phrases: what a practitioner writes often, kept by themselves and put into a note as if it had been typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import User
from clinic.refusals import Refusal, Refused
from treatments.models import Phrase

KEY = re.compile(r"[a-z0-9]{1,20}")
AT_MOST = 40
WORDS_AT_MOST = 500  # letters
IN_THE_BAR = 8


@dataclass(frozen=True)
class Row:
    """One phrase as it is written."""

    key: str
    words: str


class PhrasesRefused(Refused):
    """Raised when phrases cannot be kept. `at`: the number of the row, and its field."""

    def __init__(self, at: tuple[int, str], sentence: str) -> None:
        self.at = at
        super().__init__(Refusal("phrases.wrong", _("This can't be kept."), sentence))


def of(owner: User) -> list[Phrase]:
    """Return the phrases of somebody, in their own order."""
    return list(Phrase.objects.filter(owner=owner))


def found(owner: User, pk: str) -> Phrase | None:
    """Return one phrase of somebody, None where it is not theirs or gone."""
    return Phrase.objects.filter(owner=owner, pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None


def appended(note: str, words: str) -> str:
    """Return a note with a phrase after what it says already; nothing of it is replaced."""
    return f"{note} {words}" if note and not note[-1].isspace() else f"{note}{words}"


@transaction.atomic
def write(owner: User, rows: Sequence[Row], *, by: Actor, at: datetime) -> list[Phrase]:
    """Keep these phrases in this order, and no others. Raises PhrasesRefused."""
    tidy = [Row(row.key.strip().lower().removeprefix(";"), row.words.strip()) for row in rows]
    _judge(tidy)
    User.objects.select_for_update().get(pk=owner.pk)
    if [(one.key, one.words) for one in of(owner)] == [(row.key, row.words) for row in tidy]:
        return of(owner)
    owner.phrases.all().delete()
    made = [Phrase(owner=owner, key=row.key, words=row.words, position=place) for place, row in enumerate(tidy)]
    Phrase.objects.bulk_create(made)
    audit.record("phrases.changed", owner, by=by, at=at, fields={"count": len(made)})
    return made


def _judge(rows: Sequence[Row]) -> None:
    if len(rows) > AT_MOST:
        raise PhrasesRefused((AT_MOST, "key"), _("Keep %(most)s phrases at most.") % {"most": AT_MOST})
    seen: set[str] = set()
    for place, row in enumerate(rows):
        if not KEY.fullmatch(row.key):
            words = _("Write a key of up to 20 letters and numbers without a blank, such as pin.")
            raise PhrasesRefused((place, "key"), words)
        if row.key in seen:
            raise PhrasesRefused((place, "key"), _("Another phrase has this key already."))
        if not row.words:
            raise PhrasesRefused((place, "words"), _("Write the words."))
        if len(row.words) > WORDS_AT_MOST:
            sentence = _("Use %(most)s letters at most.") % {"most": WORDS_AT_MOST}
            raise PhrasesRefused((place, "words"), sentence)
        seen.add(row.key)
