"""What was done, zone by zone: by the concern's usual depth, the zone's cap and how far the course has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from desk.demo import shelf
from desk.demo.script import pick
from stock.models import Lot
from treatments import judging
from treatments.drafts import CreamRow, Draft, SerumRow, ZoneRow
from treatments.models import Session, Zone, ZonePass
from treatments.phrases import Row

PHRASES = (
    Row("calm", "Calm skin at the start, even response on all zones."),
    Row("pin", "Pinpoint bleeding in all zones, stopped by itself within minutes."),
    Row("left", "Slower over the left side, where it was tender."),
    Row("cool", "Cooled for ten minutes, redness eased before leaving."),
    Row("sun", "Shade, hat and sunscreen talked over once more."),
)
STEP = Decimal("0.25")
ZONES = {
    "acne_scars": ("cheek", "jawline", "chin", "temple", "forehead"),
    "surgical_scars": ("cheek", "chin"),
    "other_scars": ("forehead", "cheek"),
    "stretch_marks": ("abdomen", "flank_hip", "thigh"),
    "fine_lines": ("periorbital", "forehead", "upper_lip", "glabella"),
    "deep_wrinkles": ("forehead", "glabella", "cheek", "neck"),
    "skin_laxity": ("jawline", "cheek", "neck"),
    "enlarged_pores": ("nose", "cheek", "chin"),
    "uneven_texture": ("cheek", "forehead", "nose"),
    "uneven_tone": ("cheek", "cheekbone", "forehead"),
    "hyperpigmentation": ("cheek", "cheekbone", "forehead"),
    "melasma": ("cheek", "upper_lip", "forehead"),
    "dullness": ("cheek", "forehead"),
}
REASONS = {
    "above_zone": "Old scar tissue, tested on a small area first.",
    "above_concern": "Thick skin; the last session left no trace after two days.",
    "below_concern": "First session here; shallow to see how the skin answers.",
    "above_evidence": "Deep rolling scars, agreed with the patient after three calm sessions.",
    "pigment": "Small area only, tested four weeks ago without marks.",
    "outside_usual": "Fine skin over bone.",
    "off_label_concern": "Outside the label of this pen; talked over and agreed with the patient.",
    "off_label_zone": "Outside the label of this pen; talked over and agreed with the patient.",
    "off_label_age": "Younger than the label names; talked over and agreed with the patient.",
    "off_label_skin_type": "Outside the label of this pen; tested four weeks ago without marks.",
    "off_label_depth": "Deep rolling scars, agreed with the patient after three calm sessions.",
}
NOTES = (
    "Tolerated well. Slower over the left side, where it was tender.",
    "Calm skin at the start. Even response on all zones.",
    "A little more swelling than last time, gone after cooling.",
    "Patient says the skin was smooth again after three days last time.",
    "Kept away from one small healing spot on the chin.",
    "Good light, photographs not taken today at the patient's wish.",
)


class Shelf:
    """The lots by what they are for, asked once a day for what may be used."""

    def __init__(self) -> None:
        self.names = {entry["name"]: what for what, entry in shelf.PRODUCTS.items()}

    def lot(self, what: str, on: date, *keys: object) -> Lot:
        usable = [lot for lot in Lot.objects.usable(on) if self.names[lot.product.name] == what]
        return pick(usable, what, *keys)


def begun(session: Session, lots: Shelf, *, at: datetime) -> Draft:
    """Return the chart a few minutes after the start: the cream is on and works."""
    on = at.astimezone(session.appointment.site.zone).date()
    lot = lots.lot(shelf.CREAM, on, session.patient.name, session.number)
    cream = CreamRow(lot, on_at=at - timedelta(minutes=2), grams=Decimal("6.0"))
    return Draft(device=session.device, creams=(cream,))


def complete(session: Session, lots: Shelf, *, numbing: bool) -> Draft:
    """Return the chart of a whole session that began at `started_at`; every finding has its reason."""
    keys = (session.patient.name, session.number)
    on = session.started_at.astimezone(session.appointment.site.zone).date()
    rows = _zones(session)
    deepest = max(row.depth_mm for row in rows)
    needling_at = session.started_at + timedelta(minutes=40 if numbing else 10)
    serum = pick((shelf.GEL, shelf.GEL, shelf.PEPTIDE, ""), "serum", *keys)
    draft = Draft(
        device=session.device,
        skin_prep_lot=lots.lot(shelf.PREP, on, *keys),
        seal_was_intact=True,
        has_barrier_sleeve=True,
        cartridge_lot=lots.lot(shelf.DEEP if deepest > Decimal("1.50") else shelf.SHORT, on, *keys),
        zones=rows,
        serums=_serums(serum, lots, on, keys),
        serum_is_none=not serum,
        creams=_creams(session, lots, on) if numbing else (),
        anaesthetic_is_none=not numbing,
        needling_started_at=needling_at,
        needling_ended_at=needling_at + timedelta(minutes=pick((22, 24, 26, 28), "minutes", *keys)),
        erythema=pick((1, 2, 2, 3), "redness", *keys),
        oedema=pick((0, 1, 1), "swelling", *keys),
        bleeding=Session.Bleeding.PINPOINT if deepest >= Decimal("1.50") else Session.Bleeding.NONE,
        pain_during=pick((2, 3, 3, 4, 5), "pain", *keys),
        note=pick(NOTES, "note", *keys),
        pain_after=pick((0, 1, 1, 2), "pain after", *keys),
        adjunct=Session.Adjunct.NONE,
        aftercare_given=True,
        aftercare_method=Session.Given.SENT,
        sharps_disposed=True,
    )
    return _with_reasons(session, draft)


def _zones(session: Session) -> tuple[ZoneRow, ...]:
    """Go a quarter of a millimetre deeper each session where the skin does not darken easily."""
    concern = session.course.concern
    goes_deeper = not session.patient.has_pigment_history
    wished = concern.min_mm + STEP * ((session.number or 1) - 1 if goes_deeper else 0)
    by_code = {zone.code: zone for zone in Zone.objects.filter(code__in=ZONES[concern.code])}
    deepest = min(concern.max_mm, session.device.max_depth_mm, session.practitioner.max_depth_mm)
    return tuple(
        ZoneRow(
            zone=(zone := by_code[code]),
            depth_mm=(depth := min(wished, deepest, zone.max_mm)),
            pass_count=pick((2, 3, 3, 4), code, session.patient.name, session.number),
            endpoint=_endpoint(depth),
        )
        for code in ZONES[concern.code]
    )


def _endpoint(depth_mm: Decimal) -> str:
    if depth_mm >= Decimal("1.50"):
        return ZonePass.Endpoint.PINPOINT_BLEEDING
    return ZonePass.Endpoint.ERYTHEMA_UNIFORM if depth_mm >= Decimal("0.75") else ZonePass.Endpoint.ERYTHEMA_MILD


def _serums(what: str, lots: Shelf, on: date, keys: tuple[object, ...]) -> tuple[SerumRow, ...]:
    if not what:
        return ()
    reason = "Used before without any reaction." if what == shelf.PEPTIDE else ""
    return (SerumRow(lots.lot(what, on, *keys), phase="after", amount_ml=Decimal("2.0"), reason=reason),)


def _creams(session: Session, lots: Shelf, on: date) -> tuple[CreamRow, ...]:
    started_at = session.started_at
    lot = lots.lot(shelf.CREAM, on, session.patient.name, session.number)
    times = {"on_at": started_at + timedelta(minutes=8), "off_at": started_at + timedelta(minutes=38)}
    return (CreamRow(lot, **times, is_removed=True, grams=Decimal("6.0"), area_cm2=120),)


def _with_reasons(session: Session, draft: Draft) -> Draft:
    reasons: dict[str, dict[str, str]] = {}
    for found in judging.of_session(session, draft):
        if found.is_open and found.where.startswith("zones."):
            reasons.setdefault(found.where, {})[found.code] = REASONS[found.code]
    zones = tuple(replace(row, reasons=reasons.get(f"zones.{n}", {})) for n, row in enumerate(draft.zones))
    return replace(draft, zones=zones)
