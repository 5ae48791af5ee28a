"""The proof of a consent: what was signed, by whom, when and how, in one canonical form with its SHA-256.

The content holds values as they were at signing, in one order, so that it can be computed again years later and on
another engine. The audit trail keeps a keyed hash of both digests, so who rewrites the row and its digest is found too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from clinic import audit, vault
from clinic.models import AuditRow
from intake import texts
from intake.models import Consent
from patients import ledger

SIGNED = "consent.signed"  # the verb of the audit row that anchors a proof


def content(consent: Consent) -> dict[str, Any]:
    """Return everything that was signed, as JSON can hold it; the words by their own digest, as they stand now."""
    text = consent.text
    return {
        "form": 1,
        "consent": str(consent.uuid),
        "patient": [str(consent.patient_uuid), consent.patient_name, _day(consent.patient_born_on)],
        "text": [text.purpose, text.language, text.version, texts.digest_of(text.words)],
        "given_at": consent.given_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "signed_on": _day(consent.signed_on),
        "how": consent.how,
        "signer": [consent.signer, consent.signer_name, consent.signer_relation],
        "witness": consent.recorded_by_id,
        "signature": [consent.signature_type, consent.signature_digest],
    }


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a content in hex: JSON with sorted keys, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_file(content: bytes) -> str:
    """Return the SHA-256 of a file in hex, "" for none."""
    return hashlib.sha256(content).hexdigest() if content else ""


def faults(consent: Consent) -> Iterator[str]:
    """Yield in words what is wrong with a signed consent; nothing, when it is as it was signed."""
    if texts.digest_of(consent.text.words) != consent.text.digest:
        yield "its text was changed"
    if digest(content(consent)) != consent.record_digest:
        yield "what was signed was changed"
    if ledger.patient_uuid_at(consent, consent.given_at) != consent.patient_uuid:
        yield "it lies with another patient than it was signed for"
    for what, name, expected in (
        ("signature", consent.signature, consent.signature_digest),
        ("document", consent.pdf, consent.pdf_digest),
    ):
        if name and not _is_whole(name, expected):
            yield f"its {what} was changed or is gone"
    if not _is_anchored(consent):
        yield "the audit trail tells of another signature"


def _is_whole(name: str, expected: str) -> bool:
    try:
        return digest_of_file(vault.read(name)) == expected
    except (vault.Unreadable, FileNotFoundError):
        return False


def _is_anchored(consent: Consent) -> bool:
    """Return whether the trail tells of exactly this proof being signed."""
    row = AuditRow.objects.filter(verb=SIGNED, object_kind=consent._meta.label_lower, object_id=str(consent.pk)).first()
    return row is not None and audit.tells_of(row, anchored(consent))


def anchored(consent: Consent) -> dict[str, str]:
    """Return what the trail keeps of a proof, as keyed hashes."""
    return {"pdf_digest": consent.pdf_digest, "record_digest": consent.record_digest}


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
