"""What a person types to find a patient, as a condition on the rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import reduce
from itertools import groupby
from operator import and_

from django.apps import apps
from django.db import connection
from django.db.models import Case, IntegerField, Manager, Q, Value, When

from patients.rules import digits_of, fold

WORDS_AT_MOST = 6
LAST_LETTER = "\U0010ffff"
DIGITS_LOOK = re.compile(r"^\+?[\d/().-]+$")
DATE_LOOK = re.compile(r"^(\d{1,4})[/. -](\d{1,2})[/. -](\d{1,4})$")
REFERENCE_LOOK = re.compile(r"^r-?(\d+)$", re.IGNORECASE)


def condition(text: str) -> Q:
    """Return the condition that a patient holds everything that was typed.

    Letters are looked for in the name, without accents and case; digits at the tail of the phone (five
    or more anywhere in it), as the reference or the year of birth; 21/05/1994 as the date of birth; an @ in the
    e-mail.
    """
    query = Q()
    for are_digits, run in groupby(text.split()[:WORDS_AT_MOST], key=_is_digits):
        words = list(run)
        query &= _digits(words) if are_digits else _all_of(map(_word, words))
    return query


def closeness(text: str) -> Case:
    """Return the order of the found: names that begin so, then other words that do, then the rest."""
    first = fold(text).partition(" ")[0]
    if not first:
        return Case(default=Value(0), output_field=IntegerField())
    return Case(
        When(search_key__startswith=first, then=Value(0)),
        When(search_key__contains=f" {first}", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def begins(text: str) -> Q:
    """Return the condition for the closest: the name begins so. Unlike the others it is answered by an index.

    SQLite has no index for LIKE; there letters are sorted by their numbers, so a stretch says the same.
    """
    first = fold(text).partition(" ")[0]
    if not first:
        return Q(pk__in=[])
    if connection.vendor == "sqlite":
        return Q(search_key__gte=first, search_key__lt=first + LAST_LETTER)
    return Q(search_key__startswith=first)


def _is_digits(word: str) -> bool:
    return bool(DIGITS_LOOK.match(word))


def _all_of(conditions: Iterable[Q]) -> Q:
    return reduce(and_, conditions, Q())


def _word(word: str) -> Q:
    if "@" in word:
        return Q(email__icontains=word)
    if reference := REFERENCE_LOOK.match(word):
        return _reference(reference[1])
    return Q(email__istartswith=word) | _all_of(Q(search_key__contains=part) for part in fold(word).split())


def _digits(words: list[str]) -> Q:
    """One number written with blanks, or several things said in digits."""
    together = _number(" ".join(words))
    return together if len(words) == 1 else together | _all_of(_number(word) for word in words)


def _number(text: str) -> Q:
    if born_on := _as_date(text):
        return Q(born_on=born_on)
    digits = digits_of(text)
    if not digits:
        return Q(pk__in=[])
    query = _phone(digits) | _reference(digits)
    if len(digits) == 4 and "1900" <= digits <= "2100":
        query |= Q(born_on__year=int(digits))
    return query


def _reference(digits: str) -> Q:
    """The record of this reference, or the one that it became part of."""
    reference = f"R-{digits}"
    return Q(reference=reference) | Q(pk__in=_every_record().filter(reference=reference).values("merged_into"))


def _every_record() -> Manager:
    return apps.get_model("patients", "Patient").with_merged  # the model itself is built on this module


def _phone(digits: str) -> Q:
    """A tail of any length; a longer run anywhere, however the country was dialled."""
    at_home = digits.lstrip("0")
    if len(at_home) >= 5:
        return Q(phone_digits__contains=at_home)
    return Q(phone_digits__endswith=digits)


def _as_date(text: str) -> date | None:
    parts = DATE_LOOK.match(text)
    if not parts:
        return None
    first, month, last = parts.groups()
    year, day = (first, last) if len(first) == 4 else (last, first)
    try:
        return date(int(year), int(month), int(day)) if len(year) == 4 else None
    except ValueError:
        return None
