"""The stage on which every test plays: its environment, its database engine, and no way out to the network.

TEST_ENGINE=sqlite (the default) or postgres picks the engine. On PostgreSQL the server of DATABASE_URL is used, else a
throw-away one. STIPPLE_NO_SKIP=1 turns every skip into a failure.
"""

import atexit
import gc
import importlib
import os
import shutil
import signal
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import servers

ENGINE = os.environ.get("TEST_ENGINE", "sqlite")
SKIPS_FAIL = os.environ.get("STIPPLE_NO_SKIP") == "1"
HERE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "::1", "localhost")
DATABASE_FIXTURES = {"db", "transactional_db"}
ONCE = {"desk", "journeys", "tools"}  # pages and tools behave alike on both engines

pytest_plugins = [
    "tests.plugins.database",
    "tests.plugins.people",
    "tests.plugins.running",
    "tests.plugins.chromium",
    "tests.plugins.sharing",
]


def set_the_stage() -> None:
    """Describe a one-machine clinic in the environment, whatever the developer's own says; then start Django.

    The processes of pytest-xdist inherit what the first one set.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end, the tests tidy up as on Ctrl-C
        given = {name: os.environ.pop(name, "") for name in ("DATABASE_URL", "REDIS_URL", "DEMO", "DEBUG", "HTTPS")}
        in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        folder = tempfile.mkdtemp(prefix="stipple-tests-", dir=in_memory)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ |= {
            "ONE_MACHINE": "1",
            "VAR_DIR": folder,
            "SECRET_KEY": "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
            "VAULT_KEYS": "dGVzdHMgb25seTogdGhpcyBpcyB0aGlydHktdHdvIGI",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "DEFAULT_FROM_EMAIL": "Stipple <clinic@example.org>",
            "TEST_REDIS_URL": given["REDIS_URL"],
        }
        if ENGINE == "postgres":
            os.environ["DATABASE_URL"] = given["DATABASE_URL"] or _own_postgres()
    else:
        os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / os.environ["PYTEST_XDIST_WORKER"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
    django.setup()
    del os.environ["DJANGO_SETTINGS_MODULE"]  # or the processes of xdist would read the settings before this file


def _own_postgres() -> str:
    server = servers.start_postgres()
    atexit.register(server.stop)
    return server.url


set_the_stage()
# The same examples each time, however busy the machine is; nothing is kept beside the sources.
hypothesis.settings.register_profile("house", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this engine has nothing to say about."""
    chosen, left_out = [], []
    for item in items:
        if item.get_closest_marker("redis") or "redis_server" in item.fixturenames:
            item.add_marker(pytest.mark.redis)
        (chosen if _applies(item) else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen


def pytest_collection_finish() -> None:
    """Let the collector of garbage leave alone what stays to the end, and come by less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _applies(item: pytest.Item) -> bool:
    """Return whether a test belongs to the engine at hand."""
    marks = {mark.name for mark in item.iter_markers()}
    if ENGINE == "sqlite":
        return "postgres" not in marks
    if "one_engine" in marks:
        return False
    if marks & {"postgres", "both_engines", "redis"}:
        return True
    uses_database = "django_db" in marks or bool(DATABASE_FIXTURES & set(item.fixturenames))
    room = item.path.relative_to(HERE).parts[0]
    return uses_database and room not in ONCE and not marks & {"sqlite", "browser"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[pytest.TestReport]:
    """Fail a skipped test where no skip is allowed."""
    report = yield
    if SKIPS_FAIL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and STIPPLE_NO_SKIP allows no skip: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter) -> None:
    """Say why tests were skipped, each reason in one line."""
    reasons = Counter(report.longrepr[2] for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.items():
        terminalreporter.write_line(f"{reason} ({count} tests)")


@pytest.fixture(scope="session", autouse=True)
def nothing_leaves_this_machine() -> Iterator[None]:
    """Refuse every connection and every question about a name beyond the loopback address."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address):
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"A test tried to reach {address}.")
        return connect(self, address)

    def guarded_look_up(host, *args, **kwargs):
        if host and str(host) not in LOOPBACK:
            raise AssertionError(f"A test asked for the address of {host}.")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_in_no_time(django_test_environment: None) -> None:
    """Spare the tests the strength of Argon2."""
    django.conf.settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def static_files_are_looked_for_once() -> Iterator[None]:
    """Spare each client of a test the walk through all folders that hold static files."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look_once(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def messages_are_moving() -> None:
    """Let every page take for granted that messages move: none has a worker beside it, and none asks for it."""
    vitals = importlib.import_module("outbox.vitals")  # after Django was started
    vitals.know([], seconds=float("inf"))
