"""The conversation with the mail server, and its last answer about each mail."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from types import TracebackType

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from outbox import provider
from outbox.answers import Answer
from outbox.rules import Stage

SMTP = "django.core.mail.backends.smtp.EmailBackend"


class Line:
    """A line to the server that the settings name, shared by the mails of one sweep; use it as a context.

    It is opened for the first mail and again after any answer but a yes.
    """

    def __init__(self) -> None:
        self._connection: EmailBackend | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()

    def send(self, content: bytes, *, sender: str, to: str) -> Answer:
        """Hand over one mail and return the server's last answer; raises nothing."""
        if settings.MAIL_PROVIDER:
            return provider.send(content, to=to)
        was_open = self._connection is not None
        answer = self._say(content, sender=sender, to=to)
        if was_open and answer.stage == Stage.SENDER and answer.code in (None, 421):
            answer = self._say(content, sender=sender, to=to)  # it had hung up since the last mail; this one is unsaid
        return answer

    def hang_up(self) -> None:
        """End the conversation; what the server says to the goodbye changes nothing."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.close()
            self._connection = None

    def _say(self, content: bytes, *, sender: str, to: str) -> Answer:
        answer = self._pick_up() or _hand_over(self._connection.connection, content, sender=sender, to=to)
        if not answer.is_yes:
            self.hang_up()
        return answer

    def _pick_up(self) -> Answer | None:
        """Open the line unless it is open; return the server's answer when it cannot be."""
        if self._connection is not None:
            return None
        self._connection = get_connection(SMTP, fail_silently=False)
        try:
            self._connection.open()
        except smtplib.SMTPResponseException as refused:
            return _answer(Stage.OPEN, refused.smtp_code, refused.smtp_error)
        except (smtplib.SMTPException, OSError) as trouble:
            return Answer(Stage.OPEN, None, str(trouble) or type(trouble).__name__)
        return None


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
