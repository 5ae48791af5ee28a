"""Handing a picture that was uploaded to the process that paints it anew, and what is said when it is not taken."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.pictures import worker
from clinic.refusals import Refusal, Refused

LARGEST = 25_000_000  # bytes
PATIENCE_SECONDS = 30
WORKER = Path(worker.__file__)
WORDS: dict[str, Promise] = {
    "empty": _("This file is empty. Choose it again."),
    "too_heavy": _("This file is larger than 25 MB. Send a smaller one."),
    "not_a_picture": _("This is no picture that can be kept. Send a JPEG, PNG, WebP or HEIC file."),
    "damaged": _("This picture cannot be read to its end. Take it again, or send it again."),
    "too_large": _("This picture has too many pixels. Set the camera to 24 megapixels or fewer."),
    "too_small": _("This picture is too small to compare anything. Send one of at least 240 pixels on each side."),
    "moves": _("This is a moving picture. Send one that stands still."),
    "too_long": _("This picture took too long to read. Save it anew as a JPEG and send that."),
}


class NotUsable(Refused):
    """Raised for a picture that is not kept; its rule is "picture." and one of WORDS."""

    def __init__(self, code: str) -> None:
        title, sentence = str(_("This picture can't be kept.")), str(WORDS[code])
        super().__init__(Refusal(f"picture.{code}", title, sentence, values={"field": "file"}))


@dataclass(frozen=True)
class Cleaned:
    """A picture as it may be kept: three sizes as JPEG without anything but pixels.

    whole: at most 4096 pixels on the longer edge, view 1600, thumb 320. width and height are those of whole. taken_at:
    what the camera said, without a zone where it said none; None when it said nothing that can be read. digest:
    SHA-256 of the file as it came, in hex.
    """

    whole: bytes
    view: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None
    digest: str


def clean(data: bytes) -> Cleaned:
    """Return an uploaded picture as it may be kept. Raises NotUsable.

    It is read by another process under limits of memory (1 GiB of addresses) and time (20 s), so that a hostile file
    harms nothing that matters.
    """
    if not data:
        raise NotUsable("empty")
    if len(data) > LARGEST:
        raise NotUsable("too_heavy")
    try:
        ran = subprocess.run(
            [sys.executable, "-I", str(WORKER)], input=data, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotUsable("too_long") from None
    line, _newline, rest = ran.stdout.partition(b"\n")
    if ran.returncode == worker.REFUSED:
        raise NotUsable(json.loads(line)["refused"])
    if ran.returncode != 0:
        raise NotUsable("too_long" if ran.returncode < 0 else "damaged")  # a signal: out of time
    head = json.loads(line)
    parts = {}
    for name, length in head["lengths"].items():
        parts[name], rest = rest[:length], rest[length:]
    digest = hashlib.sha256(data).hexdigest()
    return Cleaned(**parts, width=head["width"], height=head["height"], taken_at=_read(head["taken_at"]), digest=digest)


def _read(said: str) -> datetime | None:
    """Return what a camera wrote, as in 2026:03:02 10:15:00+00:00, or None."""
    for form in ("%Y:%m:%d %H:%M:%S%z", "%Y:%m:%d %H:%M:%S"):
        try:
            return datetime.strptime(said.strip(), form)  # noqa: DTZ007 - a camera that knows no zone
        except ValueError:
            continue
    return None
