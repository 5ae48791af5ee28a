"""A note says for ever what it said when it was written; it can be struck once, with a reason."""

from clinic.guards import Guard, refuse


def _fixed(table: str) -> Guard:
    return refuse(
        f"{table}_fixed",
        table,
        on="UPDATE",
        when=(
            "OLD.struck_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.words <> OLD.words OR NEW.at <> OLD.at "
            "OR NEW.by_name <> OLD.by_name"
        ),
        message="a note is only ever struck, once",
    )


GUARDS = [_fixed("patients_desknote"), _fixed("patients_clinicalnote")]
