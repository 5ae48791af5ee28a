"""What the database itself refuses here: two holds on one resource at one time, and a history told differently."""

from booking.models.claim import RESOURCES
from clinic.guards import Guard, refuse

OVERLAP = "claim_no_overlap"
OVERLAP_WORDS = "claims on one resource never overlap"
CLAIM = "booking_claim"


def _sqlite_overlap(verb: str) -> str:
    """Return the trigger that looks for a claim in the way of the new row.

    Times are text of one form, so they compare as instants do; no claim is longer than a day, so the index on
    (resource, start) is searched over two days only.
    """
    in_the_way = " OR ".join(
        f"(NEW.{name}_id IS NOT NULL AND EXISTS (SELECT 1 FROM {CLAIM} c WHERE c.is_active "
        f"AND c.{name}_id = NEW.{name}_id AND c.id IS NOT NEW.id AND c.starts_at < NEW.ends_at "
        f"AND c.starts_at >= datetime(NEW.starts_at, '-1 day') AND c.ends_at > NEW.starts_at))"
        for name in RESOURCES
    )
    return (
        f'CREATE TRIGGER "{OVERLAP}__{verb.lower()}" BEFORE {verb} ON {CLAIM} '
        f"WHEN NEW.is_active AND ({in_the_way}) BEGIN SELECT RAISE(ABORT, '{OVERLAP_WORDS}'); END"
    )


def _postgres_overlap(name: str) -> str:
    """Return the exclusion constraint of one resource; a range of one number needs no extension."""
    return (
        f'ALTER TABLE {CLAIM} ADD CONSTRAINT "{OVERLAP}__{name}" EXCLUDE USING gist '
        f"(int8range({name}_id, {name}_id, '[]') WITH &&, tstzrange(starts_at, ends_at, '[)') WITH &&) "
        f"WHERE (is_active AND {name}_id IS NOT NULL)"
    )


def _told_differently(operator: str, columns: tuple[str, ...]) -> str:
    changed = " OR ".join(f"NEW.{column} {operator} OLD.{column}" for column in columns)
    return f"({changed} OR OLD.undone_at IS NOT NULL)"


CHANGE_COLUMNS = ("id", "appointment_id", "verb", "at", "by_name", "by_id", "reason", "before", "after", "press")

GUARDS = [
    Guard(
        name=OVERLAP,
        table=CLAIM,
        sqlite=(_sqlite_overlap("INSERT"), _sqlite_overlap("UPDATE")),
        postgres=tuple(_postgres_overlap(name) for name in RESOURCES),
    ),
    refuse(
        "change_keeps_its_words",
        "booking_change",
        on="UPDATE",
        sqlite_when=_told_differently("IS NOT", CHANGE_COLUMNS),
        postgres_when=_told_differently("IS DISTINCT FROM", CHANGE_COLUMNS),
        message="a line of a visit's history is never altered, only marked undone once",
    ),
    refuse("change_stays", "booking_change", on="DELETE", message="a visit's history is never deleted"),
    refuse("override_stays", "booking_override", on="UPDATE, DELETE", message="an override is never altered"),
]
