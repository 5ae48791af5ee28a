"""What was handed to a mail server is kept as it went: which message, when, and its bytes."""

from clinic.guards import refuse

KEPT = ("id", "notice_id", "number", "started_at", "message_bytes")


def _rewritten(operator: str) -> str:
    return " OR ".join(f"NEW.{column} {operator} OLD.{column}" for column in KEPT)


GUARDS = [
    refuse(
        "outbox_attempt_kept",
        "outbox_attempt",
        on="UPDATE",
        sqlite_when=_rewritten("IS NOT"),
        postgres_when=_rewritten("IS DISTINCT FROM"),
        message="what was handed to a mail server is never altered",
    ),
    refuse(
        "outbox_attempt_stays",
        "outbox_attempt",
        on="DELETE",
        message="what was handed to a mail server is never deleted",
    ),
]
