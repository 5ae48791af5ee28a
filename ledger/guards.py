"""A package is sold once and keeps what it says; what came to it and left it is only ever added, and never too much.

Its balance is the sum of its entries and is never below zero. On PostgreSQL the package is held before they are summed,
so that of two who take the last session at once the second is refused, whoever of them forgot to hold it.
"""

from clinic.guards import Guard, append_only, refuse
from ledger.models import Package
from patients.ledger import refuse_unless_moved

NAME, TABLE = "ledger_packageentry_covered", "ledger_packageentry"
TOO_FEW = "so many sessions are not left in the package"
LEFT = "(SELECT COALESCE(SUM(e.count), 0) FROM ledger_packageentry e WHERE e.package_id = NEW.package_id)"


def covered() -> Guard:
    """Return the guard under which nothing is taken from a package that is not in it."""
    refusal = f"RAISE EXCEPTION USING MESSAGE = '{TOO_FEW}', ERRCODE = '23514';"
    return Guard(
        name=NAME,
        table=TABLE,
        sqlite=(
            f'CREATE TRIGGER "{NAME}__insert" BEFORE INSERT ON "{TABLE}" '
            f"WHEN NEW.count < 0 AND {LEFT} + NEW.count < 0 BEGIN SELECT RAISE(ABORT, '{TOO_FEW}'); END",
        ),
        postgres=(
            f'CREATE OR REPLACE FUNCTION "{NAME}__insert"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN '
            "IF NEW.count >= 0 THEN RETURN NEW; END IF; "
            "PERFORM 1 FROM ledger_package p WHERE p.id = NEW.package_id FOR UPDATE; "
            f"IF {LEFT} + NEW.count < 0 THEN {refusal} END IF; RETURN NEW; END $guard$",
            f'CREATE TRIGGER "{NAME}__insert" BEFORE INSERT ON "{TABLE}" FOR EACH ROW '
            f'EXECUTE FUNCTION "{NAME}__insert"()',
        ),
    )


GUARDS = [
    refuse_unless_moved("ledger_package_fixed", Package, message="a package is never changed; correct what is left"),
    refuse("ledger_package_stays", "ledger_package", on="DELETE", message="a package is never deleted"),
    append_only("ledger_packageentry", message="an entry of a package is never changed; correct it by another"),
    covered(),
]
