"""A signed record as a document: what the page says, on A4, with the seal by which it can be proved."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.wall_time import local
from desk.charting.sheet import Sheet
from treatments.models import Session

TEMPLATE = Path(__file__).with_name("record.typ")


def of(session: Session, sheet: Sheet, *, at: datetime) -> bytes:
    """Return the record of a signed session as PDF. at: when it is made, for its foot."""
    said = {"record": json.dumps(_said(session, sheet, at=at))}
    return typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), format="pdf", sys_inputs=said)


def _said(session: Session, sheet: Sheet, *, at: datetime) -> dict[str, Any]:
    patient, zone = session.patient, session.appointment.site.zone
    moment = {"name": session.signed_by.name, "at": date_format(local(session.signed_at, zone), "j F Y, H:i")}
    return {
        "language": translation.get_language() or "en",
        "title": _("Record of a session"),
        "site": session.appointment.site.name,
        "patient": [
            (_("Patient"), patient.name),
            (_("Born"), date_format(patient.born_on, "j F Y") if patient.born_on else _("Not known")),
            (_("Reference"), patient.reference),
        ],
        "zone_heads": [_("Zone"), _("Depth"), _("Passes"), _("Endpoint")],
        "zones": [
            {
                "cells": [", ".join(filter(None, [one.name, one.side])), one.depth, str(one.passes), one.endpoint],
                "notes": list(one.notes),
            }
            for one in sheet.zones
        ],
        "parts": [
            {"heading": heading, "pairs": [[str(name), str(value)] for name, value in pairs]}
            for heading, pairs in (
                (_("Used"), sheet.used),
                (_("Reaction right after"), sheet.reaction),
                (_("When and who"), sheet.times),
                (_("Before the start"), _before(session, sheet)),
            )
        ],
        "note_heading": _("Note"),
        "note": session.note,
        "incidents_heading": _("Incidents"),
        "incidents": [_incident(one) for one in sheet.incidents],
        "addenda_heading": _("Addenda"),
        "addenda": [_addendum(one, zone) for one in session.addenda.select_related("written_by")],
        "signed": _("Signed by %(name)s, %(at)s") % moment,
        "rules": _("Judged by rule set %(version)s.") % {"version": session.rule_set.version},
        "seal": _("Seal (SHA-256): %(digest)s") % {"digest": session.seal_digest},
        "foot": _("%(reference)s, printed %(at)s")
        % {"reference": patient.reference, "at": date_format(local(at, zone), "j M Y, H:i")},
    }


def _before(session: Session, sheet: Sheet) -> list[tuple[str, str]]:
    zone = session.appointment.site.zone
    told = [(_("Identity"), _("confirmed at %(at)s") % {"at": _clock(session.identity_confirmed_at, zone)})]
    if session.consent:
        signed = date_format(local(session.consent.given_at, zone), "j M Y, H:i")
        words = _("version %(version)s, %(at)s") % {"version": session.consent.text.version, "at": signed}
        told.append((_("Consent"), words))
    count = len(sheet.answers)
    asked = _("%(count)s questions asked") % {"count": count} if count else _("Nothing was asked")
    told.append((_("Health check"), asked))
    for answer in sheet.passed:
        why = f" {answer.passed_by.name}: {answer.passed_reason}" if answer.passed_reason else ""
        said = " ".join(filter(None, [answer.question_words, str(answer.option_words or _("Yes")), answer.note]))
        told.append((_("Answered"), f"{said}.{why}"))
    return told


def _incident(incident: Any) -> str:
    stopped = " ".join(one["sentence"] for one in incident.stopped_by)
    return f"{incident.reason} ({stopped} {incident.recorded_by.name})"


def _addendum(one: Any, zone: Any) -> dict[str, str]:
    head = f"{one.reason} · {one.written_by.name}, {date_format(local(one.written_at, zone), 'j M Y, H:i')}"
    return {"head": head, "words": one.words}


def _clock(at: datetime, zone: Any) -> str:
    return date_format(local(at, zone), "H:i")
