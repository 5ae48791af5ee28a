"""One patient's record as a ZIP: for a machine, for a person to read and print, and the files that belong to it."""

from __future__ import annotations

import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.template.loader import render_to_string

from patients import exporting
from patients.models import Patient

IN_MEMORY = 8 * 1024 * 1024  # bytes; a larger one is packed on the disk, in a file without a name
SHEET = Path(settings.BASE_DIR) / "static" / "css" / "export.css"


def pack(patient: Patient, *, at: datetime) -> IO[bytes]:
    """Return the open ZIP; it is gone when it is closed."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever answers with it closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("record.json", exporting.as_json(patient, at=at))
        page = {"person": patient, "parts": list(exporting.parts(patient)), "at": at}
        packed.writestr("record.html", render_to_string("desk/exports/record.html", page))
        packed.writestr("record.css", SHEET.read_text(encoding="utf-8"))
        for name, content in exporting.files(patient):
            packed.writestr(f"files/{name}", content)
    out.seek(0)
    return out
