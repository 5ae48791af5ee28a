"""What was answered and agreed to never changes; only a consent may be withdrawn, once."""

from clinic.guards import append_only, refuse

GUARDS = [
    append_only("intake_screening", message="a screening is never changed"),
    append_only("intake_answer", message="an answer is never changed"),
    append_only("intake_consenttext", message="a consent text is never changed"),
    refuse("intake_consent_kept", "intake_consent", on="DELETE", message="a consent is never removed"),
    refuse(
        "intake_consent_fixed",
        "intake_consent",
        on="UPDATE",
        when=(
            "OLD.withdrawn_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.patient_id <> OLD.patient_id "
            "OR NEW.text_id <> OLD.text_id OR NEW.given_at <> OLD.given_at "
            "OR NEW.recorded_by_id <> OLD.recorded_by_id"
        ),
        message="a consent is only ever withdrawn, once",
    ),
]
