"""Whole numbers as an address or a form names them: ids, versions, the numbers of rows."""

import re

A_NUMBER = re.compile("[0-9]{1,18}")  # no id of the database is longer


def read(text: str) -> int | None:
    """Return the number that is written here in digits, or None for anything else and for one too long to be any."""
    return int(text) if A_NUMBER.fullmatch(text) else None
