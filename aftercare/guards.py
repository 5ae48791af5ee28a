"""What a patient told stays as it was told, and every step of it is only added; a report is closed, never deleted."""

from clinic.guards import append_only, refuse

TOLD = (
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
]
