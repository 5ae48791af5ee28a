"""What a sweep asks of a table that has become large: the engine finds what is due without looking at the rest."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outbox import deliveries
from outbox.models import Notice
from tests.factories.outbox import NINE

State = Notice.State
pytestmark = pytest.mark.both_engines


@pytest.fixture
def many_rows(mia, site) -> None:
    """Three thousand messages: most of them left, some wait for their day, none is due."""
    Notice.objects.bulk_create(
        Notice(
            key=f"tests:{number}",
            uuid=uuid.uuid4(),
            owner="tests",
            kind="AFTER_24H",
            subject=f"session:{number}",
            purpose=Notice.Purpose.AFTERCARE,
            site=site,
            patient=mia,
            channel=Notice.Channel.MAIL,
            state=State.DUE if number % 5 == 0 else State.SENT,
            settled_at=None if number % 5 == 0 else NINE,
            due_at=NINE + timedelta(days=1 + number % 90),
            not_after=NINE + timedelta(days=100),
            planned_at=NINE,
        )
        for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize(
    ("question", "index"),
    [("waiting", "notice_state_due"), ("abandoned", "notice_held"), ("late", "notice_state_due")],
)
def test_what_is_due_is_found_by_the_index_alone(many_rows, question, index):
    rows = getattr(Notice.objects, question)(NINE)

    plan = (rows.order_by("-due_at") if question == "waiting" else rows.order_by())[:200].explain()

    assert index in plan
    assert ("Seq Scan" in plan, "SCAN outbox_notice" in plan) == (False, False)


def test_a_sweep_of_nothing_asks_four_questions(many_rows):
    with CaptureQueriesContext(connection) as asked:
        deliveries.send_due(clock=lambda: NINE)

    assert len(asked) == 4
