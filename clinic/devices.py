"""Devices: entered, changed, serviced, taken out of use and back; the one place where a device is written.

What a signed record says of a device, its maker, model and serial number, is written once and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.models import Device, DeviceChange, Site
from clinic.refusals import Refusal, Refused, Stale
from clinic.value_history import as_text, besides, by_field

IDENTITY = ("maker", "model", "serial_number")
SETTINGS = ("name", "kind", "max_depth_mm", "step_mm")
DEEPEST_MM = Decimal("3.00")  # as nobody needles deeper (C-02)
LONGEST_REASON = 250  # letters


def device_refusal(said: Mapping[str, Any]) -> Refusal | None:
    """Return what is wrong with a device as it is said, or None; values["field"] names the field (C-02, C-07)."""
    for field, words in (
        ("name", _("Write how the house calls it, such as Pen 2.")),
        ("maker", _("Write who makes it.")),
        ("model", _("Write its model, as it stands on the device.")),
        ("serial_number", _("Write its serial number, as it stands on the device.")),
    ):
        if not said.get(field):
            return _unfit(field, words)
    deepest, step = said.get("max_depth_mm"), said.get("step_mm")
    if deepest is None or not 0 < deepest <= DEEPEST_MM:
        return _unfit("max_depth_mm", _("Write the deepest setting in mm: above 0, 3.00 at most."))
    if step is None or not 0 < step <= deepest:
        return _unfit("step_mm", _("Write the smallest change of depth in mm: above 0, no more than the deepest."))
    return None


@transaction.atomic
def add(site: Site, *, service_due_on: date, by: Actor, at: datetime, **said: Any) -> Device:
    """Enter a device and return it. said: IDENTITY and SETTINGS. Raises Refused with the field in values["field"]."""
    fields = {name: _clean(name, value) for name, value in said.items() if name in IDENTITY + SETTINGS}
    if refusal := device_refusal(fields):
        raise Refused(refusal)
    device = Device(site=site, service_due_on=service_due_on, **fields)
    try:
        with transaction.atomic():
            device.save(force_insert=True)
    except IntegrityError:
        words = _("A device of this maker and model has that serial number already. Look for it in the list.")
        refusal = Refusal("device.known", _("This device is here"), words, values={"field": "serial_number"})
        raise Refused(refusal) from None
    audit.record("device.added", device, by=by, at=at, fields=fields | {"service_due_on": service_due_on})
    return device


@transaction.atomic
def change(device: Device, *, version: int, by: Actor, at: datetime, **said: Any) -> Device:
    """Change the settings of a device as it stood at that version, and return it fresh.

    said: of SETTINGS, and `cleared`, the indications of its label. What somebody else changed beside it stands. Raises
    Stale with what both changed (field: stands now, asked for), and Refused as `add`.
    """
    now = Device.objects.select_for_update().get(pk=device.pk)
    asked = {name: _clean(name, value) for name, value in said.items() if name in (*SETTINGS, "cleared")}
    changes = {field: value for field, value in asked.items() if getattr(now, field) != value}
    if now.version != version:
        changes = besides(since(now, version), now, changes)
    if not changes:
        return now
    stands = {name: getattr(now, name) for name in IDENTITY + SETTINGS} | changes
    if refusal := device_refusal(stands):
        raise Refused(refusal)
    return _write(now, changes, verb="device.changed", by=by, at=at)


@transaction.atomic
def record_service(device: Device, *, due_on: date, reason: str, by: Actor, at: datetime) -> Device:
    """Write down a service: what was done, in `reason`, and by when the next is due. Raises Refused.

    A date that is no later than the one that stands is refused: it would undo a service instead of telling of one.
    """
    now = Device.objects.select_for_update().get(pk=device.pk)
    reason = _said(reason, _("Write who serviced it and when, in a few words."))
    if due_on <= now.service_due_on:
        words = _("The next service is due later than the one that was due until now. Look at the report again.")
        refusal = Refusal("device.due", _("Which day?"), words, values={"field": "due_on"})
        raise Refused(refusal)
    return _write(now, {"service_due_on": due_on}, verb="device.serviced", reason=reason, by=by, at=at)


@transaction.atomic
def set_in_use(device: Device, *, is_in_use: bool, reason: str, by: Actor, at: datetime) -> Device:
    """Take a device out of use or back into it and return it; nothing happens where it is so already.

    What is out of use is neither booked nor chosen. Booked visits stay where they are. Raises Refused for no reason.
    """
    now = Device.objects.select_for_update().get(pk=device.pk)
    reason = _said(reason, _("Write why, in a few words."))
    if (now.quarantined_at is None) == is_in_use:
        return now
    verb = "device.into_use" if is_in_use else "device.out_of_use"
    return _write(now, {"quarantined_at": None if is_in_use else at}, verb=verb, reason=reason, by=by, at=at)


def since(device: Device, version: int) -> dict[str, list[DeviceChange]]:
    """Return what was done to a device after that version: each field with its changes in order."""
    return by_field(device.changes.filter(version__gt=version).order_by("version", "id"))


def must_be_as_read(device: Device, version: int) -> None:
    """Raise Stale when somebody changed the label since it was read: an indication is added to what one saw."""
    if "cleared" in since(device, version):
        raise Stale


def _write(now: Device, changes: Mapping[str, Any], *, verb: str, by: Actor, at: datetime, reason: str = "") -> Device:
    """Keep the changes, what they were before, and the trail."""
    was = {field: as_text(getattr(now, field)) for field in changes}
    Device.objects.filter(pk=now.pk).update(**changes, version=F("version") + 1)
    now.refresh_from_db()
    common = {"device": now, "version": now.version, "reason": reason, "at": at, "by_name": by.name[:120]}
    DeviceChange.objects.bulk_create(
        DeviceChange(field=field, was=was[field], became=as_text(getattr(now, field)), **common) for field in changes
    )
    audit.record(verb, now, by=by, at=at, reason=reason, fields=changes)
    return now


def _clean(field: str, value: Any) -> Any:
    if field in ("max_depth_mm", "step_mm"):
        return None if value is None else Decimal(value).quantize(Decimal("0.01"))
    if field == "cleared":
        return list(value)
    if field == "kind":
        return Device.Kind(value).value
    return " ".join(str(value or "").split())


def _said(words: str, sentence: str) -> str:
    words = words.strip()
    if len(words) > LONGEST_REASON:
        sentence = _("Say it in at most %(longest)s letters.") % {"longest": LONGEST_REASON}
    if not words or len(words) > LONGEST_REASON:
        raise Refused(Refusal("device.reason", _("A reason is missing"), sentence, values={"field": "reason"}))
    return words


def _unfit(field: str, sentence: str) -> Refusal:
    return Refusal("device.unfit", _("This can't be kept so."), sentence, values={"field": field})
