"""Tracing in both directions: from a lot, a product or a device to the people, and from a person to every lot.

Each function asks the database a fixed number of times, however many sessions it finds. A lot is always a row and never
its number alone, so one number under two products is two lots. Sessions that were entered in error are among what is
found, and say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from clinic import wall_time
from clinic.models import Device, User
from patients.models import Patient
from stock.models import Lot, Product
from treatments.models import AnaestheticUse, Recall, SerumUse, Session, ZonePass

BESIDE = ("patient", "practitioner", "device")
UNREAD = (  # what takes the longest to make out of a row, and no list says
    "beside",
    "typed",
    "patient__guardian_phone",
    "patient__emergency_phone",
    "practitioner__board_look",
    "device__cleared",
)
Days = tuple[date | None, date | None]  # from and to, both included; None where it is open
EVER: Days = (None, None)


@dataclass(frozen=True)
class Use:
    """One session in which it was used. lots: those of them that were asked for; zones: what was needled, in order."""

    session: Session
    lots: tuple[Lot, ...]
    zones: tuple[str, ...]

    @property
    def is_struck(self) -> bool:
        return self.session.struck_at is not None


@dataclass(frozen=True)
class Used:
    """One thing that was used on a patient. thing: a lot, or the device; on_skin_as: how, in words."""

    session: Session
    on_skin_as: str
    lot: Lot | None = None
    device: Device | None = None


def of_lot(lot: Lot, *, zone: ZoneInfo, days: Days = EVER, most: int | None = None) -> list[Use]:
    """Return the sessions in which a lot was used, the latest first. Two queries."""
    found = _between(Session.objects.filter(pk__in=_with_lots(Q(lot=lot))), days, zone, most)
    return [Use(one, (lot,), zones) for one, zones in _with_zones(found)]


def of_product(product: Product, *, zone: ZoneInfo, days: Days = EVER, most: int | None = None) -> list[Use]:
    """Return the sessions in which any lot of a product was used, each with its lots. Three queries."""
    which = Q(lot__product=product)
    found = _between(Session.objects.filter(pk__in=_with_lots(which)), days, zone, most)
    first, *others = _lot_rows(which)
    lots: dict[int, dict[int, Lot]] = {}
    for row in first.union(*others):
        lot = Lot(pk=row["lot_pk"], number=row["lot_number"], expires_on=row["lot_expires_on"], product=product)
        lots.setdefault(row["session_pk"], {})[lot.pk] = lot
    return [Use(one, tuple(lots.get(one.pk, {}).values()), zones) for one, zones in _with_zones(found)]


def of_device(device: Device, *, zone: ZoneInfo, days: Days = EVER, most: int | None = None) -> list[Use]:
    """Return the sessions that were held with a device, the latest first. Two queries."""
    found = _between(Session.objects.filter(device=device), days, zone, most)
    return [Use(one, (), zones) for one, zones in _with_zones(found)]


def of_practitioner(user: User, *, zone: ZoneInfo, days: Days = EVER, most: int | None = None) -> list[Use]:
    """Return the sessions that a practitioner held, the latest first. Two queries."""
    found = _between(Session.objects.filter(practitioner=user), days, zone, most)
    return [Use(one, (), zones) for one, zones in _with_zones(found)]


def of_recall(recall: Recall) -> list[Use]:
    """Return the sessions that a recall is about as the records stand now: one recorded later joins by itself."""
    when = {"days": (recall.used_from_on, recall.used_until_on), "zone": recall.site.zone}
    if recall.lot is not None:
        return of_lot(recall.lot, **when)
    return of_product(recall.product, **when) if recall.product is not None else of_device(recall.device, **when)


def lots_of_patient(patient: Patient) -> list[Used]:
    """Return every lot and device that was used on a patient, the latest session first. Three queries."""
    sessions = Session.objects.filter(patient=patient)
    kept = ("cartridge__lot__product", "skin_prep_lot__product")
    found = sessions.select_related(*BESIDE, *kept).order_by("-started_at", "-pk")
    beside: dict[int, list[tuple[str, Lot]]] = {}
    for model, words in ((AnaestheticUse, None), (SerumUse, "phase")):
        rows = model.objects.filter(session__patient=patient).select_related("lot__product").order_by("pk")
        for row in rows:
            said = row.get_phase_display() if words else ""
            name = str(row.lot.product.get_kind_display())
            beside.setdefault(row.session_id, []).append((f"{name}: {said}" if said else name, row.lot))
    return [used for session in found for used in _on_skin(session, beside.get(session.pk, []))]


def _on_skin(session: Session, beside: Iterable[tuple[str, Lot]]) -> Iterator[Used]:
    if session.device is not None:
        yield Used(session, _("Device"), device=session.device)
    if session.cartridge is not None:
        lot = session.cartridge.lot
        yield Used(session, str(lot.product.get_kind_display()), lot=lot)
    if session.skin_prep_lot is not None:
        lot = session.skin_prep_lot
        yield Used(session, str(lot.product.get_kind_display()), lot=lot)
    for words, lot in beside:
        yield Used(session, words, lot=lot)


def _with_lots(which: Q) -> QuerySet:
    """Return the keys of the sessions in which such a lot was cartridge, skin preparation, serum or cream."""
    of_cartridge = Session.objects.filter(_under("cartridge", which)).order_by().values("pk")
    of_prep = Session.objects.filter(_as_prep(which)).order_by().values("pk")
    others = (model.objects.filter(which).order_by().values("session") for model in (SerumUse, AnaestheticUse))
    return of_cartridge.union(of_prep, *others)


def _lot_rows(which: Q) -> Iterator[QuerySet]:
    """Yield what tells the lots of sessions, alike of each table, so that they are asked together."""
    yield _lot_values(Session.objects.filter(_under("cartridge", which)), "pk", "cartridge__lot")
    yield _lot_values(Session.objects.filter(_as_prep(which)), "pk", "skin_prep_lot")
    for model in (SerumUse, AnaestheticUse):
        yield _lot_values(model.objects.filter(which), "session", "lot")


def _lot_values(rows: QuerySet, session: str, lot: str) -> QuerySet:
    named = {"session_pk": F(session), "lot_pk": F(lot), "lot_number": F(f"{lot}__number")}
    return rows.order_by().values(**named, lot_expires_on=F(f"{lot}__expires_on"))


def _under(name: str, which: Q) -> Q:
    """Return the same condition one key further away."""
    return Q(*((f"{name}__{path}", value) for path, value in which.children))


def _as_prep(which: Q) -> Q:
    """Return the same condition of the lot that prepared the skin."""
    return Q(*((path.replace("lot", "skin_prep_lot", 1), value) for path, value in which.children))


def _between(found: QuerySet, days: Days, zone: ZoneInfo, most: int | None) -> QuerySet:
    begins, ends = days
    if begins is not None:
        found = found.filter(started_at__gte=wall_time.day_bounds(begins, zone)[0])
    if ends is not None:
        found = found.filter(started_at__lt=wall_time.day_bounds(ends, zone)[1])
    return found.order_by("-started_at", "-pk")[:most]


def _with_zones(found: QuerySet) -> Iterator[tuple[Session, tuple[str, ...]]]:
    """Yield each session with what was needled, in words and in the order of the body."""
    zones: dict[int, list[str]] = {}
    sides = dict(ZonePass.Side.choices)
    rows = ZonePass.objects.filter(session__in=found.values("pk")).order_by("zone__position", "side")
    for pk, label, side in rows.values_list("session", "zone__label", "side"):
        zones.setdefault(pk, []).append(f"{label} ({sides[side]})" if side else label)
    for session in found.select_related(*BESIDE).defer(*UNREAD):
        yield session, tuple(zones.get(session.pk, ()))
