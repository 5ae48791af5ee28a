"""How fast the house is: python3 dev.py bench [--json FILE] [--sizes 1000,100000] [--engines sqlite,postgres]

For each engine and size a clinic is seeded, the real server is started with two workers, and one client after another
asks for what the desk asks for. Beside the milliseconds stands each figure as a multiple of the one-row view's p95 in
the same run: machines differ, multiples less so. Nothing is asserted; docs/operating.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tests.servers import free_port, start_postgres
from tools.bench.asking import Figure, Line, at_once, one_after_another, until
from tools.bench.report import tables

ROOT = Path(__file__).resolve().parents[2]
DURABLE = ("listen_addresses=", "shared_buffers=256MB")
ROUNDS, BOOKINGS = 120, 240
SENDING_AT = 100_000  # visits from which on it is measured too how messages leave; that has a size of its own
ALL_SIZES, ALL_ENGINES = "1000,10000,100000", "sqlite,postgres"


def main() -> None:
    """Measure every engine at every size; print the tables and keep them as JSON where it was asked for."""
    asked = arguments()
    runs = []
    for engine in asked.engines.split(","):
        for size in asked.sizes.split(","):
            runs.append(run(engine, int(size)))
            print(f"  {engine}, {int(size):,} visits: measured", flush=True)
    print(tables(runs))
    if asked.json:
        Path(asked.json).write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="keep the figures as JSON too")
    parser.add_argument("--sizes", default=ALL_SIZES, help=f"visits, {ALL_SIZES} if left out")
    parser.add_argument("--engines", default=ALL_ENGINES, help=f"{ALL_ENGINES} if left out")
    return parser.parse_args()


def run(engine: str, size: int) -> dict[str, Any]:
    """Return every figure of one engine at one size."""
    with tempfile.TemporaryDirectory(prefix="stipple-bench-") as folder, database(engine, Path(folder)) as url:
        env = environment(url, folder)
        call(env, "manage.py", "migrate", "-v0")
        began = time.perf_counter()
        told = json.loads(call(env, "-m", "tools.bench.seed", str(size)))
        seeded = time.perf_counter() - began
        with server(env, Path(folder)) as host:
            figures = list(measured(host, told))
        sending = leaving(env) if size >= SENDING_AT else None
    return {
        "engine": engine,
        "visits": size,
        "seeded_s": round(seeded, 1),
        "figures": [asdict(one) for one in figures],
        "sending": sending,
    }


def leaving(env: dict[str, str]) -> dict[str, Any]:
    """Return how fast messages leave out of a table of a million, with two workers and a mail server that takes all."""

    def step(name: str) -> dict[str, Any]:
        return json.loads(call(env, "-m", "tools.bench.sending", name))

    port = free_port()
    env = env | {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    rows = step("fill")["rows"]
    found = {"rows": rows, "idle": step("idle"), "claim": step("claim"), **step("ready")}
    command = [sys.executable, "-m", "tools.bench.sending", "send"]
    with subprocess.Popen([sys.executable, "-m", "tools.bench.sink", str(port)], cwd=ROOT) as sink:
        workers = [subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        told = [json.loads(worker.communicate()[0]) for worker in workers]
        sink.terminate()
    sent, seconds = sum(one["sent"] for one in told), max(one["seconds"] for one in told)
    return found | {"sent": sent, "mails_per_second": sent / seconds}


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database that keeps what it says it kept."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    postgres = start_postgres(DURABLE)
    try:
        yield postgres.url
    finally:
        postgres.stop()


def environment(url: str, folder: str) -> dict[str, str]:
    """Return the environment of a demo house on this database, with the two doors more."""
    loose = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DEBUG")}
    return {
        **loose,
        "DEMO": "1",
        "DATABASE_URL": url,
        "VAR_DIR": f"{folder}/var",
        "DJANGO_SETTINGS_MODULE": "tools.bench.settings",
    }


def call(env: dict[str, str], *command: str) -> str:
    """Run a Python command to its end and return what it printed. Raises RuntimeError with its words."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


