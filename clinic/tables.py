"""Tables that other systems wrote: CSV in any usual form, and XLSX, read row by row as texts and within limits."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from clinic.csv_files import unescaped
from clinic.refusals import Refusal, Refused

LARGEST = 20 * 1024 * 1024  # bytes of the file
UNPACKED = 160 * 1024 * 1024  # bytes that an XLSX may unpack to
ROWS_AT_MOST, COLUMNS_AT_MOST, LETTERS_AT_MOST = 50_000, 60, 2000
LINES_AT_MOST = 4 * ROWS_AT_MOST  # empty ones between the rows included
DELIMITERS = ",;\t|"
XLSX_BEGINS = b"PK\x03\x04"
BLANKS = re.compile(r"[\s\u00a0]+")


class Unreadable(Refused):
    """Raised for a file that is no table, or one beyond the limits; its words say what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Refusal("table.unreadable", _("This file cannot be read"), sentence))


@dataclass(frozen=True)
class Table:
    """A table as it stands in the file. rows: with the number they have there, the header being 1."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def read(content: bytes) -> Table:
    """Return the table in a file, empty rows left out. Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable(_("It is larger than %(most)s MB. Split it into several files.") % {"most": LARGEST // 2**20})
    found = _xlsx(content) if content.startswith(XLSX_BEGINS) else _csv(content)
    rows: list[tuple[int, list[str]]] = []
    header: list[str] | None = None
    for number, row in enumerate(found, start=1):
        cells = [_cell(cell) for cell in row[:COLUMNS_AT_MOST]]
        if number > LINES_AT_MOST:
            raise _too_long()
        if not any(cells):
            continue
        if header is None:
            header = _without_empty_end(cells)
            continue
        rows.append((number, (cells + [""] * len(header))[: len(header)]))
        if len(rows) > ROWS_AT_MOST:
            raise _too_long()
    if header is None or not rows:
        raise Unreadable(_("There is no table in it: a first row with the names of the columns, and rows below it."))
    return Table(header, rows)


def _too_long() -> Unreadable:
    return Unreadable(_("It has more than %(most)s rows. Split it into several files.") % {"most": ROWS_AT_MOST})


def _without_empty_end(cells: list[str]) -> list[str]:
    return cells[: max(place for place, cell in enumerate(cells, start=1) if cell)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unescaped(BLANKS.sub(" ", str(value)[:LETTERS_AT_MOST]).strip())


def _xlsx(content: bytes) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the first sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:  # it reads no more of a part than the part says it has
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                raise Unreadable(_("It unpacks to more than a table could need. Save it as CSV."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        yield from sheet.iter_rows(max_col=COLUMNS_AT_MOST, values_only=True)
    except Unreadable:
        raise
    except RuntimeError as error:  # NotImplementedError too: a password, or a way to pack that nobody uses
        raise Unreadable(_("It is locked with a password or packed in a rare way. Save it as CSV.")) from error
    except Exception as error:  # a stranger's file breaks the reader in more ways than it names
        broken = _("It looks like a spreadsheet and cannot be opened. Save it once more as XLSX or CSV.")
        raise Unreadable(broken) from error


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise Unreadable(_("It is neither a CSV nor an XLSX file. Save the table as one of them."))
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    except csv.Error as error:
        raise Unreadable(
            _("It is no CSV that can be read: a quotation mark is never closed, or a line has no end.")
        ) from error


def _decoded(content: bytes) -> str:
    """Return the text, whoever wrote it: UTF-8, UTF-16 with its mark, else as Windows writes western languages."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Return what stands between the cells: the sign that splits the first lines most alike."""
    first = [line for line in text[:65536].splitlines() if line.strip()][:20]
    counts = {sign: _counts(first, sign) for sign in DELIMITERS}
    return max(DELIMITERS, key=lambda sign: (min(counts[sign], default=0), counts[sign][:1]))


def _counts(rows: Iterable[str], sign: str) -> list[int]:
    try:
        return [len(row) - 1 for row in csv.reader(list(rows), delimiter=sign)]
    except csv.Error:
        return []
