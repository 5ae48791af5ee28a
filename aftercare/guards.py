"""What a patient told stays as it was told; what aftercare a plan began with stays as it was published."""

from aftercare.models import Protocol
from clinic.guards import append_only, refuse

TOLD = (
    "id",
    "uuid",
    "site_id",
    "came_by",
    "told_at",
    "taken_down_by_id",
    "about",
    "feeling",
    "signs",
    "redness",
    "pain",
    "satisfaction",
    "words",
    "urgency",
)


def told_differs(differs: str) -> str:
    """Return the SQL condition that something of what was told changes."""
    return " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in TOLD)


FIXED = [field.column for field in Protocol._meta.concrete_fields if field.name != "is_current"]
RUNS = "EXISTS (SELECT 1 FROM aftercare_plan plan WHERE plan.protocol_id = {protocol})"
PROTOCOL_OF = "(SELECT step.protocol_id FROM aftercare_step step WHERE step.id = {row}.step_id)"


def _rewritten(differs: str) -> str:
    """Return the SQL condition that anything of a published version changes but whether it is the current one."""
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in FIXED)
    return f"OLD.published_at IS NOT NULL AND ({changed})"


def _of_a_plan(row: str) -> str:
    return RUNS.format(protocol=f"{row}.protocol_id")


def _words_of_a_plan(row: str) -> str:
    return RUNS.format(protocol=PROTOCOL_OF.format(row=row))


GUARDS = [
    refuse(
        "aftercare_report_told",
        "aftercare_report",
        on="UPDATE",
        sqlite_when=told_differs("IS NOT"),
        postgres_when=told_differs("IS DISTINCT FROM"),
        message="what a patient told is never changed",
    ),
    refuse("aftercare_report_stays", "aftercare_report", on="DELETE", message="a report is closed, not deleted"),
    append_only("aftercare_reportentry", message="what was written of a report is never changed"),
    append_only("aftercare_reportphoto", message="a photo that came with a report stays as it came"),
    refuse(
        "protocol_published",
        "aftercare_protocol",
        on="UPDATE",
        sqlite_when=_rewritten("IS NOT"),
        postgres_when=_rewritten("IS DISTINCT FROM"),
        message="a published version of aftercare is never changed",
    ),
    refuse(
        "protocol_kept",
        "aftercare_protocol",
        on="DELETE",
        when="OLD.published_at IS NOT NULL",
        message="a published version of aftercare is kept",
    ),
]
for kind, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
    GUARDS += [
        refuse(
            f"step_of_a_plan_{kind.lower()}",
            "aftercare_step",
            on=kind,
            when=_of_a_plan(row),
            message="plans follow this version of aftercare, so its steps stay",
            asks=("aftercare_plan",),
        ),
        refuse(
            f"words_of_a_plan_{kind.lower()}",
            "aftercare_stepwords",
            on=kind,
            when=_words_of_a_plan(row),
            message="plans follow this version of aftercare, so its words stay",
            asks=("aftercare_plan", "aftercare_step"),
        ),
    ]
