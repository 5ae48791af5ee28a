"""What a practitioner wrote on the chart so far: plain values, before any rule has seen them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.models import Device, User
from clinic.wall_time import local
from stock.models import Lot, Product
from treatments import creams, prp
from treatments.models import Session, Zone, ZonePass
from treatments.prp import Prp
from treatments.rules import mm


@dataclass(frozen=True)
class ZoneRow:
    """The needling of one zone. reasons: by the code of the finding that the person saw when giving it.

    speed is in speed_unit. carried_from: the session whose settings these are, until is_confirmed says they hold today.
    """

    zone: Zone
    depth_mm: Decimal
    pass_count: int
    endpoint: str
    side: str = ""
    note: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    speed: Decimal | None = None
    speed_unit: str = ""
    carried_from: Session | None = None
    is_confirmed: bool = True

    @property
    def name(self) -> str:
        """Return the zone in words, with its side."""
        return zone_words(self.zone, self.side)


@dataclass(frozen=True)
class SerumRow:
    """A serum by its lot. amount_ml: millilitres or None; reason where the product needs one."""

    lot: Lot
    phase: str
    amount_ml: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True)
class CreamRow:
    """A numbing cream by its lot, with when it went on and came off; reason where an answer keeps it away."""

    lot: Lot
    on_at: datetime
    off_at: datetime | None = None
    is_removed: bool = False
    grams: Decimal | None = None
    reason: str = ""
    area_cm2: int | None = None
    is_occluded: bool = False
    applied_by: User | None = None


@dataclass(frozen=True)
class Draft:
    """Everything on the chart. A part that is None or empty was not filled in yet."""

    device: Device | None = None
    cartridge_lot: Lot | None = None
    unit_code: str = ""
    zones: tuple[ZoneRow, ...] = ()
    serums: tuple[SerumRow, ...] = ()
    serum_is_none: bool = False
    creams: tuple[CreamRow, ...] = ()
    anaesthetic_is_none: bool = False
    cleansed_at: datetime | None = None
    needling_started_at: datetime | None = None
    needling_ended_at: datetime | None = None
    serum_at: datetime | None = None
    calm_from_at: datetime | None = None
    erythema: int | None = None
    oedema: int | None = None
    bleeding: str = ""
    pain_during: int | None = None
    pain_after: int | None = None
    reaction_note: str = ""
    note: str = ""
    personal_words: str = ""
    products: str = ""
    aftercare_given: bool = False
    aftercare_method: str = ""
    sharps_disposed: bool = False
    assistant: User | None = None
    skin_prep_lot: Lot | None = None
    has_barrier_sleeve: bool = False
    seal_was_intact: bool = False
    adjunct: str = ""
    adjunct_details: str = ""
    prp: Prp | None = None

    def on_the_skin(self) -> list[tuple[str, Lot]]:
        """Return the lots of skin preparation, serums and creams, each with its place on the chart."""
        prep = [("skin_prep_lot", self.skin_prep_lot)] if self.skin_prep_lot else []
        serums = [(f"serums.{index}.lot", row.lot) for index, row in enumerate(self.serums)]
        return prep + serums + [(f"creams.{index}.lot", row.lot) for index, row in enumerate(self.creams)]

    def lots(self) -> list[tuple[str, Lot]]:
        """Return every lot of the chart with its place, the cartridge's first."""
        cartridge = [("cartridge_lot", self.cartridge_lot)] if self.cartridge_lot else []
        return [*cartridge, *self.on_the_skin()]

    @property
    def has_prp(self) -> bool:
        """Return whether a kit for platelet-rich plasma is among the serums."""
        return any(row.lot.product.kind == Product.Kind.PRP_KIT for row in self.serums)

    def creams_wanted(self) -> list[tuple[Product, str]]:
        """Return the cream of each row with the reason beside it."""
        return [(row.lot.product, row.reason) for row in self.creams]


STEP_TIMES = ("cleansed_at", "needling_started_at", "needling_ended_at", "serum_at", "calm_from_at")
MORE = (  # of the record, where there is something to say (table f)
    "assistant",
    "skin_prep_lot",
    "has_barrier_sleeve",
    "seal_was_intact",
    "pain_after",
    "adjunct",
    "adjunct_details",
    "aftercare_method",
)
TO_THE_PATIENT = ("personal_words", "products")  # said in the first message after the treatment
PLAIN_FIELDS = (
    "serum_is_none",
    "anaesthetic_is_none",
    *STEP_TIMES,
    "erythema",
    "oedema",
    "bleeding",
    "pain_during",
    "reaction_note",
    "note",
    *TO_THE_PATIENT,
    "aftercare_given",
    "sharps_disposed",
    *MORE,
)