@contextmanager
def server(env: dict[str, str], folder: Path) -> Iterator[str]:
    """Run the server with two workers and give where it answers."""
    host = f"127.0.0.1:{free_port()}"
    command = ["-m", "gunicorn", "clinic.wsgi", "--workers", "2", "--bind", host, "--log-level", "warning"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        if not until(lambda: answers(host), 30):
            raise RuntimeError((folder / "log").read_text(errors="replace"))
        yield host
    finally:
        process.terminate()
        process.wait(15)


def answers(host: str) -> bool:
    try:
        return Line(host, {}).ask("GET", "/bench/empty/")[0] == 200
    except OSError:
        return False


def measured(host: str, told: dict[str, Any]) -> Iterator[Figure]:
    """Yield the figures one by one; the bookings come last, for they change what the others would see."""
    desk, machine = Line(host, {"Cookie": f"sessionid={told['session']}"}), key_line(host, told)
    monday, staff = date.fromisoformat(told["monday"]), told["practitioners"]
    days = [(monday + timedelta(days=n)).isoformat() for n in range(5)]
    yield one_after_another("an empty view", desk, ["/bench/empty/"] * ROUNDS)
    yield one_after_another("one row", desk, [f"/bench/row/{told['row']}/"] * ROUNDS)
    day = [free(told, days[n % 5], days[n % 5], staff[n % len(staff)]) for n in range(ROUNDS)]
    yield one_after_another("free times: a day of one", machine, day)
    month = [free(told, days[0], later(monday, 30), staff[n % len(staff)]) for n in range(ROUNDS)]
    yield one_after_another("free times: a month of one", machine, month)
    yield one_after_another(
        "free times: a day of any", machine, [free(told, days[n % 5], days[n % 5]) for n in range(ROUNDS)]
    )
    yield one_after_another("day board", desk, [f"/?day={days[n % 5]}" for n in range(ROUNDS)])
    yield one_after_another("week of all", desk, [f"/week/?day={days[n % 5]}" for n in range(ROUNDS // 2)])
    search = [f"/book/patients/?{urlencode({'q': name[:4]})}" for name in told["names"]]
    yield one_after_another("patient search", desk, search)
    practice, (recall, uuid) = Line(host, {"Cookie": f"sessionid={told['practice']}"}), told["recall"]
    yield one_after_another("recall of a lot", desk, [f"/bench/recall/{recall}/"] * ROUNDS)
    yield one_after_another("recall of a lot: its page", practice, [f"/recalls/{uuid}/"] * (ROUNDS // 4))
    wanted = bookings(machine, told, monday)
    yield at_once("booking, one client", [machine], wanted[:BOOKINGS], "/api/v1/appointments")
    crowd = [key_line(host, told) for _ in range(8)]
    yield at_once("booking, eight clients", crowd, wanted[BOOKINGS : 3 * BOOKINGS], "/api/v1/appointments")


def key_line(host: str, told: dict[str, Any]) -> Line:
    return Line(host, {"Authorization": f"Bearer {told['key']}"})


def free(told: dict[str, Any], first: str, last: str, practitioner: int | None = None) -> str:
    """Return the address of the free times from one day to another, both included."""
    asked: dict[str, Any] = {"service": told["service"], "from": first, "to": last, "limit": 2000}
    if practitioner:
        asked["practitioner"] = practitioner
    return f"/api/v1/free-times?{urlencode(asked, quote_via=quote)}"


def later(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def bookings(line: Line, told: dict[str, Any], monday: date) -> list[dict[str, Any]]:
    """Return bookings of times that are free, none of which stands in another's way, mixed over the practitioners."""
    found: list[dict[str, Any]] = []
    number = 0
    for week in range(1, 8):
        path = free(told, later(monday, 7 * week), later(monday, 7 * week + 4))
        items = json.loads(line.ask("GET", path)[1])["items"]
        by_start: dict[str, int] = {}
        for item in items:
            at = by_start[item["starts_at"]] = by_start.get(item["starts_at"], -1) + 1
            if at < 8:
                patient = told["callers"][number % len(told["callers"])]
                number += 1
                found.append({**_booking(told, item), "patient": patient})
    return found


def _booking(told: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    return {
        "service": told["service"],
        "practitioner": item["practitioner"],
        "starts_at": item["starts_at"],
        "tell_patient": True,
    }


if __name__ == "__main__":
    main()
