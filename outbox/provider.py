"""Mail through a provider's own door instead of SMTP: the same letter, and its answer in the words of a mail server.

The letter is the one that was written down, under the same Message-ID and date; the provider makes the bytes. What it
answers is put as SMTP would put it, so the rules of `outbox.rules.verdict` hold for both.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from urllib3.exceptions import MaxRetryError

from outbox.answers import Answer
from outbox.rules import Stage

PASSED_ON = (
    "Message-ID",
    "Date",
    "Content-Language",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)
TAKEN = {"sent", "queued"}
WAIT = 429  # more than the provider takes in so short a time
TURNED_AWAY = {401, 402, 403}  # key, account or sender: the house, and not this letter


def send(content: bytes, *, to: str) -> Answer:
    """Hand one letter to the provider and return its answer; raises nothing."""
    letter = _letter(message_from_bytes(content, policy=SMTP), to=to)
    try:
        letter.send()
    except (AnymailError, ImproperlyConfigured, requests.RequestException, OSError) as trouble:
        return _of_trouble(trouble)
    status = letter.anymail_status
    said = {one.status for one in status.recipients.values()}
    words = f"{'/'.join(sorted(map(str, said)))} {status.message_id or ''}".strip()
    if said and said <= TAKEN:
        return Answer(Stage.CONTENT, 250, words)
    return Answer(Stage.RECIPIENT, 550, words) if said - {"unknown", None} else Answer(Stage.CONTENT, None, words)


def _letter(mail: EmailMessage, *, to: str) -> EmailMultiAlternatives:
    text, page = mail.get_body(["plain"]), mail.get_body(["html"])
    letter = EmailMultiAlternatives(
        subject=str(mail["Subject"]),
        body=text.get_content() if text else "",
        from_email=str(mail["From"]),
        to=[str(mail["To"]) if to in str(mail["To"]) else to],
        reply_to=[str(mail["Reply-To"])],
        headers={name: str(mail[name]) for name in PASSED_ON if mail[name]},
        connection=get_connection(fail_silently=False),
    )
    if page:
        letter.attach_alternative(page.get_content(), "text/html")
    for part in mail.iter_attachments():
        letter.attach(part.get_filename(), part.get_content(), part.get_content_type())
    letter.metadata = {"notice": str(mail["Message-ID"]).strip("<>").partition("@")[0]}
    letter.track_opens = letter.track_clicks = False  # nobody watches a patient read
    return letter


def _of_trouble(trouble: Exception) -> Answer:
    words, status = (
        " ".join(str(trouble).split())[:200] or type(trouble).__name__,
        getattr(trouble, "status_code", None),
    )
    if isinstance(trouble, AnymailRecipientsRefused):
        return Answer(Stage.RECIPIENT, 550, words)
    if isinstance(trouble, ImproperlyConfigured) or status in TURNED_AWAY:
        return Answer(Stage.OPEN, 535, words)
    if status == WAIT:
        return Answer(Stage.OPEN, 421, words)
    if status is not None and 400 <= status < 500:
        return Answer(Stage.CONTENT, 554, words)
    if _never_got_there(trouble):
        return Answer(Stage.OPEN, None, words)
    if status is not None or isinstance(trouble, requests.RequestException | AnymailAPIError):
        return Answer(Stage.CONTENT, None, words)  # it may have taken the letter before it stumbled
    return Answer(Stage.CONTENT, 554, words)  # a letter that cannot be put in the provider's words


def _never_got_there(trouble: Exception) -> bool:
    """Return whether no connection came about, so that the provider has nothing of the letter."""
    cause = trouble.__cause__ or trouble
    never_connected = isinstance(cause, requests.ConnectionError) and isinstance(cause.args[0], MaxRetryError)
    return never_connected or isinstance(cause, requests.ConnectTimeout)
