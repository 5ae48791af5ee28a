"""Is everything running: the page for people, the answer for machines, and the banner above every page."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from desk.status import checks
from outbox import pauses, vitals
from outbox.models import Heartbeat
from outbox.vitals import Trouble
from tests.factories import clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return clinic.site()


@pytest.fixture
def alive() -> None:
    now = timezone.now()
    Heartbeat.objects.bulk_create(Heartbeat(name=name, at=now) for name in ("worker", "beat", "sent"))


@pytest.fixture
def silent() -> None:
    then = timezone.now() - timedelta(minutes=4)
    Heartbeat.objects.bulk_create(Heartbeat(name=name, at=then) for name in ("worker", "beat"))


@pytest.fixture
def known():
    """Say what the pages take as known about the messages."""
    yield lambda *troubles: vitals.know(list(troubles), seconds=float("inf"))
    vitals.know([], seconds=float("inf"))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


# --- for machines --------------------------------------------------------------------------------------------


def test_a_machine_that_watches_reads_figures_and_nothing_about_anybody(alive, settings):
    answer = Client().get("/readyz/")

    told = answer.json()
    free = told.pop("disk_free_bytes")
    sent_at = told.pop("last_sent_at")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert told == {
        "ready": True,
        "version": settings.VERSION,
        "database": True,
        "guards": True,
        "migrations": True,
        "worker_seconds": 0,
        "beat_seconds": 0,
        "oldest_due_seconds": None,
        "paused": False,
        "troubles": [],
    }
    assert free > 0
    assert sent_at.endswith("+00:00")


def test_a_worker_that_is_silent_for_three_minutes_is_red(silent):
    answer = Client().get("/readyz/")

    assert (answer.status_code, answer.json()["ready"], answer.json()["troubles"]) == (503, False, ["worker_silent"])


def test_a_pause_is_told_and_not_red_for_no_restart_ends_it(alive):
    pauses.begin(reason="535 Wrong password for mia", at=timezone.now(), length=timedelta(minutes=5))

    answer = Client().get("/readyz/")

    assert (answer.status_code, answer.json()["paused"]) == (200, True)
    assert "mia" not in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "value", "finding"),
    [
        ("guards.missing", lambda: ["audit_kept"], "guards"),
        ("pending", lambda: ["outbox.0099_something"], "migrations"),
    ],
    ids=["a guard that is missing", "a release that was not migrated"],
)
def test_a_database_that_is_not_as_this_release_wants_it_is_red(alive, monkeypatch, name, value, finding):
    monkeypatch.setattr(f"desk.status.checks.{name}", value)
    monkeypatch.setattr(checks._is_whole, "is_set", lambda: False)

    answer = Client().get("/readyz/")

    assert (answer.status_code, answer.json()[finding]) == (503, False)


def test_a_database_that_is_away_is_red_and_no_error(monkeypatch):
    def away():
        raise OperationalError("connection refused")

    monkeypatch.setattr("desk.status.checks.connection.ensure_connection", away)

    answer = Client().get("/readyz/")

    assert (answer.status_code, answer.json()["database"], "worker_seconds" in answer.json()) == (503, False, False)


def test_a_full_disk_is_red(alive, monkeypatch):
    monkeypatch.setattr(checks, "LOW_DISK_BYTES", 10**18)

    assert Client().get("/readyz/").status_code == 503


# --- for people ----------------------------------------------------------------------------------------------


def test_the_page_says_that_everything_is_running(site, alive):
    page = signed_in(clinic.dee()).get("/status/").content.decode()

    assert "Yes, everything is running" in page
    assert "Not well" not in page


def test_the_page_says_what_does_not_run_first_and_what_to_do(site, silent):
    response = signed_in(clinic.dee()).get("/status/")

    page, lines = response.content.decode(), response.context["lines"]
    assert "No. What to do stands below" in page
    assert [line.title for line in lines if not line.is_well] == ["The sender", "The clock that wakes it"]
    assert lines[0].sentence.startswith("It was last heard: 4\xa0minutes ago.")
    assert "ring patients who must hear something today" in page


def test_the_page_gives_the_servers_own_reason_for_a_pause(site, alive):
    pauses.begin(reason="535 5.7.8 Wrong password", at=timezone.now(), length=timedelta(minutes=5))

    page = signed_in(clinic.dee()).get("/status/").content.decode()

    assert "It takes nothing from us: 535 5.7.8 Wrong password" in page


# --- above every page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_banner_says_on_every_page_that_messages_do_not_move(site, known, trouble):
    known(trouble)

    page = signed_in(clinic.dee()).get("/messages/").content.decode()

    assert "Messages are not moving." in page
    assert "What to do" in page


def test_there_is_no_banner_while_messages_move(site, known):
    known()

    assert "Messages are not moving" not in signed_in(clinic.dee()).get("/messages/").content.decode()


def test_nobody_who_is_not_signed_in_sees_the_banner(site, known):
    known(Trouble.PAUSED)

    assert "Messages are not moving" not in Client().get("/account/login/").content.decode()
