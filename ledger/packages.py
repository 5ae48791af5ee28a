"""Packages of sessions: sold, used by a treatment, given back, refunded, given on, expired, corrected.

Whoever takes something from a package holds its row first, so that what is left is read once and by one at a time; the
database refuses what is not in it all the same (`ledger.guards`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from ledger import rules
from ledger.models import Package, PackageEntry
from ledger.models.package import PackageQuerySet
from patients import merging
from patients.merging import Merged
from patients.models import Patient

Kind = PackageEntry.Kind
WARNED_DAYS = 60  # so long before it expires a package stands in the list of what does


@dataclass(frozen=True)
class Sale:
    """What somebody buys. service_codes: the services of the menu that it pays for; none for every treatment."""

    name: str
    sessions_count: int
    price: Decimal
    currency: str
    bought_on: date
    expires_on: date | None = None
    service_codes: Sequence[str] = field(default_factory=tuple)
    note: str = ""


def left(package: Package) -> int:
    """Return how many sessions the entries leave."""
    return package.entries.aggregate(sum=Sum("count"))["sum"] or 0


def paid_back(package: Package) -> Decimal:
    """Return how much of its price was paid back."""
    return package.entries.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def of_patient(patient: Patient) -> PackageQuerySet:
    """Return the patient's packages with `left`, in the order in which they are used."""
    return Package.objects.filter(patient=patient).with_left().soonest_first()


def usable(patient: Patient, *, on: date) -> list[Package]:
    """Return those that something is left of on a day of the site, in the order in which they are used."""
    return list(of_patient(patient).open_on(on).filter(left__gt=0))


def next_for(patient: Patient, *, service_code: str, on: date) -> Package | None:
    """Return the package that a treatment of that day would use: of those that pay for it the first to expire."""
    return next((one for one in usable(patient, on=on) if rules.fits(one.service_codes, service_code)), None)


def used_by(session: UUID) -> PackageEntry | None:
    """Return what a session used and nobody gave back, with its package; None for a session without."""
    uses = PackageEntry.objects.filter(session=session, kind=Kind.REDEEMED).select_related("package__patient")
    last = uses.order_by("-turn").first()
    if last is None or _was_given_back(last):
        return None
    return last


def _was_given_back(use: PackageEntry) -> bool:
    return PackageEntry.objects.filter(session=use.session, kind=Kind.GIVEN_BACK, turn=use.turn).exists()


def expiring(*, on: date, within: int = WARNED_DAYS) -> PackageQuerySet:
    """Return the packages of open records that something is left of and that expire within so many days."""
    found = Package.objects.of_open_records().with_left().filter(left__gt=0)
    return found.filter(expires_on__range=(on, on + timedelta(days=within))).soonest_first()


@transaction.atomic
def sell(patient: Patient, sale: Sale, *, today: date, by: Actor, at: datetime) -> Package:
    """Write that somebody bought a number of sessions. today: the day of the site. Raises Refused and Merged."""
    said = {
        "name": sale.name.strip(),
        "sessions_count": sale.sessions_count,
        "price": sale.price,
        "currency": sale.currency.strip().upper(),
        "bought_on": sale.bought_on,
        "expires_on": sale.expires_on,
    }
    rules.must(rules.sale_refusal(**said, today=today))
    _refuse_gone(Patient.with_merged.select_for_update().get(pk=patient.pk))
    package = Package.objects.create(
        patient=patient, service_codes=list(sale.service_codes), note=sale.note.strip(), **said
    )
    _entered(package, Kind.BOUGHT, sale.sessions_count, by=by, at=at)
    audit.record("package.sold", package, by=by, at=at, patient=patient, fields=said)
    return package


@transaction.atomic
def redeem(
    patient: Patient, *, session: UUID, service_code: str, on: date, by: Actor, at: datetime
) -> PackageEntry | None:
    """Use one session of the patient's packages for a treatment; None where none pays for it, or it used one already.

    on: the day of the treatment, at the site. Nothing is refused: a treatment that was done has ended, paid or not.
    """
    if not Package.objects.select_for_update().filter(patient=patient).order_by("pk"):
        return None
    if used_by(session) is not None:
        return None
    package = next_for(patient, service_code=service_code, on=on)
    if package is None:
        return None
    turn = PackageEntry.objects.filter(session=session, kind=Kind.REDEEMED).count() + 1
    used = _entered(package, Kind.REDEEMED, -1, session=session, turn=turn, by=by, at=at)
    audit.record("package.redeemed", package, by=by, at=at, patient=patient, fields={"session": session})
    return used


@transaction.atomic
def give_back(use: PackageEntry, *, reason: str, by: Actor, at: datetime) -> PackageEntry:
    """Give the session back that a treatment used. Raises Refused without a reason, and where it was given back."""
    reason = rules.reason(reason)
    package = _held(use.package)
    if use.kind != Kind.REDEEMED or _was_given_back(use):
        sentence = _("This session was given back before. Nothing was changed.")
        raise Refused(Refusal("package.given_back", _("Given back already"), sentence))
    back = _entered(package, Kind.GIVEN_BACK, 1, session=use.session, turn=use.turn, reason=reason, by=by, at=at)
    said = {"session": use.session}
    audit.record("package.given_back", package, by=by, at=at, patient=package.patient, reason=reason, fields=said)
    return back


