"""Packages as the pages show them: what is left, whether that expires, and each entry with who stands behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime

from clinic.models import Service
from ledger import packages, rules
from ledger.models import Package, PackageEntry
from patients.models import Patient


@dataclass(frozen=True)
class Shown:
    """One package: what is left of it, and how that stands on a day."""

    package: Package
    left: int
    is_expired: bool
    expires_soon: bool

    @property
    def words(self) -> str:
        return rules.left_words(self.left, self.package.sessions_count)

    @property
    def price_words(self) -> str:
        return money(self.package.price, self.package.currency)


@dataclass(frozen=True)
class Entry:
    """One entry; other: the package on the other side of what was given on, where its record is open."""

    entry: PackageEntry
    amount: str
    other: Package | None


def money(amount: Decimal, currency: str) -> str:
    return f"{number_format(amount, decimal_pos=2)} {currency}"


def shown(package: Package, *, today: date) -> Shown:
    """Return a package that carries `left` as a page shows it."""
    until, remaining = package.expires_on, package.left
    expires_soon = remaining > 0 and until is not None and 0 <= (until - today).days <= packages.WARNED_DAYS
    return Shown(package, remaining, rules.has_expired(until, on=today), expires_soon)


def of_record(patient: Patient, *, today: date) -> list[Shown]:
    """Return the packages that something is left of today, what is used first before the others."""
    return [shown(one, today=today) for one in packages.usable(patient, on=today)]


def all_of(patient: Patient, *, today: date) -> list[Shown]:
    """Return every package of the patient, those with something left first."""
    found = [shown(one, today=today) for one in packages.of_patient(patient)]
    return sorted(found, key=lambda one: one.left == 0)


def left_words(held: Iterable[Shown]) -> str:
    """Return what is left in all of these, in one line; "" for none."""
    found = list(held)
    if not found:
        return ""
    return rules.left_words(sum(one.left for one in found), sum(one.package.sessions_count for one in found))


def entries(package: Package) -> list[Entry]:
    """Return what came to a package and left it, the latest first."""
    rows = list(package.entries.all())
    others = Package.objects.of_open_records().filter(uuid__in=[row.other for row in rows if row.other])
    found = {one.uuid: one for one in others.select_related("patient")}
    return [
        Entry(row, "" if row.amount is None else money(row.amount, package.currency), found.get(row.other))
        for row in rows
    ]


def uses(package: Package) -> list[tuple[str, str]]:
    """Return the sessions that used one and may give it back, as a form offers them: id and words, the latest first."""
    rows = list(package.entries.filter(kind__in=[PackageEntry.Kind.REDEEMED, PackageEntry.Kind.GIVEN_BACK]))
    back = {(row.session, row.turn) for row in rows if row.kind == PackageEntry.Kind.GIVEN_BACK}
    standing = [row for row in rows if row.kind == PackageEntry.Kind.REDEEMED and (row.session, row.turn) not in back]
    return [(str(row.pk), f"{date_format(localtime(row.at), 'j M Y, H:i')}, {row.by_name}") for row in standing]


def services() -> list[tuple[str, str]]:
    """Return the services of the menu that a package can pay for, code and name."""
    found = Service.objects.filter(kind=Service.Kind.NEEDLING, is_offered=True)
    return list(found.values_list("code", "name"))


def pays_for(package: Package) -> list[str]:
    """Return the names of the services that a package pays for; none where it pays for every treatment."""
    codes = package.service_codes
    names = dict(Service.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return [names.get(code, code) for code in codes]
