"""Fixtures that run the real thing beside a test: the web server, Celery processes, Redis, an SMTP server."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from celery import current_app
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from kombu import pools
from waitress import wasyncore
from waitress.server import create_server

from tests import servers

CSRF = "c" * 32  # cookie and form field need only agree


# --- the web server and who calls it ---------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Visitor:
    """Someone who speaks HTTP to the live server without a browser; no redirect is followed.

    One visitor may be used by one thread at a time; each call opens its own connection.
    """

    def __init__(self, url: str, cookies: dict[str, str]):
        self.address = urlsplit(url).netloc
        self.cookies = cookies

    def get(self, path: str, **headers: str) -> Answer:
        """Return the answer to a GET."""
        return self._call("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, object], **headers: str) -> Answer:
        """Return the answer to a form posted with a valid CSRF token; a list value posts the field repeatedly."""
        body = urlencode({**fields, "csrfmiddlewaretoken": CSRF}, doseq=True)
        return self._call("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def _call(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line = http.client.HTTPConnection(self.address, timeout=60)
        try:
            line.request(method, path, body, {**headers, "Cookie": cookies})
            response = line.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            line.close()


@dataclass(frozen=True)
class Live:
    """The clinic's own web server, answering on the loopback address with several threads."""

    url: str

    def visitor(self, user: object | None = None) -> Visitor:
        """Return someone without a browser, signed in when a user is given."""
        return Visitor(self.url, {"csrftoken": CSRF, **session_cookie(user)})


def session_cookie(user: object | None) -> dict[str, str]:
    """Return the cookie of a session in which this user has signed in; {} for nobody."""
    if user is None:
        return {}
    client = Client()
    client.force_login(user)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


@pytest.fixture
def live(transactional_db: None) -> Iterator[Live]:
    """Serve the clinic over real HTTP, with 16 threads, for one test."""
    channels: dict = {}
    server = create_server(get_wsgi_application(), map=channels, host="127.0.0.1", port=0, threads=16)
    loop = threading.Thread(target=server.run, name="live")
    loop.start()
    yield Live(f"http://127.0.0.1:{server.effective_port}")
    server.trigger.pull_trigger(lambda: wasyncore.close_all(channels, ignore_all=True))
    loop.join(10)
    server.task_dispatcher.shutdown()
    assert not loop.is_alive()


# --- Celery ----------------------------------------------------------------------------------------------


@dataclass
class Child:
    """A Celery process: its own group, its own log."""

    process: subprocess.Popen
    log: Path

    def kill(self) -> None:
        """End it and its children with kill -9, in the middle of whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let it finish what it has begun; by force after 15 s."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def words(self) -> str:
        """Return what it has logged so far."""
        return self.log.read_text(errors="replace")


@dataclass
class Celery:
    """Starts workers and beats that share the test's database, broker and mail server."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    def worker(self, *, pool: str = "prefork", processes: int = 2) -> Child:
        """Start a worker and return once it is ready for tasks."""
        child = self._start("worker", f"--pool={pool}", f"--concurrency={processes}", "--loglevel=INFO")
        wait_until(lambda: " ready." in child.words, what="the worker is ready", child=child)
        return child

    def beat(self) -> Child:
        """Start a beat with the settings' schedule."""
        return self._start("beat", "--schedule", str(self.folder / f"schedule-{len(self.children)}"))

    def _start(self, *command: str) -> Child:
        log = self.folder / f"{command[0]}-{len(self.children)}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "clinic", *command],
                cwd=settings.BASE_DIR,
                env=child_environment() | self.environment,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
                preexec_fn=servers.die_with_parent,
            )
        self.children.append(Child(process, log))
        return self.children[-1]


def wait_until(holds, *, what: str, within: float = 60, child: Child | None = None) -> None:
    """Return once `holds()` is true. Raises AssertionError that names `what` after `within` seconds."""
    until = time.monotonic() + within
    while not holds():
        log = f"\n{child.words}" if child else ""
        assert time.monotonic() < until, f"After {within} s it is still not so that {what}.{log}"
        assert child is None or child.process.poll() is None, f"The process ended before {what}.{log}"
        time.sleep(0.05)


def child_environment() -> dict[str, str]:
    """Return the environment in which another process meets the test's own database and mail server."""
    ours = connection.settings_dict
    if connection.vendor == "sqlite":
        database = f"sqlite:///{ours['NAME']}"
    else:
        person = quote(ours["USER"]) + (f":{quote(ours['PASSWORD'])}" if ours["PASSWORD"] else "")
        place = quote(ours["HOST"], safe="") + (f":{ours['PORT']}" if ours["PORT"] else "")
        database = f"postgres://{person}@{place}/{ours['NAME']}"
    mail = f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return {**os.environ, "DATABASE_URL": database, "EMAIL_URL": mail}


@pytest.fixture
def celery(request: pytest.FixtureRequest, transactional_db: None, tmp_path: Path) -> Iterator[Celery]:
    """Start Celery processes over an empty broker: the folder, or Redis when the test asks for `redis_broker` too."""
    if "redis_broker" in request.fixturenames:
        request.getfixturevalue("redis_broker")
    current_app.control.purge()
    house = Celery(tmp_path, {"REDIS_URL": os.environ.get("REDIS_URL", "")})
    yield house
    for child in house.children:
        if child.process.poll() is None:
            child.kill()  # a warm goodbye takes seconds, and the test is over


# --- Redis and SMTP --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """Return the address of a real Redis: the one of REDIS_URL, else a throw-away one."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    try:
        server = servers.start_redis()
    except servers.NotAvailable as missing:
        pytest.skip(f"no Redis here: {missing}")
    yield server.url
    server.stop(signal.SIGTERM)


@pytest.fixture
def redis_broker(redis_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put the broker on Redis, for this process and for those that `celery` starts; return its address."""
    monkeypatch.setenv("REDIS_URL", redis_server)
    held = {name: current_app.conf[name] for name in ("broker_url", "broker_transport_options")}
    _point_celery_at({"broker_url": redis_server, "broker_transport_options": {}})
    yield redis_server
    _point_celery_at(held)


def _point_celery_at(broker: dict) -> None:
    """Change the broker of this process and drop the connections to the one before."""
    current_app.conf.update(broker)
    pools.reset()
    current_app._pool = current_app.amqp._producer_pool = None


@pytest.fixture
def smtp_server(settings) -> Iterator[servers.SmtpServer]:
    """Send the test's mail over real SMTP; `messages` holds what arrived, `answer` what is said to the next one."""
    server = servers.SmtpServer()
    controller = server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    yield server
    controller.stop()
