"""What patients sign, as they do it: by the action."""

from __future__ import annotations

import base64
from datetime import date, datetime
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from clinic.actors import Actor
from clinic.models import Site
from intake import consents, letters, texts
from intake.models import Consent, Letter, Purpose
from intake.signatures import Signature
from patients.models import Patient
from tests.factories.booking import TEN


def typed(patient: Patient, **fields: Any) -> Signature:
    """Return the patient's own name, typed."""
    return Signature(**({"how": Consent.How.TYPED, "name": patient.name} | fields))


def signed(
    patient: Patient, *, by: Actor, at: datetime = TEN, purpose: str = Purpose.PROCEDURE, **fields: Any
) -> Consent:
    """Return a consent that the patient signed by typing their name. fields: of the signature."""
    return consents.sign(
        patient,
        text=texts.current(purpose),
        signature=typed(patient, **fields),
        site=Site.objects.order_by("pk").first(),
        by=by,
        at=at,
    )


def agreed(patient: Patient, *, by: Actor, at: datetime = TEN) -> Consent:
    """Return the standing consent to the procedure, signed now by whoever has not yet."""
    return consents.standing(patient) or signed(patient, by=by, at=at)


def republished(at: datetime, by: Actor, purpose: str = Purpose.PROCEDURE, words: str = "Newer words.") -> None:
    """Put another version in the place of today's."""
    texts.publish(purpose, {"en": f"# Consent\n\n{words}"}, version=texts.version_of(purpose), by=by, at=at)


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **more: Any) -> bytes:
    """Return a picture with a stroke of ink on white."""
    drawn = Image.new("RGB", size, "white")
    ImageDraw.Draw(drawn).line([(20, 80), (size[0] - 20, 20)], fill="black", width=4)
    out = BytesIO()
    drawn.save(out, kind, **more)
    return out.getvalue()


def drawing(content: bytes | None = None) -> str:
    """Return a drawing as the screen sends it."""
    return "data:image/png;base64," + base64.b64encode(content or picture()).decode()


PDF = b"%PDF-1.7\nA letter\n%%EOF"


def letter(patient: Patient, *, by: Actor, at: datetime = TEN, content: bytes = PDF, **fields: Any) -> Letter:
    """Return a doctor's letter about the answers of a patient who was asked before."""
    known = {"from_whom": "Dr Amira Stein", "about": "Needling may go on", "written_on": date(2026, 2, 20)}
    return letters.keep(patient, content=content, **(known | fields), by=by, at=at)
