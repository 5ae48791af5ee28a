"""Questions become versions on a database that is full: nothing that was asked or answered is lost."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clinic.models import Role
from tests.factories import clinic as house
from tests.factories import patients as people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def values():
    """Nothing is loaded before a test begins."""


@pytest.fixture
def before(bare_database):
    """The tables as they were, in a house that has the people and patients of today."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes
    return _migrate([*leaves("clinic"), *leaves("patients"), ("intake", "0003_health_forms")])


def _migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def test_the_questions_there_were_become_version_one_with_all_that_was_answered(before):
    make = before.get_model
    ana, mia = house.user("Ana Duarte", Role.PRACTITIONER), people.mia()
    told = {"words": "Any wound?", "kind": "absolute", "action": "block", "source": "label", "mark": "policy"}
    wound = make("intake", "Question").objects.create(code="WOUND", asked_at_start=True, **told)
    for outcome in ("clear", "blocked"):
        kept = make("intake", "Screening").objects.create(
            patient_id=mia.pk, asked_by_id=ana.pk, asked_at=NOW, outcome=outcome
        )
        is_yes = outcome == "blocked"
        make("intake", "Answer").objects.create(
            screening=kept, question=wound, question_words="Any wound?", action="block", is_yes=is_yes
        )

    after = _migrate([("intake", "0004_questions_as_versions")]).get_model

    assert list(after("intake", "QuestionSet").objects.values_list("version", "screens", "life_days")) == [(1, [], 180)]
    assert list(after("intake", "Question").objects.values_list("code", "question_set__version", "words")) == [
        ("WOUND", 1, "Any wound?")
    ]
    screenings = after("intake", "Screening").objects.order_by("pk")
    assert list(screenings.values_list("kind", "outcome", "question_set__version", "asked_on")) == [
        ("short", "clear", 1, date(2026, 11, 20)),
        ("short", "blocked", 1, date(2026, 11, 20)),
    ]
    assert screenings.values("uuid").distinct().count() == 2
    assert list(after("intake", "Answer").objects.order_by("pk").values_list("is_yes", flat=True)) == [False, True]


def test_a_house_without_questions_gets_no_version(before):
    after = _migrate([("intake", "0004_questions_as_versions")]).get_model

    assert after("intake", "QuestionSet").objects.count() == 0
