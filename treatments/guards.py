"""A signed record stays as it was signed: the row, its children and the cartridge it used; addenda are only added.

Only whose it is may change, with a merge of two records and as its ledger says (`patients.ledger`), and that it was
entered in error, once a strike says why.

On PostgreSQL a child also waits for a signature that is being written at this moment, so no row slips in beside it: its
session is locked first (FOR SHARE) and looked at afterwards. OFFSET 0 keeps the planner from looking first.
"""

from clinic.guards import Guard, append_only, refuse
from patients.ledger import refuse_unless_moved
from treatments.models import Reaction, RecallContact, Session

CHILDREN = ("treatments_zonepass", "treatments_serumuse", "treatments_anaestheticuse", "treatments_prpuse")
SEALED = "a signed record is never changed; write an addendum"


def signed(condition: str) -> str:
    """Return the SQL condition that a signed session with this condition exists."""
    return f"EXISTS (SELECT 1 FROM treatments_session s WHERE {condition} AND s.signed_at IS NOT NULL)"


def signed_by_now(condition: str) -> str:
    """Return the same for PostgreSQL, judged once nobody else is writing on that session."""
    held = f"SELECT s.signed_at FROM treatments_session s WHERE {condition} OFFSET 0 FOR SHARE"
    return f"EXISTS (SELECT 1 FROM ({held}) held WHERE held.signed_at IS NOT NULL)"


def sealed_with_its_session(table: str) -> list[Guard]:
    """Return the guards under which rows of a table neither join, change nor leave a signed session."""
    touched = {
        "INSERT": "s.id = NEW.session_id",
        "UPDATE": "s.id IN (OLD.session_id, NEW.session_id)",
        "DELETE": "s.id = OLD.session_id",
    }
    return [
        refuse(
            f"{table}_sealed_{kind.lower()}",
            table,
            on=kind,
            sqlite_when=signed(condition),
            postgres_when=signed_by_now(condition),
            message=SEALED,
        )
        for kind, condition in touched.items()
    ]


def signed_and_not_only_struck(differs: str) -> str:
    """Return the SQL condition that a signed session changes in more than that it is struck, with its strike there."""
    others = [field.column for field in Session._meta.concrete_fields if field.column != "struck_at"]
    changed = " OR ".join(f'NEW."{column}" {differs} OLD."{column}"' for column in others)
    struck = "EXISTS (SELECT 1 FROM treatments_strike k WHERE k.session_id = OLD.id)"
    only_struck = f"OLD.struck_at IS NULL AND NEW.struck_at IS NOT NULL AND NOT ({changed}) AND {struck}"
    return f"OLD.signed_at IS NOT NULL AND NOT ({only_struck})"


GUARDS = [
    refuse_unless_moved(
        "treatments_session_sealed",
        Session,
        when=signed_and_not_only_struck,
        message=SEALED,
        asks=("treatments_strike",),
    ),
    refuse(
        "treatments_session_stays",
        "treatments_session",
        on="DELETE",
        when="OLD.signed_at IS NOT NULL",
        message=SEALED,
    ),
    *(guard for table in CHILDREN for guard in sealed_with_its_session(table)),
    append_only("treatments_addendum", message="an addendum is never changed"),
    append_only("treatments_strike", message="why a record was struck is never changed"),
    append_only("treatments_incident", message="an incident is never changed"),
    append_only("treatments_incidentreview", message="what a lead wrote of an incident is never changed"),
    refuse_unless_moved(
        "treatments_reaction_struck",
        Reaction,
        when="OLD.struck_at IS NOT NULL",
        message="a reaction that was entered in error stays as it was struck",
    ),
    refuse(
        "treatments_reaction_stays", "treatments_reaction", on="DELETE", message="a reaction is struck, not deleted"
    ),
    append_only("treatments_reactionentry", message="what was written of a reaction is never changed"),
    refuse(
        "treatments_recall_closed",
        "treatments_recall",
        on="UPDATE, DELETE",
        when="OLD.closed_at IS NOT NULL",
        message="a recall that was closed stays as it was; open it anew",
    ),
    refuse_unless_moved(
        "treatments_recallcontact_fixed", RecallContact, message="how somebody was reached is never changed; log again"
    ),
    refuse(
        "treatments_recallcontact_stays",
        "treatments_recallcontact",
        on="DELETE",
        message="how somebody was reached is never deleted; log again",
    ),
    append_only("treatments_recorddemand", message="what a clinic asked of a record is never changed"),
    append_only("treatments_ruleset", message="a rule set is never changed"),
    refuse(
        "treatments_cartridge_sealed",
        "stock_cartridge",
        on="UPDATE, DELETE",
        sqlite_when=signed("s.cartridge_id = OLD.id"),
        postgres_when=signed_by_now("s.cartridge_id = OLD.id"),
        message="a cartridge on a signed record is never changed",
    ),
]
