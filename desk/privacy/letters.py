"""The letter that tells a patient what was erased, what is kept and why, and when it is deleted for good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.models import Site
from clinic.wall_time import local
from patients.models import Erasure, Patient

TEMPLATE = Path(__file__).with_name("letter.typ")


def of_erasure(erasure: Erasure, *, site: Site) -> bytes:
    """Return the letter as PDF, in the patient's language."""
    with translation.override(erasure.patient.language):
        letter = json.dumps(said(erasure, site=site))
    return typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), format="pdf", sys_inputs={"letter": letter})


def said(erasure: Erasure, *, site: Site) -> dict[str, Any]:
    """Return what the letter says, part by part."""
    person, day = erasure.patient, date_format(erasure.delete_on, "j F Y")
    return {
        "language": person.language,
        "from": site.name,
        "from_address": site.address,
        "to": _address(person),
        "on": date_format(local(erasure.erased_at, site.zone), "j F Y"),
        "title": _("Your record with us is closed"),
        "greeting": _("Dear %(name)s,") % {"name": person.name},
        "parts": [
            {"heading": "", "lines": [_("You asked us to forget you. This is what we have done.")]},
            {"heading": _("What is gone"), "lines": [_gone()]},
            {"heading": _("What we must keep"), "lines": [_kept(), _closed()]},
            {"heading": _("When it is deleted"), "lines": [_deleted() % {"day": day}]},
            {"heading": _("If you come back, or disagree"), "lines": [_back() % _reach(site)]},
        ],
        "close": _("With kind regards"),
        "by": _("%(name)s, for %(site)s") % {"name": erasure.erased_by.name, "site": site.name},
        "foot": f"{site.name} · {person.reference}",
    }


def _address(person: Patient) -> list[str]:
    lines = [person.name, *person.address.splitlines(), person.country]
    return [line.strip() for line in lines if line.strip()]


def _gone() -> str:
    return _(
        "We no longer hold what you wanted to be told, anything we used to advertise, or our own remarks about your "
        "visits. Nothing more is sent to you, and the links we sent you open nothing."
    )


def _kept() -> str:
    return _(
        "The law asks us to keep the record of your treatments: who you are, what was done, what you told us about "
        "your health, and what you agreed to. We may not delete it earlier, even when you ask."
    )


def _closed() -> str:
    return _(
        "It is closed. Nobody finds it in our daily work; only those here who look after records can open it, and each "
        "time is written down."
    )


def _deleted() -> str:
    return _(
        "On %(day)s the rest is due to be deleted for good. A person here confirms it. It waits only while a legal "
        "claim is open."
    )


def _back() -> str:
    return _(
        "Should you come back, we can open your record again until then. Call us on %(phone)s or write to %(email)s; "
        "you may also complain to the data protection authority."
    )


def _reach(site: Site) -> dict[str, str]:
    return {"phone": site.phone.as_national, "email": site.email}
