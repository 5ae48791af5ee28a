"""Photos that come with a report: put into the vault before the step that names them, and out of it if none does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from aftercare.models import Report, ReportPhoto
from clinic import vault
from clinic.pictures import Cleaned

MOST = 3  # with one report
SIZES = ("whole", "view", "thumb")
FIRST_YEAR, AHEAD = 2000, timedelta(days=1)  # a camera that says otherwise has no clock


@dataclass(frozen=True)
class Kept:
    """A cleaned picture and where each of its sizes lies in the vault."""

    cleaned: Cleaned
    names: dict[str, str]


@contextmanager
def in_the_vault(photos: Sequence[Cleaned]) -> Iterator[list[Kept]]:
    """Put photos into the vault for as long as something is done with them; those that no row names then go again.

    The same photo twice is kept once. Raises ValueError for more than MOST.
    """
    different = list({one.digest: one for one in photos}.values())
    if len(different) > MOST:
        raise ValueError(f"a report comes with {MOST} photos at most")
    names: list[str] = []
    try:
        kept = []
        for one in different:
            named = {}
            for size in SIZES:
                named[size] = vault.keep(getattr(one, size))
                names.append(named[size])
            kept.append(Kept(one, named))
        yield kept
    finally:
        _throw_away_unnamed(names)


def _throw_away_unnamed(names: list[str]) -> None:
    named = {
        name
        for size in SIZES
        for name in ReportPhoto.objects.filter(**{f"{size}__in": names}).values_list(size, flat=True)
    }
    for name in names:
        if name not in named:
            vault.throw_away(name)


def add(report: Report, photos: Sequence[Kept], *, at: datetime) -> None:
    """Write the rows of what lies in the vault already."""
    zone = report.site.zone
    for one in photos:
        ReportPhoto.objects.create(
            report=report,
            **one.names,
            width=one.cleaned.width,
            height=one.cleaned.height,
            taken_at=_believable(one.cleaned.taken_at, zone, at),
            digest=one.cleaned.digest,
            added_at=at,
        )


def _believable(said: datetime | None, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return when a camera says it took the picture, on the site's clock where it names none; None if it cannot be."""
    if said is None or not FIRST_YEAR <= said.year <= at.year + 1:
        return None
    taken = timezone.make_aware(said, zone) if timezone.is_naive(said) else said
    return taken if taken <= at + AHEAD else None
