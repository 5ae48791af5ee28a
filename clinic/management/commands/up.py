"""manage.py up: the whole clinic on this one machine."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from celery.beat import EmbeddedService
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

from clinic import mailbox
from clinic.celery import app
from clinic.environment import is_loopback
from clinic.guards import refuse_to_serve_unguarded

PORTS_TO_TRY = 20
SECONDS_TO_FINISH = 10  # how long the worker may take to end the tasks it has begun
HALF_TOLD = "demo-half-told"  # a file in VAR_DIR while the demo clinic is being told
WORKER = (sys.executable, "-m", "clinic.worker")


def forget_half_told(folder: Path, database: str) -> bool:
    """Throw away a demo clinic whose telling was cut short, and return whether there was one.

    folder: VAR_DIR. database: the name or path of the database in use; only our own SQLite file in the folder is ever
    thrown away. Raises CommandError when the demo lives in another database.
    """
    half_told = folder / HALF_TOLD
    if not half_told.exists():
        return False
    ours = folder / "stipple.sqlite3"
    if database != str(ours):
        raise CommandError(
            f"The demo clinic was only half told last time. Empty the database of DATABASE_URL and remove {half_told}."
        )
    for ending in ("", "-wal", "-shm"):
        ours.with_name(ours.name + ending).unlink(missing_ok=True)
    half_told.unlink()
    return True


class Stop(BaseException):
    """Someone asked the clinic to stop; not an Exception, so that nobody in between swallows it."""


def on_signal(number: int, frame: object) -> None:
    """Turn a signal into Stop, once; a second Ctrl-C must not cut the goodbye short."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    raise Stop


class Worker:
    """The Celery worker as a child process; when it ends by itself, the clinic is told to stop."""

    def __init__(self):
        self.process = subprocess.Popen([*WORKER, str(os.getpid())], start_new_session=True, cwd=settings.BASE_DIR)
        self._may_end = False
        self.fault = ""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        code = self.process.wait()
        if not self._may_end:
            self.fault = f"The worker ended by itself (code {code}); the clinic stopped with it. Nothing is lost."
            os.kill(os.getpid(), signal.SIGTERM)

    def ask_to_stop(self) -> None:
        """Let it end the tasks it has begun, and take no more; may be asked twice."""
        if not self._may_end:
            self._may_end = True
            self.process.terminate()

    def end(self) -> None:
        """Return once it has ended; after SECONDS_TO_FINISH it is ended by force."""
        self.ask_to_stop()
        try:
            self.process.wait(SECONDS_TO_FINISH)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Command(BaseCommand):
    """Migrate, then run web server, worker and beat until Ctrl-C."""

    help = "Run the whole clinic on this machine: migrate, web server, worker and beat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen, and whether this is the demo clinic."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="the first port to try")
        parser.add_argument("--demo", action="store_true", help="the demo clinic, with a local mailbox")

    def handle(self, *args, host: str, port: int, demo: bool, **options) -> None:
        """Start the parts from the bottom up, serve, and stop them in the opposite order."""
        for one in (signal.SIGINT, signal.SIGTERM):  # a shell's `command &` starts with SIGINT ignored
            signal.signal(one, on_signal)
        worker = None
        with ExitStack() as parts:
            listener = parts.enter_context(self._listen(host, port))
            self._lead_links_here(host, listener.getsockname()[1])
            try:
                self._prepare_database(demo)
                worker = Worker()
                parts.callback(worker.end)
                server = self._start_server(parts, listener, demo)
                parts.callback(worker.ask_to_stop)  # first of all; it takes longest
                self._say(f"\nStipple is open at http://{host}:{listener.getsockname()[1]}/  (Ctrl-C stops it)")
                server.run()
            except Stop:
                self._say("\nstopping ...")
        if worker and worker.fault:
            raise CommandError(worker.fault)
        self._say("stopped")

    def _start_server(self, parts: ExitStack, listener: socket.socket, demo: bool):
        if demo:
            parts.callback(mailbox.serve(settings.MAILBOX_DIR, settings.MAILBOX_PORT).stop)
        beat = EmbeddedService(app, thread=True)
        beat.start()
        parts.callback(beat.stop)
        refuse_to_serve_unguarded()
        server = create_server(
            get_wsgi_application(),
            sockets=[listener],
            threads=8,
            ident="",
            clear_untrusted_proxy_headers=not settings.TRUSTED_PROXIES,
        )
        parts.callback(server.task_dispatcher.shutdown)
        parts.callback(server.close)
        return server

    def _listen(self, host: str, port: int) -> socket.socket:
        """Return a socket on the first free port of the next few. Raises CommandError when all are taken."""
        for candidate in range(port, port + PORTS_TO_TRY):
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, candidate))
                listener.listen()  # now, so that nobody else takes it while the database is made ready
            except OSError:
                listener.close()
            else:
                return listener
        raise CommandError(f"Ports {port} to {port + PORTS_TO_TRY - 1} of {host} are all taken: try --port.")

    def _lead_links_here(self, host: str, port: int) -> None:
        """Let the links in messages lead to the port that was free, unless it was said where the clinic is."""
        if not os.environ.get("PUBLIC_URL") and is_loopback(urlsplit(settings.PUBLIC_URL).hostname):
            here = host if is_loopback(host) else "127.0.0.1"
            os.environ["PUBLIC_URL"] = settings.PUBLIC_URL = f"http://{here}:{port}"  # the worker reads it, too

    def _prepare_database(self, demo: bool) -> None:
        if demo and forget_half_told(settings.VAR_DIR, str(settings.DATABASES["default"]["NAME"])):
            self._say("  the demo clinic was only half told last time; it starts afresh")
        self._timed("database", lambda: call_command("migrate", verbosity=0))
        self._timed("clinical values", lambda: call_command("load_clinical", verbosity=0))
        if demo:
            self._tell_demo()

    def _tell_demo(self) -> None:
        half_told = settings.VAR_DIR / HALF_TOLD
        if not get_user_model().objects.exists():
            self._say("  telling the demo clinic's year, this once ...")
            half_told.touch()
        call_command("demo", stdout=self.stdout)
        half_told.unlink(missing_ok=True)

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def _timed(self, words: str, work: Callable[[], object]) -> None:
        began = time.monotonic()
        work()
        self._say(f"  {words}: ready after {time.monotonic() - began:.1f} s")
