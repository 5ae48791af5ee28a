"""The waitlist as the desk reads it: who, for how long, when they would come, and what is held for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from booking.models import Offer, WaitlistEntry
from clinic.models import Site
from clinic.wall_time import local

SHELVES = {"": gettext_lazy("Everybody"), "urgent": gettext_lazy("Urgent"), "offered": gettext_lazy("Offered")}
WITH = ("patient", "service", "practitioner", "site", "booking__practitioner")


@dataclass(frozen=True)
class Line:
    """One person on the list. offer: the open one; past_words: what became of the last one that is over."""

    entry: WaitlistEntry
    age_words: str
    wish_words: str
    offer: Offer | None = None
    offer_words: str = ""
    left_words: str = ""
    past_words: str = ""


def waiting(site: Site) -> QuerySet[WaitlistEntry]:
    """Return who waits at a site, in the order in which they are asked."""
    return WaitlistEntry.objects.waiting().filter(site=site)


def on_shelf(entries: QuerySet[WaitlistEntry], shelf: str) -> QuerySet[WaitlistEntry]:
    if shelf == "urgent":
        return entries.filter(is_urgent=True)
    if shelf == "offered":
        return entries.filter(Exists(Offer.objects.filter(entry=OuterRef("pk"), state=Offer.State.OPEN)))
    return entries


def lines(entries: Iterable[WaitlistEntry], *, at: datetime) -> list[Line]:
    """Return the entries as lines, with the newest offer of each; one query for all of them."""
    found = list(entries)
    newest: dict[int, Offer] = {}
    for offer in Offer.objects.filter(entry__in=found).select_related("practitioner").order_by("made_at", "pk"):
        newest[offer.entry_id] = offer
    return [_line(entry, newest.get(entry.pk), at=at) for entry in found]


def _line(entry: WaitlistEntry, offer: Offer | None, *, at: datetime) -> Line:
    zone = entry.site.zone
    known = {"entry": entry, "age_words": age_words(entry, at=at), "wish_words": wish_words(entry)}
    if offer is None:
        return Line(**known)
    when = _("%(when)s with %(name)s") % {"when": _short(offer.starts_at, zone), "name": offer.practitioner.short_name}
    if offer.is_open(at):
        return Line(**known, offer=offer, offer_words=when, left_words=left_words(offer, at=at))
    over = Offer.State.EXPIRED if offer.state == Offer.State.OPEN else Offer.State(offer.state)
    return Line(**known, past_words=f"{over.label}: {when}")


def age_words(entry: WaitlistEntry, *, at: datetime) -> str:
    """Return how long somebody has waited: since today, or for whole days."""
    zone = entry.site.zone
    days = (local(at, zone).date() - local(entry.entered_at, zone).date()).days
    if days < 1:
        return _("waiting since today")
    return ngettext("waiting %(n)s day", "waiting %(n)s days", days) % {"n": days}


def wish_words(entry: WaitlistEntry) -> str:
    """Return when and with whom somebody would come: Mon, Fri · Mornings · with Ana · until 20 March."""
    said = [", ".join(str(WEEKDAYS_ABBR[number]) for number in entry.weekdays)]
    said.append(entry.get_part_display() if entry.part else "")
    said.append(_("with %(name)s") % {"name": entry.practitioner.short_name} if entry.practitioner else "")
    said.append(_("from %(day)s") % {"day": _day(entry.earliest_on)} if entry.earliest_on else "")
    said.append(_("until %(day)s") % {"day": _day(entry.latest_on)} if entry.latest_on else "")
    return " · ".join(part for part in said if part) or _("Any day, any time")


def left_words(offer: Offer, *, at: datetime) -> str:
    """Return until when a time is held, and how long that is: held until 14:20, 42 min left."""
    zone = offer.entry.site.zone
    minutes = max(int((offer.expires_at - at).total_seconds()) // 60, 0)
    same_day = local(offer.expires_at, zone).date() == local(at, zone).date()
    until = f"{local(offer.expires_at, zone):%H:%M}" if same_day else _short(offer.expires_at, zone)
    hours, rest = divmod(minutes, 60)
    whole = _("%(h)s h %(min)s min left") if rest else _("%(h)s h left")
    left = whole if hours else _("%(min)s min left")
    words = left % {"h": hours, "min": rest}
    return _("held until %(until)s, %(left)s") % {"until": until, "left": words}


def _short(at: datetime, zone: ZoneInfo) -> str:
    return date_format(local(at, zone), "D j M, H:i")


def _day(day: date) -> str:
    return date_format(day, "j M")
