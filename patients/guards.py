"""What the database itself refuses here: anything new for a record that was merged, and a ledger told differently.

A note says for ever what it said when it was written; it can be struck once, with a reason.

On PostgreSQL whoever writes for a patient also waits for a merge that is being written at this moment: the record is
held first (FOR KEY SHARE) and looked at afterwards. OFFSET 0 keeps the planner from looking first.
"""

from collections.abc import Callable, Collection

from django.db.models import Model

from clinic.guards import Guard, refuse
from patients import belongings
from patients.belongings import Key
from patients.ledger import refuse_unless_moved
from patients.merging import MERGED_WORDS
from patients.models import ClinicalNote, DeskNote, Erasure, Glass, Hold, Note, Patient

CAME_BY_MISTAKE = (  # with a table that is taken back, before anything hung on them
    "EXISTS (SELECT 1 FROM patients_importedrow r JOIN patients_import i ON i.id = r.of_id "
    "WHERE r.patient_id = OLD.id AND i.state = 'undone' AND OLD.version = 1)"
)
MERGE_COLUMNS = ("id", "uuid", "kept_id", "gone_id", "merged_at", "merged_by_id")


def nobody_merged(key: Key) -> list[Guard]:
    """Return the guards under which no row of a table is written for a record that was merged."""
    table, column = key.model._meta.db_table, key.model._meta.get_field(key.field).column
    lite = f"EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = NEW.{column} AND p.merged_into_id IS NOT NULL)"
    held = f"SELECT p.merged_into_id FROM patients_patient p WHERE p.id = NEW.{column} OFFSET 0 FOR KEY SHARE"
    post = f"EXISTS (SELECT 1 FROM ({held}) held WHERE held.merged_into_id IS NOT NULL)"
    wheres = {
        "insert": (f"NEW.{column} IS NOT NULL AND {lite}", f"NEW.{column} IS NOT NULL AND {post}"),
        "update": (
            f"NEW.{column} IS NOT NULL AND NEW.{column} IS NOT OLD.{column} AND {lite}",
            f"NEW.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column} AND {post}",
        ),
    }
    return [
        refuse(
            f"{table}_of_nobody_merged_{kind}",
            table,
            on=kind,
            sqlite_when=sqlite,
            postgres_when=postgres,
            message=MERGED_WORDS,
            asks=("patients_merge",),  # it came with the column
        )
        for kind, (sqlite, postgres) in wheres.items()
    ]


def _rewritten(operator: str) -> str:
    changed = " OR ".join(f"NEW.{column} {operator} OLD.{column}" for column in MERGE_COLUMNS)
    return f"({changed} OR OLD.undone_at IS NOT NULL)"


def _fixed(note: type[Note]) -> Guard:
    """Return the guard under which a note only changes by being struck once, and by a merge."""
    columns = [field.column for field in note._meta.concrete_fields if not field.name.startswith("struck_")]

    def rewritten(is_not: str) -> str:
        changed = " OR ".join(f'NEW."{column}" {is_not} OLD."{column}"' for column in columns)
        return f"OLD.struck_at IS NOT NULL OR NEW.struck_at IS NULL OR {changed}"

    name = f"{note._meta.db_table}_fixed"
    return refuse_unless_moved(name, note, when=rewritten, message="a note is only ever struck, once")


def once(model: type[Model], later: Collection[str], *, done: str, more: str = "") -> Callable[[str], str]:
    """Return what makes the SQL condition that a row is told differently than once.

    later: the fields that are written afterwards. done: the one of them which says that they were; more: another
    condition under which it is.
    """
    fields = model._meta.concrete_fields
    first = [field.column for field in fields if field.name not in later]
    after = [field.column for field in fields if field.name in later]

    def differs(columns: list[str], is_not: str) -> str:
        return " OR ".join(f'NEW."{column}" {is_not} OLD."{column}"' for column in columns)

    def rewritten(is_not: str) -> str:
        told_again = f'OLD."{done}" IS NOT NULL AND ({differs(after, is_not)})'
        return " OR ".join(filter(None, [differs(first, is_not), f"({told_again})", more]))

    return rewritten


GUARDS = [
    refuse("patients_glass_stays", "patients_glass", on="DELETE", message="that the glass was broken stays written"),
    refuse_unless_moved(
        "patients_glass_fixed",
        Glass,
        when=once(
            Glass,
            ("until", "reviewed_at", "reviewed_by", "reviewed_note"),
            done="reviewed_at",
            more="NEW.until > OLD.until",
        ),
        message="broken glass is only ever closed, and reviewed once",
    ),
    refuse("patients_hold_stays", "patients_hold", on="DELETE", message="that a hold was set stays written"),
    refuse_unless_moved(
        "patients_hold_fixed",
        Hold,
        when=once(Hold, ("lifted_at", "lifted_by", "lifted_because"), done="lifted_at"),
        message="a hold is only ever lifted, once",
    ),
    refuse("patients_erasure_stays", "patients_erasure", on="DELETE", message="that a record was closed stays written"),
    refuse_unless_moved(
        "patients_erasure_fixed",
        Erasure,
        when=once(Erasure, ("reopened_at", "reopened_by"), done="reopened_at"),
        message="an erasure is only ever taken back, once",
    ),
    *map(_fixed, (DeskNote, ClinicalNote)),
    refuse(
        "patients_desknote_stays",
        "patients_desknote",
        on="DELETE",
        when="EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = OLD.patient_id AND p.closed_at IS NULL)",
        message="a note of an open record is struck, not deleted",
        asks=("patients_hold",),  # it came with the column
    ),
    refuse(
        "patients_clinicalnote_stays", "patients_clinicalnote", on="DELETE", message="a note is struck, not deleted"
    ),
    *(guard for key in belongings.every_key() if key.model is not Patient for guard in nobody_merged(key)),
    refuse(
        "patients_merge_kept",
        "patients_merge",
        on="UPDATE",
        sqlite_when=_rewritten("IS NOT"),
        postgres_when=_rewritten("IS DISTINCT FROM"),
        message="a merge is never altered, only undone once",
    ),
    refuse("patients_merge_stays", "patients_merge", on="DELETE", message="a merge is never deleted"),
    refuse(
        "patients_movedrow_stays", "patients_movedrow", on="UPDATE, DELETE", message="what a merge moved stays written"
    ),
    refuse(
        "patients_patient_stays",
        "patients_patient",
        on="DELETE",
        when=f"NOT {CAME_BY_MISTAKE}",
        message="a record is deleted under an approved purge alone",
        asks=("patients_import", "patients_importedrow"),
    ),
    refuse(
        "patients_held_stay",
        "clinic_purge",
        on="INSERT, UPDATE",
        when=(
            "NEW.approved_at IS NOT NULL AND NEW.done_at IS NULL AND EXISTS (SELECT 1 FROM patients_hold h "
            "WHERE h.patient_id = NEW.patient_pk AND h.lifted_at IS NULL)"
        ),
        message="nothing is deleted under a legal hold",
    ),
]
