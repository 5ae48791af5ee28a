"""The house's processes are real in these tests: web server, workers on both brokers, browser, and no network."""

import socket
from datetime import UTC, datetime

import pytest

from clinic import audit
from clinic.actors import Actor
from clinic.models import AuditLink, Site
from clinic.tasks import seal_audit
from tests.factories import clinic
from tests.plugins.running import wait_until

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def written(transactional_db) -> Site:
    """Write one line of audit that no chain holds yet."""
    site = clinic.site()
    audit.record("change", site, by=Actor.system("test"), at=NOON)
    return site


def sealed() -> int:
    return AuditLink.objects.count()


@pytest.mark.both_engines
def test_the_server_answers_over_real_http(live):
    answer = live.visitor().get("/healthz/")

    assert (answer.status, answer.text) == (200, "ok")


@pytest.mark.both_engines
def test_a_worker_of_its_own_does_what_this_process_asks_through_the_folder(written, celery):
    celery.worker()
    seal_audit.delay()

    wait_until(lambda: sealed() == 1, what="the worker has sealed the line")


@pytest.mark.redis
def test_a_worker_of_its_own_does_what_this_process_asks_through_redis(written, redis_broker, celery):
    celery.worker()
    seal_audit.delay()

    wait_until(lambda: sealed() == 1, what="the worker has sealed the line")


def test_a_test_that_reaches_for_the_network_fails():
    with socket.socket() as line, pytest.raises(AssertionError, match="tried to reach"):
        line.connect(("192.0.2.1", 80))
    with pytest.raises(AssertionError, match="asked for the address"):
        socket.getaddrinfo("example.org", 80)


@pytest.mark.browser
def test_the_sign_in_page_opens_in_chromium_without_a_fault(page, axe):
    page.goto("/account/login/")

    assert axe(page) == []
