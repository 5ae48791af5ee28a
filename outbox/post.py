"""One conversation with the mail server, and its last answer."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from dataclasses import dataclass

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from outbox.rules import Stage

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True)
class Answer:
    """The mail server's last words. code: three digits, None when it said nothing; stage: how far we had come."""

    stage: Stage
    code: int | None
    words: str

    def __str__(self) -> str:
        return f"{self.code or ''} {self.words}".strip()[:250]


def send(content: bytes, *, sender: str, to: str) -> Answer:
    """Hand a mail to the server named in the settings and return its last answer; raises nothing."""
    connection = get_connection(SMTP, fail_silently=False)
    try:
        connection.open()
    except smtplib.SMTPResponseException as refused:
        return _answer(Stage.OPEN, refused.smtp_code, refused.smtp_error)
    except (smtplib.SMTPException, OSError) as trouble:
        return Answer(Stage.OPEN, None, str(trouble) or type(trouble).__name__)
    else:
        return _hand_over(connection.connection, content, sender=sender, to=to)
    finally:
        _hang_up(connection)


def _hand_over(server: smtplib.SMTP, content: bytes, *, sender: str, to: str) -> Answer:
    stage, code, words = Stage.SENDER, None, b""
    try:
        server.ehlo_or_helo_if_needed()
        code, words = server.mail(sender)
        if code == 250:
            stage = Stage.RECIPIENT
            code, words = server.rcpt(to)
        if stage == Stage.RECIPIENT and code in (250, 251):
            stage = Stage.CONTENT
            code, words = server.data(content)
    except smtplib.SMTPResponseException as refused:
        code, words = refused.smtp_code, refused.smtp_error
    except (smtplib.SMTPException, OSError) as trouble:
        return Answer(stage, None, str(trouble) or type(trouble).__name__)
    return _answer(stage, code, words)


def _answer(stage: Stage, code: int, words: bytes | str) -> Answer:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    return Answer(stage, code if code > 0 else None, " ".join(said.split()))


def _hang_up(connection: EmailBackend) -> None:
    """End the conversation; what the server says to the goodbye changes nothing."""
    with suppress(smtplib.SMTPException, OSError):
        connection.close()