@transaction.atomic
def give_back_for(session_uuid: UUID, *, reason: str, by: Actor, at: datetime) -> PackageEntry | None:
    """Give back what a session used, as when it was entered in error; None where it used nothing, or did once.

    May be called twice; the second time nothing happens. A long reason is cut: striking is never refused here.
    """
    use = used_by(session_uuid)
    if use is None:
        return None
    _held(use.package)
    return None if _was_given_back(use) else give_back(use, reason=reason[: rules.LONGEST_REASON], by=by, at=at)


@transaction.atomic
def refund(package: Package, count: int, *, amount: Decimal, reason: str, by: Actor, at: datetime) -> PackageEntry:
    """Take sessions back for money, which is paid back elsewhere. Raises Refused for more than was left or paid."""
    reason = rules.reason(reason)
    held = _held(package)
    rules.must(rules.taking_refusal(count, left=left(held)))
    rules.must(rules.money_refusal(amount, field="amount", most=held.price - paid_back(held)))
    entry = _entered(held, Kind.REFUNDED, -count, amount=amount, reason=reason, by=by, at=at)
    said = {"count": count, "amount": amount}
    audit.record("package.refunded", held, by=by, at=at, patient=held.patient, reason=reason, fields=said)
    return entry


@transaction.atomic
def give_on(package: Package, count: int, *, to: Patient, reason: str, today: date, by: Actor, at: datetime) -> Package:
    """Give sessions to somebody else, and return the package that they have of it, with the same last day of use.

    What was paid stays told where it was bought: the new one costs nothing. Raises Refused for the same person, for a
    package that has expired and for more than is left, and Merged.
    """
    reason = rules.reason(reason)
    giver, taker = merging.hold(package.patient, to)
    for one in (giver, taker):
        _refuse_gone(one)
    held = _held(package)
    if held.patient_id == taker.pk:
        rules.must(rules.unfit("to", _("This package is theirs already. Choose somebody else.")))
    _refuse_expired(held, today)
    rules.must(rules.taking_refusal(count, left=left(held)))
    given = Package.objects.create(
        patient=taker,
        name=held.name,
        sessions_count=count,
        price=Decimal(0),
        currency=held.currency,
        bought_on=today,
        expires_on=held.expires_on,
        service_codes=held.service_codes,
    )
    said = {"reason": reason, "by": by, "at": at}
    _entered(held, Kind.TRANSFERRED_OUT, -count, other=given.uuid, **said)
    _entered(given, Kind.TRANSFERRED_IN, count, other=held.uuid, **said)
    told = {"count": count, "to": given.uuid}
    audit.record("package.given_on", held, patient=giver, fields=told, **said)
    audit.record("package.received", given, patient=taker, fields={"count": count, "from": held.uuid}, **said)
    return given


@transaction.atomic
def correct(
    package: Package, *, remaining: int, reason: str, today: date, by: Actor, at: datetime
) -> PackageEntry | None:
    """Let a package say what is truly left, and return the entry; None where it said so already.

    remaining: from 0 to what it was bought with. Raises Refused without a reason, and for a package that has expired.
    """
    reason = rules.reason(reason)
    held = _held(package)
    _refuse_expired(held, today)
    if not 0 <= remaining <= held.sessions_count:
        words = _("Write how many sessions are left, from 0 to %(most)s.") % {"most": held.sessions_count}
        rules.must(rules.unfit("remaining", words))
    if not (differs := remaining - left(held)):
        return None
    entry = _entered(held, Kind.CORRECTED, differs, reason=reason, by=by, at=at)
    said = {"left": remaining}
    audit.record("package.corrected", held, by=by, at=at, patient=held.patient, reason=reason, fields=said)
    return entry


def expire(*, today: date, at: datetime) -> int:
    """Take away what is left of packages past their last day of use; return of how many. May run twice."""
    over = Package.objects.with_left().filter(expires_on__lt=today, left__gt=0).order_by("pk")
    return sum(_expire(one, by=Actor.system("ledger"), at=at) for one in over)


@transaction.atomic
def _expire(package: Package, *, by: Actor, at: datetime) -> bool:
    held = _held(package)
    there = left(held)
    if there <= 0:
        return False
    _entered(held, Kind.EXPIRED, -there, by=by, at=at)
    audit.record("package.expired", held, by=by, at=at, patient=held.patient, fields={"count": there})
    return True


def _held(package: Package) -> Package:
    """Return the package fresh; whoever takes something from it waits until the transaction ends."""
    return Package.objects.select_for_update(of=("self",)).select_related("patient").get(pk=package.pk)


def _refuse_gone(patient: Patient) -> None:
    if patient.merged_into_id is not None:
        raise Merged(patient)
    if patient.closed_at is not None:
        sentence = _("This record was closed because its patient asked for that. Nothing was changed.")
        raise Refused(Refusal("package.of_closed", _("The record is closed"), sentence))


def _refuse_expired(package: Package, today: date) -> None:
    if rules.has_expired(package.expires_on, on=today):
        sentence = _("This package expired on %(day)s. Nothing was changed; sell another one if it is to go on.")
        said = sentence % {"day": date_format(package.expires_on, "j M Y")}
        raise Refused(Refusal("package.expired", _("This package has expired"), said))


def _entered(package: Package, kind: str, count: int, *, by: Actor, at: datetime, **more: Any) -> PackageEntry:
    return PackageEntry.objects.create(package=package, kind=kind, count=count, at=at, by_name=by.name[:120], **more)
