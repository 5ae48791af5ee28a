"""Photos as patients send them, cleaned already where no test is about the cleaning."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache

from clinic import pictures
from clinic.pictures import Cleaned
from tests.clinic.pictures import hostile


def cleaned(mark: str = "one", *, taken_at: datetime | None = None) -> Cleaned:
    """Return a photo as it may be kept. mark: which it is; two of one mark are the same file."""
    picture = _picture()
    digest = hashlib.sha256(mark.encode()).hexdigest()
    return Cleaned(picture.whole, picture.view, picture.thumb, picture.width, picture.height, taken_at, digest)


@cache
def _picture() -> Cleaned:
    return pictures.clean(hostile.with_gps())
