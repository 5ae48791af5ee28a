"""What stands under every letter: that care is no advertising, and how to choose what we write.

The patient's link stands in its stead as in every letter, so it is in no table and no snapshot.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import QuerySet
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from clinic.often import often
from clinic.words import Words
from outbox.models import Notice
from patients import links
from patients.models import Link, Patient

PURPOSE = "stop"
MAY_BE_STOPPED = (Notice.Purpose.FOLLOW_UP,)  # what is wanted and not needed: a program may stop it with one press
STANDS_FOR_YEARS = 2
LINK_STYLE = "color: inherit; display: inline-block; padding: 4px 0"


def link_of(patient: Patient, *, at: datetime) -> Link:
    """Return the link to the patient's own choices; the same in every letter of a year."""
    expires_at, subject = datetime(at.year + STANDS_FOR_YEARS + 1, 1, 1, tzinfo=UTC), f"patient:{patient.pk}"
    known = _standing.first(PURPOSE, subject, expires_at)
    return known or links.standing(patient=patient, purpose=PURPOSE, subject=subject, expires_at=expires_at, at=at)


@often
def _standing(purpose: str, subject: str, expires_at: datetime) -> QuerySet[Link]:
    whole = Link.objects.filter(purpose=purpose, subject=subject, revoked_at=None, expires_at__gte=expires_at)
    return whole.order_by()


def may_be_stopped(notice: Notice) -> bool:
    return notice.patient_id is not None and notice.purpose in MAY_BE_STOPPED


def with_foot(letter: Words, notice: Notice, link: Link) -> Words:
    """Return a letter with its foot, as text and as a page, in the letter's language."""
    with translation.override(notice.language):
        if may_be_stopped(notice):
            said = _("We write this because you agreed to be told when your next session is due.")
            asked = _("Stop these e-mails, or choose what we write to you")
        else:
            said = _("This e-mail is part of your care. It is not advertising.")
            asked = _("Choose what we write to you")
    address = links.placeholder(link)
    text = f"{letter.text.rstrip()}\n\n{said}\n{asked}: {address}\n"
    foot = format_html(
        '<table role="presentation" class="mail" style="width: 100%; max-width: 600px; margin: 0 auto"><tr>'
        '<td class="foot" style="padding: 0 32px 32px; color: #4B5056">'
        '<p style="margin: 0 0 4px">{}</p><p style="margin: 0"><a href="{}" style="{}">{}</a></p></td></tr></table>\n',
        said,
        address,
        LINK_STYLE,
        asked,
    )
    page, end, rest = letter.html.rpartition("</body>")
    if not end:
        page, rest = f"{rest.rstrip()}\n" if rest else "", ""
    return Words(letter.subject, text, f"{page}{foot}{end}{rest}" if page else "")
