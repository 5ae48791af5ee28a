"""What was asked, answered and agreed to never changes; only a consent may be withdrawn, once.

Whose it is changes with a merge of two records, as its ledger says (`patients.ledger`).
"""

from clinic.guards import append_only, refuse
from intake.models import Consent, Letter, Screening
from patients.ledger import refuse_unless_moved

TAKEN_BACK = ("withdrawn_at", "withdrawn_by_name", "withdrawn_reason")
SIGNED = [field.column for field in Consent._meta.concrete_fields if field.column not in TAKEN_BACK]


def changed(differs: str) -> str:
    """Return the SQL condition that anything of a consent changes but its being taken back, and that only once."""
    return " OR ".join(["OLD.withdrawn_at IS NOT NULL", *(f"NEW.{name} {differs} OLD.{name}" for name in SIGNED)])


KEPT = [field.column for field in Letter._meta.concrete_fields if not field.name.startswith("struck_")]


def another(differs: str) -> str:
    """Return the SQL condition that anything of a letter changes but its being struck, and that only once."""
    return " OR ".join(["OLD.struck_at IS NOT NULL", *(f"NEW.{name} {differs} OLD.{name}" for name in KEPT)])


GUARDS = [
    refuse("intake_letter_kept", "intake_letter", on="DELETE", message="a letter is struck, never removed"),
    refuse_unless_moved("intake_letter_fixed", Letter, when=another, message="a letter is only ever struck, once"),
    append_only("intake_questionset", message="a version of the questions is never changed"),
    append_only("intake_question", message="a question is only changed as a new version"),
    refuse_unless_moved("intake_screening_fixed", Screening, message="a screening is never changed"),
    refuse("intake_screening_kept", "intake_screening", on="DELETE", message="a screening is never removed"),
    append_only("intake_answer", message="an answer is never changed"),
    append_only("intake_consenttext", message="a consent text is never changed"),
    refuse("intake_consent_kept", "intake_consent", on="DELETE", message="a consent is never removed"),
    refuse_unless_moved(
        "intake_consent_fixed",
        Consent,
        when=changed,
        message="a consent is only ever withdrawn, once",
    ),
]
