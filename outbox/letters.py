"""From a row to a mail: the facts of the site filled in, and the bytes that go over the wire."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings

from clinic import words
from clinic.models import Site
from clinic.words import Words
from outbox.models import Notice

WIRE = SMTP.clone(cte_type="7bit")


def facts(site: Site) -> dict[str, str]:
    """Return the facts of a site that `words.late` left open, to be filled in when a message leaves."""
    return {
        "clinic_name": site.name,
        "clinic_address": site.address,
        "clinic_phone": site.phone.as_national,
        "clinic_hours": site.hours_words,
        "out_of_hours": site.out_of_hours_words,
        "emergency_number": site.emergency_number,
    }


def filled(notice: Notice) -> Words:
    """Return the words of a row with the site's facts of now, as the patient reads them."""
    return words.fill(Words(notice.headline, notice.body_text, notice.body_html), facts(notice.site))


def compose(notice: Notice, *, to: str, at: datetime) -> bytes:
    """Return the mail as it goes over the wire: plain and HTML parts, ASCII only, under the notice's own id.

    Raises ValueError when a header would break, as with a line break in a subject.
    """
    mail, letter = EmailMessage(policy=WIRE), filled(notice)
    sender_name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail["From"] = _named(sender_name or notice.site.name, sender)
    mail["To"] = _named(notice.patient.name if notice.patient else "", to)
    mail["Reply-To"] = _named(notice.site.name, notice.site.email)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(notice)
    mail["Content-Language"] = notice.language
    mail["Auto-Submitted"] = "auto-generated"  # so that no holiday reply comes back
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
    return mail.as_bytes()


def message_id(notice: Notice) -> str:
    """Return the id that every try of this message bears, so that a mail program can tell a second copy."""
    return f"<{notice.uuid}@{sender_address().rpartition('@')[2]}>"


def sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def on_the_wire(address: str) -> str:
    """Return the address with its domain in ASCII. Raises UnicodeError for a domain that cannot be written so."""
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"


def _named(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=on_the_wire(address))