def of(session: Session) -> Draft:
    """Return the chart as it is kept, its rows in the order in which they were written."""
    cartridge = session.cartridge
    creams_used = list(session.anaesthetic_uses.select_related("lot__product", "applied_by"))
    serums_used = list(session.serum_uses.select_related("lot__product"))
    reasons = creams.reasons(session, [one.lot.product for one in creams_used])
    return Draft(
        device=session.device,
        cartridge_lot=cartridge.lot if cartridge else None,
        unit_code=cartridge.unit_code if cartridge else "",
        zones=tuple(
            _zone_row(one)
            for one in session.zone_passes.select_related("zone", "carried_from__practitioner").order_by("pk")
        ),
        serums=tuple(SerumRow(one.lot, one.phase, one.amount_ml, one.reason) for one in serums_used),
        creams=tuple(
            CreamRow(
                one.lot,
                one.on_at,
                one.off_at,
                one.is_removed,
                one.grams,
                reasons.get(one.lot.product_id, ""),
                one.area_cm2,
                one.is_occluded,
                one.applied_by,
            )
            for one in creams_used
        ),
        prp=prp.of(session) if any(one.lot.product.kind == Product.Kind.PRP_KIT for one in serums_used) else None,
        **{name: getattr(session, name) for name in PLAIN_FIELDS},
    )


def zone_words(zone: Zone, side: str) -> str:
    """Return a zone with its side, as a list says it: "Cheek, patient's left"."""
    return f"{zone.label}, {str(ZonePass.Side(side).label).lower()}" if side else zone.label


def _zone_row(one: ZonePass) -> ZoneRow:
    return ZoneRow(
        one.zone,
        one.depth_mm,
        one.pass_count,
        one.endpoint,
        one.side,
        one.note,
        one.reasons,
        one.speed,
        one.speed_unit,
        one.carried_from,
        one.is_confirmed,
    )


# --- what differs, in words --------------------------------------------------------------------------------


def differences(kept: Draft, typed: Draft, *, zone: ZoneInfo) -> dict[str, tuple[str, str]]:
    """Return the parts in which two drafts differ, by their names on the chart: (as kept now, as typed)."""
    ours, theirs = _in_words(kept, zone), _in_words(typed, zone)
    names = dict.fromkeys([*ours, *theirs])
    return {
        str(name): (ours.get(name, ""), theirs.get(name, "")) for name in names if ours.get(name) != theirs.get(name)
    }


def _in_words(draft: Draft, zone: ZoneInfo) -> dict[str, str]:
    """Return a draft as the chart reads: one line per part, zones by their names."""
    said = {
        _("Device"): _say(draft.device, zone),
        _("Cartridge"): " ".join(filter(None, [_say(draft.cartridge_lot, zone), draft.unit_code])),
    }
    for row in draft.zones:
        passes = ngettext("%(count)s pass", "%(count)s passes", row.pass_count) % {"count": row.pass_count}
        endpoint = str(dict(ZonePass.Endpoint.choices).get(row.endpoint, row.endpoint))
        said[row.name] = ", ".join(filter(None, [mm(row.depth_mm), passes, speed_words(row), endpoint, row.note]))
    for row in draft.serums:
        said[_("Serum %(lot)s") % {"lot": row.lot}] = _say(row.amount_ml, zone) or _("yes")
    for row in draft.creams:
        times = (_say(row.on_at, zone), _say(row.off_at, zone) or "…")
        spell = _("%(on)s to %(off)s") % {"on": times[0], "off": times[1]}
        said[_("Numbing cream %(lot)s") % {"lot": row.lot}] = ", ".join([spell, *more_of_cream(row)])
    if draft.prp is not None:
        said[_("Platelet-rich plasma")] = "; ".join(f"{name} {value}" for name, value in prp_words(draft.prp, zone))
    for name in PLAIN_FIELDS:
        kept_as, value = Session._meta.get_field(name), getattr(draft, name)
        said[str(kept_as.verbose_name).capitalize()] = _say(dict(kept_as.flatchoices or ()).get(value, value), zone)
    return said


def more_of_cream(row: CreamRow) -> list[str]:
    """Return what else is known of a cream, in words: "40 cm²", "covered", "put on by Ben Adeyemi"."""
    return [
        *([_("%(area)s cm²") % {"area": row.area_cm2}] if row.area_cm2 else []),
        *([_("covered")] if row.is_occluded else []),
        *([_("put on by %(name)s") % {"name": row.applied_by.name}] if row.applied_by else []),
    ]


def prp_words(told: Prp, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return what is known of platelet-rich plasma, as pairs of label and value."""
    amount = _("%(amount)s ml") % {"amount": told.draw_ml} if told.draw_ml else ""
    pairs = [(_("Blood drawn"), ", ".join(filter(None, [amount, _say(told.drawn_at, zone), told.programme])))]
    for label, check in ((_("Check at the draw"), told.draw), (_("Check before the application"), told.application)):
        who = [check.by.name if check.by else "", _say(check.at, zone)]
        seen = [
            _("name") if check.has_name else "",
            _("date of birth") if check.has_born else "",
            _("label") if check.label == prp.PrpUse.Label.MATCHES else "",
        ]
        pairs.append((label, " · ".join(filter(None, [", ".join(filter(None, seen)), *who]))))
    return [pair for pair in pairs if pair[1]]


def speed_words(row: ZoneRow) -> str:
    """Return the speed of a row with its unit, empty where none was noted: "level 3", "100 Hz"."""
    if row.speed is None:
        return ""
    unit, number = ZonePass.SpeedUnit(row.speed_unit), f"{row.speed.normalize():f}"
    said = {"number": number, "unit": unit.label}
    return _("%(unit)s %(number)s") % said if unit == ZonePass.SpeedUnit.LEVEL else _("%(number)s %(unit)s") % said


def _say(value: object, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(local(value, zone), "H:i")
    return str(value)
