"""Tomorrow's sheet as a PDF in a folder: what the desk prints in the evening, and has when the power is out."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.models import Site
from clinic.wall_time import local
from desk.board import presence, sheets
from desk.board.sheets import Sheet

TEMPLATE = Path(__file__).with_name("sheet.typ")
KEPT_DAYS = 7


@dataclass(frozen=True)
class Saved:
    """A sheet in the folder: the local day it is of, and when it was written."""

    on: date
    written_at: datetime


def folder() -> Path:
    """Return where the sheets lie, readable by nobody but the house."""
    place = Path(settings.VAR_DIR) / "sheets"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def path_of(site: Site, on: date) -> Path:
    return folder() / f"{site.pk}-{on.isoformat()}.pdf"


def saved(site: Site) -> list[Saved]:
    """Return the sheets of a site, the latest day first."""
    found = []
    for file in folder().glob(f"{site.pk}-????-??-??.pdf"):
        written_at = datetime.fromtimestamp(file.stat().st_mtime, site.zone)
        found.append(Saved(date.fromisoformat(file.stem.split("-", 1)[1]), written_at))
    return sorted(found, key=lambda one: one.on, reverse=True)


def keep(site: Site, *, at: datetime) -> bool:
    """Write the sheet of the site's next day once it is over for today, and again when that day has changed.

    Returns whether a file was written. Where the site wants no names on paper it says initials. Sheets of days more
    than a week ago are thrown away.
    """
    today = local(at, site.zone).date()
    _throw_away(site, before=today - timedelta(days=KEPT_DAYS))
    on = _next_day(site, today, at)
    return on is not None and _save(site, on, at=at)


def write_anew(site: Site, *, at: datetime) -> None:
    """Throw away what was saved, and write the sheets of today and later as the site wants them by now."""
    kept = [one.on for one in saved(site) if one.on >= local(at, site.zone).date()]
    _throw_away(site, before=date.max)
    for on in kept:
        _save(site, on, at=at)


def _save(site: Site, on: date, *, at: datetime) -> bool:
    """Write the sheet of a day, unless it lies there as it would be written; return whether it was."""
    with timezone.override(site.zone):
        sheet = sheets.read(site, on, at=at, initials=site.sheets_show_initials)
        file, stamp = path_of(site, on), stamp_of(sheet)
        beside = file.with_suffix(".stamp")
        if file.exists() and beside.exists() and beside.read_text() == stamp:
            return False
        initials = site.sheets_show_initials
        _write(file, print_pdf(sheet, site=site, by_name="Stipple", at=at, initials=initials))
        _write(beside, stamp.encode())
    return True


def print_pdf(sheet: Sheet, *, site: Site, by_name: str, at: datetime, initials: bool = False) -> bytes:
    """Return the sheet as PDF, A4 on its side; 24 visits stand on one page.

    initials: the sheet was read with initials only, and has no columns for what it does not say.
    """
    columns = [_("Time"), _("Name"), *([] if initials else [_("Born"), _("Phone ends")])]
    columns += [_("Service"), _("With"), _("Room"), _("Clear?"), _("Consent"), _("Arrived"), _("Done"), _("Notes")]
    printed = _("Printed %(at)s by %(name)s · confidential") % {
        "at": f"{local(at, site.zone):%H:%M}",
        "name": by_name,
    }
    said = {
        "title": sheet.title,
        "under": " · ".join(filter(None, [site.name, sheet.hours])),
        "columns": columns,
        "lines": [asdict(line) for line in sheet.lines],
        "none": _("No one is booked on this day."),
        "foot": printed,
        "initials": initials,
    }
    return typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), format="pdf", sys_inputs={"sheet": json.dumps(said)})


def _next_day(site: Site, today: date, at: datetime) -> date | None:
    """Return tomorrow after closing time, today before it opens, else None: the day is on its way."""
    opens_at, closes_at = presence.read(site, today, at=at).bounds(today)
    if at >= closes_at:
        return today + timedelta(days=1)
    return today if at < opens_at else None


def stamp_of(sheet: Sheet) -> str:
    """Return a short text that changes when anything on the sheet does."""
    return hashlib.sha256(json.dumps(asdict(sheet), default=str).encode()).hexdigest()


def _write(file: Path, content: bytes) -> None:
    """Put a file in place whole or not at all, readable by its owner only."""
    half = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    half.replace(file)


def _throw_away(site: Site, *, before: date) -> None:
    for one in saved(site):
        if one.on < before:
            path_of(site, one.on).unlink(missing_ok=True)
            path_of(site, one.on).with_suffix(".stamp").unlink(missing_ok=True)
