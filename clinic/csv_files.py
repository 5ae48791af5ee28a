"""Lists as CSV that a spreadsheet opens and never runs.

A cell that begins as a formula gets an apostrophe in front, which spreadsheets show as text and our own import takes
off again. Telephone numbers begin with a plus and stay as they are: nothing in them can be run, and the blanks in them
keep a spreadsheet from making a sum of them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
A_PHONE = re.compile(r"^\+\d[\d ()-]{5,24}$")
A_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")
ESCAPED = re.compile(r"^'(?=[=+\-@\t\r\n＝＋－＠])")


def safe(value: Any) -> str:
    """Return a value as it may stand in a cell."""
    text = "" if value is None else str(value)
    if A_PHONE.match(text):
        return _spaced(text)
    if text.startswith(BEGINS_A_FORMULA) and not A_NUMBER.match(text):
        return f"'{text}"
    return text


def _spaced(phone: str) -> str:
    """Return a number with a blank in it, by which a spreadsheet knows it for a text: +44 1134960417."""
    return phone if " " in phone else f"{phone[:3]} {phone[3:]}"


def unescaped(text: str) -> str:
    """Return what a cell said before `safe` put its apostrophe in front."""
    return ESCAPED.sub("", text)


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a CSV line by line, every cell safe; the first begins with the mark by which spreadsheets know UTF-8."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, quoting=csv.QUOTE_MINIMAL)
    mark = "\ufeff"
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        yield mark + page.getvalue()
        page.seek(0)
        page.truncate()
        mark = ""


def answer(rows: Iterable[Iterable[Any]], *, filename: str) -> HttpResponse:
    """Return a list as a view answers with it: saved by the browser, kept by no cache."""
    headers = {
        "Content-Disposition": content_disposition_header(True, filename) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse("".join(lines(rows)), content_type="text/csv; charset=utf-8", headers=headers)
