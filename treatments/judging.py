"""What the rules say of a chart: what cannot be recorded, what asks for a reason, what is still open.

`where` names the place on the chart: "device", "zones.0.depth_mm" for the first zone of the draft. Rows are the
draft's, so a page can show each sentence at its field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from clinic import wall_time
from clinic.models import Device, User
from clinic.refusals import Refusal
from stock.models import Product
from treatments import courses, creams, demands, labels, more, prp, rules
from treatments.caps import concern_range, zone_cap
from treatments.drafts import STEP_TIMES, CreamRow, Draft, SerumRow, ZoneRow
from treatments.models import Concern, Session


@dataclass(frozen=True)
class Problem:
    """Something on the chart that cannot be recorded, and where."""

    where: str
    refusal: Refusal


@dataclass(frozen=True)
class Finding:
    """Something the rules noticed. asks_reason: the treatment cannot end before a reason stands beside it.

    is_elsewhere: the reason stands at another zone, or in the plan of the course, and holds here too.
    """

    where: str
    code: str
    words: str
    asks_reason: bool = True
    reason: str = ""
    is_elsewhere: bool = False

    @property
    def is_open(self) -> bool:
        return self.asks_reason and not self.reason.strip()


@dataclass(frozen=True)
class Missing:
    """Something the chart lacks before the treatment can end; words fit into a list."""

    where: str
    words: str


@dataclass(frozen=True)
class Frame:
    """What a chart is judged in. age: whole years on the day of the session. agreed: what the plan of the course has
    agreed for this session, by the code of the zone, "" for any: how deep, and the reasons by the code of the finding.
    """

    concern: Concern | None
    fitzpatrick: int | None
    age: int | None = None
    agreed: Mapping[str, tuple[Decimal, Mapping[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session) -> Frame:
        course, patient = session.course, session.patient
        day = wall_time.local(session.started_at, session.appointment.site.zone).date()
        agreed = courses.agreed_depths(course, session.number) if course and session.number else {}
        return cls(course.concern if course else None, patient.fitzpatrick, patient.age_on(day), agreed)

    def reasons_for(self, row: ZoneRow) -> Mapping[str, str]:
        """Return the reasons of the plan that hold for a zone: those for as deep as it was agreed, or less."""
        depth_mm, reasons = self.agreed.get(row.zone.code) or self.agreed.get("") or (None, {})
        return reasons if depth_mm is not None and row.depth_mm <= depth_mm else {}


def problem(where: str, rule: str, sentence: str) -> Problem:
    return Problem(where, Refusal(rule, _("This can't be recorded."), sentence))


# --- what cannot be recorded -----------------------------------------------------------------------------


def problems(draft: Draft, *, practitioner: User, at: datetime) -> list[Problem]:
    """Return everything in the draft that no reason can pass; lots are judged when they are opened."""
    return [
        *_zone_problems(draft, practitioner),
        *_serum_problems(draft),
        *_cream_problems(draft, at),
        *_time_problems(draft, at),
        *_scale_problems(draft),
        *(problem(*said) for said in more.problems(draft)),
        *(problem(*said) for said in prp.problems(draft.prp if draft.has_prp else None, at=at)),
    ]


def limits(draft: Draft, practitioner: User) -> list[rules.Limit]:
    """Return the upper limits of depth that are known so far: device, needles, practitioner (C-06)."""
    known = []
    if draft.device:
        known.append(rules.device_limit(draft.device.name, draft.device.max_depth_mm))
    if draft.cartridge_lot and draft.cartridge_lot.product.needle_length_mm:
        product = draft.cartridge_lot.product
        known.append(rules.cartridge_limit(product.name, product.needle_length_mm))
    return [*known, rules.practitioner_limit(practitioner.short_name, practitioner.max_depth_mm)]


def device_problem(device: Device, *, site_id: int, on: date) -> Problem | None:
    """Return why a device may not be used at a site on that day, or None (C-613)."""
    named = {"device": device.name}
    if device.site_id != site_id:
        return problem("device", "device.elsewhere", _("%(device)s belongs to another site.") % named)
    if device.quarantined_at:
        return problem("device", "device.quarantined", _("%(device)s is out of use.") % named)
    if device.service_due_on < on:
        sentence = _("The service of %(device)s is overdue; it can't be used before.") % named
        return problem("device", "device.service_overdue", sentence)
    return None


def _zone_problems(draft: Draft, practitioner: User) -> Iterator[Problem]:
    known = limits(draft, practitioner)
    step = draft.device.step_mm if draft.device else None
    seen = set()
    for index, row in enumerate(draft.zones):
        refusal = rules.depth_refusal(row.depth_mm, zone=zone_cap(row.zone), limits=known, step_mm=step)
        if refusal:
            yield Problem(f"zones.{index}.depth_mm", refusal)
        low, high = rules.PASSES
        if not low <= row.pass_count <= high:
            sentence = _("Passes are counted from %(low)s to %(high)s.") % {"low": low, "high": high}
            yield problem(f"zones.{index}.pass_count", "passes.range", sentence)
        if (row.zone.pk, row.side) in seen:
            sentence = _("%(zone)s is on the chart twice. Write it once.") % {"zone": row.zone}
            yield problem(f"zones.{index}.zone", "zone.twice", sentence)
        seen.add((row.zone.pk, row.side))
        yield from _speed_problems(index, row)


def _speed_problems(index: int, row: ZoneRow) -> Iterator[Problem]:
    """Yield what is wrong with a speed: it is above 0 and has its unit; how fast is recorded, not judged (C-12)."""
    if row.speed is not None and row.speed <= 0:
        yield problem(f"zones.{index}.speed", "speed.range", _("Write a speed above 0, or leave it empty."))
    if bool(row.speed_unit) != (row.speed is not None):
        sentence = _("Say what the speed is counted in.") if row.speed else _("Write the speed, or take its unit away.")
        yield problem(f"zones.{index}.speed_unit" if row.speed else f"zones.{index}.speed", "speed.unit", sentence)


def _serum_problems(draft: Draft) -> Iterator[Problem]:
    if draft.serums and draft.serum_is_none:
        yield problem("serum_is_none", "serum.contradiction", _("There is a serum and “no serum”. Keep one of them."))
    seen = set()
    for index, row in enumerate(draft.serums):
        where = f"serums.{index}.lot"
        if row.lot.product.kind not in Product.OFFERED_AS[Product.Kind.SERUM]:
            yield problem(where, "serum.kind", _("Lot %(lot)s is not a serum.") % {"lot": row.lot})
        elif row.lot.product.open_channel == Product.OpenChannel.BLOCK:
            sentence = _("%(product)s may not go on needled skin.") % {"product": row.lot.product}
            yield problem(where, "serum.blocked", sentence)
        if (row.lot.pk, row.phase) in seen:
            yield problem(where, "serum.twice", _("Lot %(lot)s is on the chart twice.") % {"lot": row.lot})
        seen.add((row.lot.pk, row.phase))


def _cream_problems(draft: Draft, at: datetime) -> Iterator[Problem]:
    if draft.creams and draft.anaesthetic_is_none:
        sentence = _("There is a numbing cream and “no numbing cream”. Keep one of them.")
        yield problem("anaesthetic_is_none", "cream.contradiction", sentence)
    for index, row in enumerate(draft.creams):
        if row.lot.product.kind != Product.Kind.ANAESTHETIC:
            sentence = _("Lot %(lot)s is not a numbing cream.") % {"lot": row.lot}
            yield problem(f"creams.{index}.lot", "cream.kind", sentence)
        if row.on_at > at:
            yield problem(f"creams.{index}.on_at", "cream.future", _("This time has not come yet."))
        if row.off_at and row.off_at > at:
            yield problem(f"creams.{index}.off_at", "cream.future", _("This time has not come yet."))
        if row.off_at and row.off_at <= row.on_at:
            sentence = _("The cream came off after it went on; check both times.")
            yield problem(f"creams.{index}.off_at", "cream.order", sentence)


def _time_problems(draft: Draft, at: datetime) -> Iterator[Problem]:
    for where in STEP_TIMES:
        time = getattr(draft, where)
        if time and time > at:
            yield problem(where, "needling.future", _("This time has not come yet."))
    start, end = draft.needling_started_at, draft.needling_ended_at
    if start and end and end < start:
        sentence = _("Needling ended after it began; check both times.")
        yield problem("needling_ended_at", "needling.order", sentence)


def _scale_problems(draft: Draft) -> Iterator[Problem]:
    for where, value, top in (
        ("erythema", draft.erythema, 4),
        ("oedema", draft.oedema, 4),
        ("pain_during", draft.pain_during, 10),
    ):
        if value is not None and not 0 <= value <= top:
            yield problem(where, "reaction.range", _("Choose 0 to %(top)s.") % {"top": top})


# --- what asks for a reason, or is noted -----------------------------------------------------------------


def findings(
    draft: Draft,
    frame: Frame,
    *,
    against: Mapping[int, Sequence[Refusal]] | None = None,
    allergic_to: Iterable[str] = (),
) -> list[Finding]:
    """Return what the rules noticed, in the order of the chart; a finding keeps the reason given for it.

    against: what keeps creams away, by the id of the product. allergic_to: what the record says the patient reacts to.
    """
    found: list[Finding] = []
    answered = _answered(draft.zones)
    for index, row in enumerate(draft.zones):
        found += _zone_findings(f"zones.{index}", row, draft.device, frame, answered)
    for index, row in enumerate(draft.serums):
        found += _serum_findings(f"serums.{index}", row)
    for index, row in enumerate(draft.creams):
        found += _cream_findings(f"creams.{index}", row, (against or {}).get(row.lot.product_id, ()))
    noted = [Finding(*said, asks_reason=False) for said in more.notes(draft, allergic_to)]
    return [*found, *_needling_findings(draft), *noted]


def _answered(rows: Iterable[ZoneRow]) -> dict[str, str]:
    """Return the reason given for each finding of the session: one answer holds for all of its zones."""
    return {code: reason for row in rows for code, reason in row.reasons.items() if reason.strip()}


def _zone_findings(
    where: str, row: ZoneRow, device: Device | None, frame: Frame, answered: Mapping[str, str]
) -> Iterator[Finding]:
    usual, planned = concern_range(frame.concern), frame.reasons_for(row)
    for found in [
        *rules.depth_findings(row.depth_mm, zone=zone_cap(row.zone), concern=usual, fitzpatrick=frame.fitzpatrick),
        *_off_label(row, device, frame),
    ]:
        own = row.reasons.get(found.code, "").strip()
        reason = own or planned.get(found.code, "") or answered.get(found.code, "")
        yield Finding(where, found.code, found.words, reason=reason, is_elsewhere=bool(reason and not own))


def _off_label(row: ZoneRow, device: Device | None, frame: Frame) -> list[labels.LabelFinding]:
    if device is None:
        return []
    concern = frame.concern.code if frame.concern else None
    return labels.off_label_words(device, concern, row.zone.code, frame.age, frame.fitzpatrick, row.depth_mm)


def _serum_findings(where: str, row: SerumRow) -> Iterator[Finding]:
    if row.lot.product.open_channel == Product.OpenChannel.OVERRIDE:
        words = _("%(product)s goes on needled skin only with a reason.") % {"product": row.lot.product}
        yield Finding(where, "open_channel", words, reason=row.reason)


def _cream_findings(where: str, row: CreamRow, against: Sequence[Refusal]) -> Iterator[Finding]:
    for refusal in against:
        yield Finding(where, refusal.rule, refusal.sentence, asks_reason=not refusal.is_hard, reason=row.reason)
    noted = [rules.cream_strength_words(row.lot.product.active_percent)]
    if row.off_at:
        noted.append(rules.cream_minutes_words(int((row.off_at - row.on_at).total_seconds() // 60)))
    for words in filter(None, noted):
        yield Finding(where, "cream", words, asks_reason=False)


def _needling_findings(draft: Draft) -> Iterator[Finding]:
    if draft.needling_started_at and draft.needling_ended_at:
        minutes = int((draft.needling_ended_at - draft.needling_started_at).total_seconds() // 60)
        words = rules.needling_minutes_words(minutes)
        if words:
            yield Finding("needling_ended_at", "needling_minutes", words, asks_reason=False)


# --- what is still open ----------------------------------------------------------------------------------


def missing(draft: Draft, found: Iterable[Finding], asked: Collection[str] = ()) -> list[Missing]:
    """Return everything the chart lacks before the treatment can end, in the order of the chart (table f).

    asked: the fields that this clinic asks for beyond the usual (`treatments.demands`).
    """
    gone = [
        Missing(where, words)
        for where, is_missing, words in (
            ("zones", not draft.zones, _("a zone")),
            ("device", draft.device is None, _("the device")),
            ("cartridge_lot", draft.cartridge_lot is None, _("the cartridge")),
            ("serums", not draft.serums and not draft.serum_is_none, _("the serum, or “no serum”")),
            (
                "creams",
                not draft.creams and not draft.anaesthetic_is_none,
                _("the numbing cream, or “no numbing cream”"),
            ),
            ("erythema", draft.erythema is None, _("the redness")),
            ("oedema", draft.oedema is None, _("the swelling")),
            ("pain_during", draft.pain_during is None, _("the pain")),
            ("aftercare_given", not draft.aftercare_given, _("that aftercare was explained")),
            ("sharps_disposed", not draft.sharps_disposed, _("that the sharps were disposed of")),
        )
        if is_missing
    ]
    gone += [Missing(*one) for one in demands.lacking(draft, asked)]
    if draft.has_prp:
        gone += [Missing(*one) for one in prp.lacking(draft.prp)]
    elif draft.adjunct == Session.Adjunct.PRP:
        gone.append(Missing("serums", _("the PRP kit")))
    return [*gone, *_zones_open(draft), *_creams_left_on(draft), *_reasons_open(draft, found)]


def _zones_open(draft: Draft) -> Iterator[Missing]:
    """Yield the zones whose endpoint was not seen, and those that only say what was done the last time."""
    for index, row in enumerate(draft.zones):
        if not row.is_confirmed:
            yield Missing(
                f"zones.{index}.is_confirmed", _("that the settings of %(zone)s hold today") % {"zone": row.name}
            )
        if not row.endpoint:
            yield Missing(f"zones.{index}.endpoint", _("the endpoint of %(zone)s") % {"zone": row.name})


def _creams_left_on(draft: Draft) -> Iterator[Missing]:
    for index, row in enumerate(draft.creams):
        if row.off_at is None or not row.is_removed:
            words = _("when the cream %(lot)s came off, and that it was removed fully") % {"lot": row.lot}
            yield Missing(f"creams.{index}.off_at", words)


def _reasons_open(draft: Draft, found: Iterable[Finding]) -> Iterator[Missing]:
    for where in dict.fromkeys(one.where for one in found if one.is_open):
        kind, _dot, index = where.partition(".")
        row = getattr(draft, kind)[int(index)]
        name = row.name if kind == "zones" else row.lot.product.name
        yield Missing(f"{where}.reason", _("a reason for %(name)s") % {"name": name})


def of_session(session: Session, draft: Draft, frame: Frame | None = None) -> list[Finding]:
    """Return the findings of a chart under the session's course and patient; frame: theirs, where it is known."""
    products = [row.lot.product for row in draft.creams]
    against = {pk: [one.refusal for one in found] for pk, found in creams.objections(session, products).items()}
    allergic_to = more.allergies(session, draft)
    return findings(draft, frame or Frame.of(session), against=against, allergic_to=allergic_to)
