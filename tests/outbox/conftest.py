from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests import servers
from tests.factories import outbox


@pytest.fixture(autouse=True)
def the_tests_own_messages(settings) -> Iterator[None]:
    """Let the tests declare messages, as booking and aftercare do."""
    settings.NOTICE_OWNERS = settings.NOTICE_OWNERS | outbox.OWNERS
    outbox.no_longer_wanted.clear()
    yield
    outbox.no_longer_wanted.clear()


@dataclass
class MoodySmtpServer(servers.SmtpServer):
    """A real SMTP server that can say no at each step: by sender, by recipient, or to the content."""

    sender_answer: str = "250 OK"
    recipient_answers: dict[str, str] = field(default_factory=dict)
    content_answers: list[str] = field(default_factory=list)  # one per mail, then `answer`
    hangs_up_after_content: bool = False
    hangs_up_between_mails: bool = False
    callers: set = field(default_factory=set)  # the connections that brought a mail

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if self.sender_answer.startswith("2"):
            envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        answer = self.recipient_answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        answer = self.content_answers.pop(0) if self.content_answers else self.answer
        self.callers.add(session.peer)
        if answer.startswith("2"):
            self.raw.append(envelope.original_content)
            self.recipients.append(list(envelope.rcpt_tos))
        if self.hangs_up_after_content:
            server.transport.abort()
        if self.hangs_up_between_mails:
            server.loop.call_later(0.05, server.transport.close)
        return answer


@pytest.fixture
def post_office(settings) -> Iterator[MoodySmtpServer]:
    """Send the test's mail to a real SMTP server that may refuse it."""
    server = MoodySmtpServer()
    controller = server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    yield server
    controller.stop()
