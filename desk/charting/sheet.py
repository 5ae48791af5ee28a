"""What was done, as it is read: on the review before the signature, and on the sealed record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from desk.charting import maps
from desk.charting.maps import Map
from intake.models import Answer
from stock.models import Lot
from treatments.drafts import CreamRow, Draft, SerumRow, ZoneRow, more_of_cream, prp_words, speed_words
from treatments.judging import Finding
from treatments.models import Incident, Session, ZonePass
from treatments.rules import mm

Pair = tuple[str, str]


@dataclass(frozen=True)
class ZoneLine:
    """One zone as it was needled. notes: the note and each reason with what asked for it."""

    name: str
    code: str
    side: str
    depth: str
    passes: int
    endpoint: str
    notes: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True)
class Sheet:
    """A session in words: pairs of label and value, the zones, the answers and what the rules noticed."""

    maps: list[Map]
    times: list[Pair]
    zones: list[ZoneLine]
    used: list[Pair]
    reaction: list[Pair]
    answers: list[Answer]
    incidents: list[Incident]
    noticed: list[Finding]

    @property
    def passed(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_yes]


def of(session: Session, draft: Draft, found: list[Finding]) -> Sheet:
    """Return the sheet of a session; the caller keeps the trail of who read it."""
    return Sheet(
        maps=maps.of(draft.zones),
        times=_times(session),
        zones=[_zone_line(index, row, found) for index, row in enumerate(draft.zones)],
        used=[*_device(session), *_beside_them(draft), *_serums(draft), *_prp(session, draft), *_creams(draft)],
        reaction=_reaction(session, draft),
        answers=list(Answer.objects.filter(screening=session.screening_id).select_related("question", "passed_by")),
        incidents=list(session.incidents.select_related("recorded_by", "review__reviewed_by")),
        noticed=[one for one in found if not one.asks_reason],
    )


def _clock(at: datetime | None) -> str:
    return date_format(_here(at), "H:i") if at else ""


def _here(at: datetime) -> datetime:
    """Return an instant on the wall of the site, whose zone every request wears."""
    return at.astimezone(timezone.get_current_timezone())


def _times(session: Session) -> list[Pair]:
    needling = ""
    if session.needling_started_at and session.needling_ended_at:
        needling = _("%(start)s to %(end)s") % {
            "start": _clock(session.needling_started_at),
            "end": _clock(session.needling_ended_at),
        }
    pairs = [
        (_("Day"), date_format(_here(session.started_at), "l j F Y")),
        (_("Started"), _clock(session.started_at)),
        (_("Cleansed"), _clock(session.cleansed_at)),
        (_("Needling"), needling),
        (_("Serum"), _clock(session.serum_at)),
        (_("Calming from"), _clock(session.calm_from_at)),
        (_("Ended"), _clock(session.ended_at)),
        (_("Practitioner"), session.practitioner.name),
        (_("Assistant"), session.assistant.name if session.assistant else ""),
        (_("Room"), session.room.name if session.room else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _zone_line(index: int, row: ZoneRow, found: list[Finding]) -> ZoneLine:
    asked = [one for one in found if one.where == f"zones.{index}"]
    reasons = [f"{one.words} {one.reason}" for one in asked if one.reason and not one.is_elsewhere]
    return ZoneLine(
        name=row.zone.label,
        code=row.zone.code,
        side=str(ZonePass.Side(row.side).label) if row.side else "",
        depth=mm(row.depth_mm),
        passes=row.pass_count,
        endpoint=str(ZonePass.Endpoint(row.endpoint).label) if row.endpoint else "",
        notes=tuple(filter(None, [row.note, speed_words(row), *reasons, _whose(row)])),
        is_open=any(one.is_open for one in asked),
    )


def _whose(row: ZoneRow) -> str:
    """Return whose settings a zone was given, and whether somebody has said that they hold."""
    if row.carried_from is None:
        return ""
    told = {"day": date_format(_here(row.carried_from.started_at), "j M Y"), "name": row.carried_from.practitioner.name}
    if row.is_confirmed:
        return _("Settings of %(day)s, %(name)s, confirmed.") % told
    return _("Settings of %(day)s, %(name)s, not confirmed yet.") % told


def _device(session: Session) -> list[Pair]:
    pairs = []
    if session.device:
        device = session.device
        pairs.append((_("Device"), f"{device.name} · {device.maker} {device.model} · {device.serial_number}"))
    if session.cartridge:
        lot, unit = session.cartridge.lot, session.cartridge.unit_code
        pairs.append((_("Cartridge"), " · ".join(filter(None, [lot.product.name, _lot(lot), unit]))))
    return pairs


def _beside_them(draft: Draft) -> list[Pair]:
    """Return what was used with the device, and what was done beside it, where that was noted."""
    prep = draft.skin_prep_lot
    adjunct = str(Session.Adjunct(draft.adjunct).label) if draft.adjunct else ""
    pairs = [
        (_("Seal of the cartridge"), _("intact") if draft.seal_was_intact else ""),
        (_("Barrier sleeve"), _("used") if draft.has_barrier_sleeve else ""),
        (_("Skin preparation"), " · ".join([prep.product.name, _lot(prep)]) if prep else ""),
        (_("Beside the needling"), " · ".join(filter(None, [adjunct, draft.adjunct_details]))),
    ]
    return [pair for pair in pairs if pair[1]]


def _lot(lot: Lot) -> str:
    words = _("lot %(lot)s, use until %(day)s")
    return words % {"lot": lot.number, "day": date_format(lot.expires_on, "j M Y")}


def _serums(draft: Draft) -> list[Pair]:
    if draft.serum_is_none:
        return [(_("Serum"), _("None"))]
    return [(_("Serum"), _serum(row)) for row in draft.serums]


def _prp(session: Session, draft: Draft) -> list[Pair]:
    return prp_words(draft.prp, session.appointment.site.zone) if draft.prp else []


def _serum(row: SerumRow) -> str:
    amount = _("%(amount)s ml") % {"amount": number_format(row.amount_ml, 1)} if row.amount_ml else ""
    phase = {"during": _("during needling"), "after": _("after needling")}[row.phase]
    return " · ".join(filter(None, [row.lot.product.name, _lot(row.lot), phase, amount, row.reason]))


def _creams(draft: Draft) -> list[Pair]:
    if draft.anaesthetic_is_none:
        return [(_("Numbing cream"), _("None"))]
    return [(_("Numbing cream"), _cream(row)) for row in draft.creams]


def _cream(row: CreamRow) -> str:
    grams = _("%(grams)s g") % {"grams": number_format(row.grams, 1)} if row.grams else ""
    times = _("on %(on)s, off %(off)s") % {"on": _clock(row.on_at), "off": _clock(row.off_at) or "…"}
    removed = _("removed fully") if row.is_removed else _("not removed yet")
    told = [row.lot.product.name, _lot(row.lot), grams, times, removed, *more_of_cream(row), row.reason]
    return " · ".join(filter(None, told))


def _reaction(session: Session, draft: Draft) -> list[Pair]:
    def of_top(value: int | None, top: int) -> str:
        return "" if value is None else _("%(value)s of %(top)s") % {"value": value, "top": top}

    pairs = [
        (_("Redness"), of_top(draft.erythema, 4)),
        (_("Swelling"), of_top(draft.oedema, 4)),
        (_("Bleeding"), str(Session.Bleeding(draft.bleeding).label) if draft.bleeding else ""),
        (_("Pain"), of_top(draft.pain_during, 10)),
        (_("Pain afterwards"), of_top(draft.pain_after, 10)),
        (_("Skin"), draft.reaction_note),
        (_("Aftercare"), _aftercare(session, draft)),
        (_("For this patient"), draft.personal_words),
        (_("Recommended products"), ", ".join(draft.products.splitlines())),
        (_("Sharps"), _("disposed of") if draft.sharps_disposed else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _aftercare(session: Session, draft: Draft) -> str:
    """Return that aftercare was given, how, and which version of it."""
    if not draft.aftercare_given:
        return ""
    method = {"printed": _("printed"), "sent": _("sent"), "told": _("told")}.get(draft.aftercare_method, "")
    version = session.aftercare_version
    which = _("version %(version)s of the texts") % {"version": version} if version else ""
    return " · ".join(filter(None, [_("explained and handed over"), method, which]))
