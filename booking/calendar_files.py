"""A visit as a file for its patient's own calendar: beside the mails about its time, and on its page.

The event is the one of the clinic's feeds: the same uid for ever, a sequence that rises with every change. It is only
published, so that nobody who declines it in a calendar believes to have told the clinic. No treatment is named, for
calendars are shared.
"""

from __future__ import annotations

from datetime import date, timedelta

import icalendar
from django.utils import translation
from django.utils.translation import gettext as _

from booking import feeds, visit_links
from booking.feeds import Event
from booking.models import Appointment
from clinic import wall_time
from outbox.models import Notice

KINDS = ("CONFIRMATION", "CHANGE", "CANCELLATION")


def of(notice: Notice) -> str:
    """Return the file that goes with a message; "" for one that is not about a visit's time."""
    if notice.kind not in KINDS:
        return ""
    known = Appointment.objects.select_related("site")
    visit = known.filter(pk=notice.subject.removeprefix(visit_links.SUBJECT)).first()
    return written(visit, language=notice.language) if visit else ""


def written(visit: Appointment, *, language: str) -> str:
    """Return a visit as a calendar (RFC 5545), in the zone of its site; one that was called off takes itself away."""
    file = icalendar.Calendar()
    for name, value in (("prodid", "-//Stipple//Stipple//EN"), ("version", "2.0"), ("method", "PUBLISH")):
        file.add(name, value)
    event = _event(visit, language)
    file.add_component(feeds.component(event))
    day = event.starts_at.date()
    file.add_missing_timezones(first_date=date(day.year, 1, 1), last_date=day + timedelta(days=2))
    return file.to_ical().decode()


def _event(visit: Appointment, language: str) -> Event:
    site = visit.site
    with translation.override(language):
        summary = _("Appointment at %(clinic)s") % {"clinic": site.name}
        reach = _("Questions? Call %(phone)s.") % {"phone": site.phone.as_national}
    return Event(
        uid=str(visit.uuid),
        sequence=visit.sequence,
        starts_at=wall_time.local(visit.starts_at, site.zone),
        ends_at=wall_time.local(visit.ends_at, site.zone),
        is_cancelled=visit.state == Appointment.State.CANCELLED,
        summary=summary,
        place=site.address,
        words=reach,
        made_at=visit.booked_at,
        changed_at=visit.changed_at,
    )
