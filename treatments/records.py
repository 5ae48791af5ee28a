"""Whether what was signed still says what was signed: every consent and every sealed record, looked through.

Each carries a digest of its own content. The audit trail keeps a keyed hash of that digest, so a row that was rewritten
together with its digest is found as well, and so is one that was removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from clinic import audit
from clinic.models import AuditRow, Purge
from intake import proofs
from intake.models import Consent
from treatments import seals
from treatments.models import RecordCheck, Session

SEALED, TAKEN_BACK = "session.signed", "consent.withdrawn"
KEPT_CHECKS = 400  # nights


@dataclass(frozen=True)
class Fault:
    """A record that is not as it was signed. where: its UUID, or its number where it is gone; patient: whose it is."""

    kind: str
    where: str
    patient: str
    words: str


def check(*, at: datetime) -> RecordCheck:
    """Look through everything, keep what was found, and return it. Checks of long ago are let go."""
    found = [asdict(fault) for fault in faults()]
    kept = RecordCheck.objects.create(
        checked_at=at,
        consent_count=_consents().count(),
        session_count=_sessions().count(),
        faults=found,
    )
    old = RecordCheck.objects.order_by("-checked_at", "-pk").values_list("pk", flat=True)[KEPT_CHECKS:]
    RecordCheck.objects.filter(pk__in=list(old)).delete()
    return kept


def faults() -> Iterator[Fault]:
    """Yield everything that is not as it was signed; nothing, when all is well."""
    yield from _consent_faults()
    yield from _session_faults()
    yield from _gone(proofs.SIGNED, Consent, "consent")
    yield from _gone(SEALED, Session, "session")


def _consents():
    return Consent.objects.exclude(how=Consent.How.NOTED)


def _sessions():
    return Session.objects.exclude(signed_at=None)


def _consent_faults() -> Iterator[Fault]:
    taken_back = set(
        AuditRow.objects.filter(verb=TAKEN_BACK, object_kind=Consent._meta.label_lower).values_list(
            "object_id", flat=True
        )
    )
    for consent in _consents().select_related("text", "patient").order_by("pk").iterator(chunk_size=500):
        wrong = list(proofs.faults(consent))
        if consent.withdrawn_at is None and str(consent.pk) in taken_back:
            wrong.append("it was taken back and does not say so any more")
        for words in wrong:
            yield Fault("consent", str(consent.uuid), str(consent.patient.uuid), words)


def _session_faults() -> Iterator[Fault]:
    for session in _sessions().select_related("patient").order_by("pk").iterator(chunk_size=500):
        if not seals.verify(session):
            yield Fault("session", str(session.uuid), str(session.patient.uuid), "the sealed record was changed")
        elif not _is_anchored(session):
            words = "the audit trail tells of another seal"
            yield Fault("session", str(session.uuid), str(session.patient.uuid), words)


def _is_anchored(session: Session) -> bool:
    """Return whether the trail tells of exactly this seal."""
    row = AuditRow.objects.filter(verb=SEALED, object_kind=Session._meta.label_lower, object_id=str(session.pk)).first()
    return row is not None and audit.tells_of(row, {"seal_digest": session.seal_digest})


def _gone(verb: str, model: type[Consent] | type[Session], kind: str) -> Iterator[Fault]:
    """Yield what the trail tells of and the table does not hold any more, or holds unsigned; a purge explains it."""
    told = AuditRow.objects.filter(verb=verb, object_kind=model._meta.label_lower)
    there = {str(pk) for pk in (_consents() if model is Consent else _sessions()).values_list("pk", flat=True)}
    purged = {str(uuid) for uuid in Purge.objects.exclude(done_at=None).values_list("patient_uuid", flat=True)}
    for row in told.order_by("pk").iterator():
        if row.object_id not in there and row.patient_id_text not in purged:
            yield Fault(kind, row.object_id, row.patient_id_text, "it was signed and is gone")
