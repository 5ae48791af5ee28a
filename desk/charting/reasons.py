"""Reasons that are often given for what the rules notice, offered for one tap; whatever else fits is typed."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEPER = (_("Deep scars"), _("Thick skin here"), _("Tolerated well last time"), _("Prescriber's plan"))
USUAL: dict[str, tuple[str | Promise, ...]] = {
    "above_zone": DEEPER,
    "above_concern": DEEPER,
    "above_evidence": DEEPER,
    "outside_usual": DEEPER,
    "below_concern": (_("First session"), _("Sensitive today"), _("Too much last time")),
    "pigment": (_("No marks after the last session"), _("Patch test was clear"), _("Prescriber's plan")),
    "off_label_concern": (_("Off-label use agreed and signed"), _("Prescriber's plan")),
    "off_label_zone": (_("Off-label use agreed and signed"), _("Prescriber's plan")),
    "off_label_age": (_("Off-label use agreed and signed"), _("Prescriber's plan")),
    "off_label_skin_type": (_("Off-label use agreed and signed"), _("Patch test was clear")),
    "off_label_depth": DEEPER,
    "open_channel": (_("Prescriber's plan"), _("Agreed with the patient")),
}
SHOWN = 4


def offered(codes: Iterable[str]) -> list[str | Promise]:
    """Return the reasons to offer for these findings, each once, at most four."""
    return list(dict.fromkeys(reason for code in codes for reason in USUAL.get(code, ())))[:SHOWN]
