"""What went past the rules is told to whoever looks at incidents, at once and by a mail that names nobody."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from clinic.models import Site
from clinic.words import Words
from outbox import to_staff
from outbox.models import Notice
from treatments import incidents
from treatments.models import Incident, Session

OWNER = "incidents"
SUBJECT = "incident:"


def tell(session: Session, *, at: datetime) -> None:
    """Tell the leads of each incident of a session that nobody has looked at; who was told before is not told again."""
    site = session.appointment.site
    for incident in Incident.objects.open().filter(session=session):
        named = {"kind": "INCIDENT_ALERT", "subject": f"{SUBJECT}{incident.pk}"}
        named["occasion"] = f"{incident.recorded_at:%Y%m%dT%H%M%S%f}"
        to_staff.tell(incidents.leads(), _alert(site), owner=OWNER, **named, site=site, at=at)


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why a lead need not be told any more; "" while they should."""
    pk = int(notice.subject.removeprefix(SUBJECT))
    return "" if Incident.objects.open().filter(pk=pk).exists() else _("Somebody looked at it before.")


def _alert(site: Site) -> Words:
    """Return the mail to a lead: that something waits, and where. Who and what is read behind the sign-in."""
    lines = [
        _("A session went past one of the rules; it was written down with its reason, and a lead should look at it."),
        _("Sign in to read it; it stands under Incidents: %(page)s") % {"page": f"{settings.PUBLIC_URL}/incidents/"},
        _("This mail names nobody on purpose. It comes from Stipple at %(site)s.") % {"site": site.name},
    ]
    return Words(_("Please look at one incident"), "\n\n".join(lines), "")
