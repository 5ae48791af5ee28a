"""What was answered and agreed to never changes; only a consent may be withdrawn, once."""

from clinic.guards import append_only, refuse
from intake.models import Consent

TAKEN_BACK = ("withdrawn_at", "withdrawn_by_name", "withdrawn_reason")
SIGNED = [field.column for field in Consent._meta.concrete_fields if field.column not in TAKEN_BACK]


def changed(differs: str) -> str:
    """Return the SQL condition that anything of a consent changes but its being taken back, and that only once."""
    return " OR ".join(["OLD.withdrawn_at IS NOT NULL", *(f"NEW.{name} {differs} OLD.{name}" for name in SIGNED)])


GUARDS = [
    append_only("intake_screening", message="a screening is never changed"),
    append_only("intake_answer", message="an answer is never changed"),
    append_only("intake_consenttext", message="a consent text is never changed"),
    refuse("intake_consent_kept", "intake_consent", on="DELETE", message="a consent is never removed"),
    refuse(
        "intake_consent_fixed",
        "intake_consent",
        on="UPDATE",
        sqlite_when=changed("IS NOT"),
        postgres_when=changed("IS DISTINCT FROM"),
        message="a consent is only ever withdrawn, once",
    ),
]
