"""A device that failed: out of use with the reaction that tells of it, so that nobody needles with it meanwhile."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from clinic import devices
from clinic.actors import Actor
from clinic.models import Device
from treatments.models import Reaction


def device_of(reaction: Reaction) -> Device | None:
    """Return the device that failed, by a reaction that says so; None where no session names one."""
    if reaction.category != Reaction.Category.DEVICE or reaction.session is None:
        return None
    return reaction.session.device


def take_out(reaction: Reaction, *, by: Actor, at: datetime) -> None:
    """Take the device that failed out of use; nothing happens where it is so, or where none failed.

    Visits that are booked with it stay, as with any device that is taken out of use.
    """
    if (device := device_of(reaction)) is not None:
        reason = _("It failed in a treatment; an adverse reaction tells of it.")
        devices.set_in_use(device, is_in_use=False, reason=reason, by=by, at=at)
