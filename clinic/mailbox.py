"""The demo's local mailbox: a real SMTP server on this machine that keeps each mail as a file.

Only demo mode runs it. Each mail is one .eml file in settings.MAILBOX_DIR, byte for byte as it arrived.
"""

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = re.compile(r"\d{8}T\d{6}_\d{6}-[0-9a-f]{8}")
MOST_KEPT = 500


@dataclass(frozen=True)
class Letter:
    """A mail that the mailbox holds: its name, when it came, and the message itself."""

    name: str
    arrived_at: datetime
    message: EmailMessage


class Mailbox:
    """A folder of mails, newest first."""

    def __init__(self, folder: Path):
        self.folder = folder

    def letters(self) -> list[Letter]:
        """Return every mail, the newest first."""
        names = (path.stem for path in self.folder.glob("*.eml"))
        return [self._open(name) for name in sorted(filter(NAME.fullmatch, names), reverse=True)]

    def letter(self, name: str) -> Letter | None:
        """Return one mail by its name, or None when there is none of that name."""
        known = NAME.fullmatch(name) and self._path(name).exists()
        return self._open(name) if known else None

    def keep(self, content: bytes, *, at: datetime) -> str:
        """Store a mail and return its name; of more than MOST_KEPT the oldest go."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{at.astimezone(UTC):%Y%m%dT%H%M%S_%f}-{secrets.token_hex(4)}"
        draft = self._path(name).with_suffix(".part")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        draft.rename(self._path(name))
        for old in sorted(self.folder.glob("*.eml"))[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        return name

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.eml"

    def _open(self, name: str) -> Letter:
        arrived_at = datetime.strptime(name.split("-")[0], "%Y%m%dT%H%M%S_%f").replace(tzinfo=UTC)
        message = message_from_bytes(self._path(name).read_bytes(), policy=default)
        return Letter(name=name, arrived_at=arrived_at, message=message)


class _Receiver:
    """What aiosmtpd calls when a mail is complete."""

    def __init__(self, mailbox: Mailbox):
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, then say so: 250 is only said once the file is there."""
        self.mailbox.keep(envelope.original_content or b"", at=datetime.now(UTC))
        return "250 Kept"


def serve(folder: Path, port: int) -> Controller:
    """Start the SMTP server on the loopback address, in a thread; the caller calls stop() on the result.

    Raises OSError when the port is taken.
    """
    controller = Controller(_Receiver(Mailbox(folder)), hostname="127.0.0.1", port=port)
    controller.start()
    return controller
