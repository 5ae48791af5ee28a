"""A clinic that has been running brings its patients along: what was written as one text stands in rows."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TEXTS = {
    "Ida": "",
    "Leila": "Nickel: rash from jewellery\nLatex",
    "Mia": "None known.",
    "Omar": "penicillin " * 20,
}


@pytest.fixture
def before(bare_database):
    """The tables as they were."""
    return _migrate([("patients", "0003_records_that_may_be_one_person")])


def _migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def test_a_text_of_allergies_becomes_rows_and_nothing_of_it_is_lost(before):
    for number, (name, text) in enumerate(TEXTS.items()):
        before.get_model("patients", "Patient").objects.create(
            name=name,
            reference=f"R-{number}",
            search_key=name.lower(),
            email="a@post.example",
            allergies=text,
            wants_aftercare_mail=name != "Mia",
            created_at=NOW,
        )

    after = _migrate([("patients", "0006_allergies_only_in_rows")])

    allergies = after.get_model("patients", "Allergy").objects
    long = TEXTS["Omar"].strip()
    assert list(allergies.values_list("patient__name", "substance", "reaction", "noted_at")) == [
        ("Leila", "Nickel", "rash from jewellery", NOW),
        ("Leila", "Latex", "", NOW),
        ("Omar", f"{long[:119]}…", long, NOW),
    ]
    known = after.get_model("patients", "Patient").objects
    assert list(known.filter(no_known_allergies=True).values_list("name", "wants_recall_mail")) == [("Mia", False)]
    assert known.filter(wants_recall_mail=True).count() == 3
