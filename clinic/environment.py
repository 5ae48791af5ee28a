"""What the environment says about this clinic, read strictly.

A value that cannot be read, or that would be unsafe, stops the start; the refusal names every variable at
fault and says what to set it to. Nothing here knows Django's settings: `clinic.settings` asks, this answers.
"""

import base64
import binascii
import os
import secrets
import socket
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
WRITES_SOURCE = ("makemigrations", "makemessages", "compilemessages")
VAULT_KEY_BYTES = 32
VAULT_KEY_REMEDY = (
    'what `python -c "import secrets; print(secrets.token_urlsafe(32))"` prints, and keep a copy elsewhere'
)
PROVIDERS = (  # which both send and tell of bounces
    "brevo",
    "mailersend",
    "mailgun",
    "mailjet",
    "mailtrap",
    "postal",
    "postmark",
    "resend",
    "sendgrid",
    "sparkpost",
    "unisender_go",
)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Refused(ImproperlyConfigured):
    """The environment holds values that the house does not start with."""


class Environment:
    """The environment's values, each asked for by name and kind.

    Problems are collected, so that one start names them all; `finish` raises Refused if there is any.
    """

    def __init__(self, values: Mapping[str, str]):
        self._values = values
        self._problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return the value without surrounding blanks, or the default when it is unset or empty."""
        return self._values.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no; anything but 1/0, true/false, yes/no, on/off is a problem."""
        value = self.text(name, "1" if default else "0").lower()
        if value not in YES + NO:
            self.refuse(name, f"{value!r} is neither yes nor no", "1 or 0")
        return value in YES

    def number(self, name: str, *, default: int, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        value = self.text(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            self.refuse(name, f"{value!r} is not a whole number from {low} to {high}", str(default))
            return default
        return int(value)

    def names(self, name: str, *, default: tuple[str, ...] = ()) -> list[str]:
        """Return a comma-separated list without blanks or empty entries."""
        found = [part.strip() for part in self.text(name).split(",") if part.strip()]
        return found or list(default)

    def pairs(self, name: str) -> dict[str, str]:
        """Return what a list such as api_key=abc,sender_domain=mg.example.org names; a part without = is a problem."""
        found = dict(part.partition("=")[::2] for part in self.names(name))
        if not all(key.isidentifier() and value for key, value in found.items()):
            self.refuse(name, "one of its parts is not a name, an equals sign and a value", "api_key=…")
        return found

    def provider(self, name: str) -> str:
        """Return the provider that mail goes through, or "" for a mail server of one's own."""
        provider = self.text(name).lower()
        if provider and provider not in PROVIDERS:
            self.refuse(name, f"{provider!r} is not known", f"one of {', '.join(PROVIDERS)}")
            return ""
        return provider

    def database(self, name: str, *, default: Path) -> dict:
        """Return Django's description of the database; a SQLite file at `default` when nothing is set."""
        url = self.text(name) or f"sqlite:///{default}"
        if urlsplit(url).scheme not in ("sqlite", "postgres", "postgresql"):
            self.refuse(name, "it names no database this house runs on", "postgres://user:password@host/name")
            url = f"sqlite:///{default}"
        found = Env.db_url_config(url)
        found["HOST"] = unquote(found["HOST"])  # a Unix socket's folder stands there as %2Fvar%2Frun
        return found

    def vault_keys(self, name: str, *, default: Path | None) -> list[bytes]:
        """Return the keys of the vault, the one that seals first: 32 bytes each, written as `token_urlsafe(32)` does.

        default: a file that holds the key when none is set, made by the first call; None where one must be set.
        """
        written = self.names(name)
        if not written and default is not None:
            written = [kept_secret(default, size=VAULT_KEY_BYTES)]
        if not written:
            self.refuse(name, "it is missing, and nothing about a patient may lie unencrypted", VAULT_KEY_REMEDY)
        keys = [key for one in written if (key := _vault_key(one))]
        if len(keys) < len(written):
            self.refuse(name, f"{len(written) - len(keys)} of its keys cannot be read as 32 bytes", VAULT_KEY_REMEDY)
        return keys

    def redis(self, name: str) -> str:
        """Return the address of Redis, or "" when none is set."""
        url = self.text(name)
        if url and urlsplit(url).scheme not in ("redis", "rediss", "redis+socket", "unix"):
            self.refuse(name, "it is not the address of a Redis server", "redis://host:6379/0")
            return ""
        return url

    def origin(self, name: str, *, default: str) -> str:
        """Return where the house is reached from outside: scheme and host, a port if need be, and nothing else."""
        url = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(url)
            is_whole = (
                parts.scheme in ("http", "https") and parts.hostname and url == f"{parts.scheme}://{parts.netloc}"
            )
            is_whole = is_whole and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
        except ValueError:
            is_whole = False
        if not is_whole:
            self.refuse(name, f"{url!r} is no full address of a house", "https://clinic.example.org")
            return default
        return url

    def mail(self, name: str, *, default: str) -> dict:
        """Return Django's e-mail settings for a URL such as smtp+tls://user:password@host:587."""
        url = self.text(name, default)
        try:
            found = Env.email_url_config(url)
        except (ImproperlyConfigured, ValueError):
            self.refuse(name, "it is not the address of a mail server", "smtp+tls://user:password@host:587")
            return Env.email_url_config("dummymail://")
        found.pop("OPTIONS", None)
        return found

    def refuse(self, name: str, why: str, remedy: str) -> None:
        """Note that a variable is at fault: why, and what to set it to."""
        self._problems.append(f"{name}: {why}. Set {name} to {remedy}.")

    def finish(self) -> None:
        """Raise Refused with every problem found so far, if there is any."""
        if self._problems:
            lines = "\n".join(f"  - {problem}" for problem in self._problems)
            raise Refused(f"The environment needs a change first (docs/operating.md explains each):\n{lines}")


def prepare(argv: list[str], environ: MutableMapping[str, str]) -> None:
    """Set what a command of manage.py implies, before the settings are read.

    `up` runs the clinic on this one machine; `up --demo` runs the demo clinic, whose mail goes to a mailbox
    on a free port of this machine. Commands that write source code touch no patients and need no secrets.
    """
    command = argv[1] if len(argv) > 1 else ""
    if command == "up":
        environ.setdefault("ONE_MACHINE", "1")
    if command in WRITES_SOURCE or (command == "up" and "--demo" in argv):
        environ.setdefault("DEMO", "1")
    if command == "up" and "--demo" in argv:
        environ.setdefault("MAILBOX_PORT", str(free_port()))


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kept_secret(path: Path, *, size: int = 64) -> str:
    """Return the secret in this file; the first call makes one of `size` bytes, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(size))
        try:
            os.link(draft, path)  # of two processes that start at once, one secret wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _vault_key(written: str) -> bytes | None:
    """Return the 32 bytes of a written key, or None for anything else and for one that nobody drew at random."""
    try:
        key = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == VAULT_KEY_BYTES and len(set(key)) > 10 else None


def is_weak(secret: str) -> bool:
    """Return whether a secret key is too short, too uniform, or Django's placeholder."""
    return len(secret) < 50 or len(set(secret)) < 10 or secret.startswith("django-insecure-")


def is_loopback(host: str) -> bool:
    """Return whether a host name, as ALLOWED_HOSTS writes it, is this machine only."""
    return host.lower() in LOOPBACK or host == "::1"
