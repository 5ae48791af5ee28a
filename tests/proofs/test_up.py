"""One command runs the whole clinic, and leaves nothing behind however it ends."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from tests.plugins import database
from tests.plugins.running import wait_until
from tests.servers import free_port

pytestmark = pytest.mark.sqlite


class Clinic:
    """A clinic started by manage.py up, in a folder of its own."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.log = folder / "up.log"
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port)],
                cwd=settings.BASE_DIR,
                env=environment | {"VAR_DIR": str(folder)},
                stdout=sink,
                stderr=sink,
            )

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/", timeout=5) as answer:
                return answer.read() == b"ok"
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def worker(self) -> int:
        """Return the process id of the worker, the only child."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        (worker,) = map(int, children)
        return worker


def is_gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, django_db_setup) -> Path:
    """Return the folder of a clinic that lost a guard: it starts only because `up` migrates first."""
    folder = tmp_path_factory.mktemp("up")
    with closing(sqlite3.connect(shutil.copy(database.ON_SQLITE, folder / "stipple.sqlite3"))) as house:
        house.execute("DROP TRIGGER clinic_auditrow_append_only__delete")
        house.commit()
    return folder


@pytest.fixture
def clinic(folder):
    house = Clinic(folder)
    try:
        wait_until(lambda: house.answers() or house.process.poll() is not None, what="the clinic answers", within=60)
        assert house.process.poll() is None, house.log.read_text()
        yield house
    finally:
        house.process.kill()
        house.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_stops_everything_cleanly(clinic, number):
    worker = clinic.worker()

    clinic.process.send_signal(number)

    assert clinic.process.wait(20) == 0
    assert is_gone(worker)
    assert clinic.log.read_text().rstrip().endswith("stopped")


def test_killed_it_takes_its_worker_along(clinic):
    worker = clinic.worker()

    clinic.process.kill()

    wait_until(lambda: is_gone(worker), what="the worker is gone")


def test_when_the_worker_dies_the_clinic_says_so_and_stops(clinic):
    os.kill(clinic.worker(), signal.SIGKILL)

    assert clinic.process.wait(20) == 1
    assert "The worker ended by itself (code -9); the clinic stopped with it." in clinic.log.read_text()
