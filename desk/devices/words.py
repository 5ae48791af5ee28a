"""A device in words: how its service stands, what its label clears, and what was done to it ever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic import wall_time
from clinic.models import Device, DeviceChange
from desk.patients.comparing import label_of
from treatments.labels import NUMERALS, Indication
from treatments.models import Concern, Zone
from treatments.rules import mm

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """One device as the list shows it."""

    device: Device
    is_overdue: bool
    is_due_soon: bool

    @classmethod
    def of(cls, device: Device, on: date) -> Line:
        is_overdue = device.service_due_on < on
        return cls(device, is_overdue, not is_overdue and device.service_due_on <= on + SOON)


def label_of_device(device: Device) -> list[dict[str, str]]:
    """Return each indication of a device's label: what it says, and how the chart reads it."""
    concerns = dict(Concern.objects.values_list("code", "label")) if device.cleared else {}
    zones = dict(Zone.objects.values_list("code", "label")) if device.cleared else {}
    return [_indication(Indication.read(row), concerns, zones) for row in device.cleared]


def _indication(one: Indication, concerns: dict[str, str], zones: dict[str, str]) -> dict[str, str]:
    facts = [
        ", ".join(concerns.get(code, code) for code in sorted(one.concerns)) or _("any concern"),
        ", ".join(zones.get(code, code) for code in sorted(one.zones)) or _("any zone"),
        _("from %(age)s years") % {"age": one.from_age} if one.from_age else "",
        _("skin types %(types)s") % {"types": ", ".join(NUMERALS[which - 1] for which in sorted(one.fitzpatrick))}
        if one.fitzpatrick
        else "",
        _("evaluated to %(limit)s") % {"limit": mm(one.deepest_mm)} if one.deepest_mm is not None else "",
    ]
    return {"words": one.words, "facts": " · ".join(filter(None, facts))}


def told(change: DeviceChange, zone: Any) -> dict[str, Any]:
    """Return a line of the history as people read it."""
    return {
        "label": label_of(Device, change.field),
        "was": in_words(change.field, change.was, zone),
        "became": in_words(change.field, change.became, zone),
        "reason": change.reason,
        "by": change.by_name,
        "at": change.at,
    }


def in_words(field: str, text: str, zone: Any) -> str:
    """Return a text of the history in words, by the field that it was a value of."""
    if not text:
        return _("nothing")
    if field == "service_due_on":
        return date_format(parse_date(text), "j M Y")
    if field == "quarantined_at":
        moment = parse_datetime(text)
        return date_format(wall_time.local(moment, zone), "j M Y, H:i") if moment else text
    if field == "kind":
        return str(dict(Device.Kind.choices).get(text, text))
    if field == "cleared":
        rows, decoder, at = [], json.JSONDecoder(), 0
        while at < len(text):
            row, at = decoder.raw_decode(text, at)
            rows.append(row["words"])
            at += 1  # the blank between two
        return "; ".join(rows)
    return text
