"""From a row to a mail: the facts of the site filled in, and the bytes that go over the wire.

A patient's link is a secret. It stands as `{link:<uuid>}` in the row and in the snapshot of what was sent; only the
bytes that leave (`with_links`) hold the address itself.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext as _

from clinic import words
from clinic.models import Site
from clinic.words import Words
from outbox import choosing, filling, owners
from outbox.models import Notice
from patients import links
from patients.models import Link

WIRE = SMTP.clone(cte_type="7bit")
LINK = re.compile(r"\{link:([0-9a-f-]{36})\}")


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
    """Return the words of a row with the site's facts of now, as people of the house read them: without the link."""
    letter = _letter(notice)
    hidden = _("(a link of their own)")
    return Words(letter.subject, LINK.sub(hidden, letter.text), LINK.sub(escape(hidden), letter.html))


def _letter(notice: Notice) -> Words:
    return words.fill(Words(notice.headline, notice.body_text, notice.body_html), facts(notice.site))


def compose(notice: Notice, *, to: str, at: datetime) -> bytes:
    """Return the mail as it is written down: plain and HTML parts, ASCII only, under the notice's own id.

    Links are still to be filled in. Raises ValueError when a header would break, as with a line break in a subject.
    """
    mail, letter = EmailMessage(policy=WIRE), _letter(notice)
    if notice.patient is not None:
        own = choosing.link_of(notice.patient, at=at)
        letter = choosing.with_foot(letter, notice, own)
    sender_name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail["From"] = _steady("From", sender_name or notice.site.name, sender)
    mail["To"] = _named(notice.patient.name if notice.patient else "", to)
    mail["Reply-To"] = _steady("Reply-To", notice.site.name, notice.site.email)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(notice)
    mail["Content-Language"] = notice.language
    mail["Auto-Submitted"] = _steady("Auto-Submitted", "auto-generated")  # so that no holiday reply comes back
    mail["X-Auto-Response-Suppress"] = _steady("X-Auto-Response-Suppress", "All")
    if choosing.may_be_stopped(notice):
        mail["List-Unsubscribe"] = f"<{links.placeholder(own)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058: a program stops it with one press
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
    if file := owners.calendar_for(notice):
        mail.add_attachment(file, subtype="calendar", filename="appointment.ics", params={"method": "PUBLISH"})
    return mail.as_bytes()


def with_links(content: bytes) -> bytes:
    """Return a mail as it goes over the wire: every `{link:<uuid>}` in it is the address that opens the page.

    A mail without links is returned as it is. The same mail gives the same bytes while its links stay as they are.
    """
    wanted = filling.places(content)
    if not wanted:
        return content
    addresses = {str(link.uuid): links.url(link) for link in Link.objects.filter(uuid__in=wanted)}
    return filling.filled(content, addresses, otherwise=settings.PUBLIC_URL)


def message_id(notice: Notice) -> str:
    """Return the id that every try of this message bears, so that a mail program can tell a second copy."""
    return f"<{notice.uuid}@{sender_address().rpartition('@')[2]}>"


def sender_address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def on_the_wire(address: str) -> str:
    """Return the address with its domain in ASCII. Raises UnicodeError for a domain that cannot be written so."""
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"


@lru_cache(maxsize=256)
def _steady(name: str, *value: str) -> Any:
    """Return a header that many letters share; to have one parsed takes longer than all else that is done to it.

    value: its words, or somebody's name and address.
    """
    return WIRE.header_factory(name, _named(*value) if len(value) == 2 else value[0])


def _named(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=on_the_wire(address))
