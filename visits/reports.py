"""What a patient tells of their skin, and all that follows: recalls wait, whoever covers hears, a reaction begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from aftercare import report_photos, reports
from aftercare.models import Report
from clinic.actors import Actor
from clinic.models import Site
from clinic.pictures import Cleaned
from clinic.words import Words
from outbox import notices as outbox
from outbox import to_staff
from outbox.models import Notice
from patients.models import Patient
from treatments import reactions as known_reactions
from treatments.models import Reaction, Session
from visits import malfunctions, notices, reactions
from visits.transactions import step

OWNER = "reports"
SUBJECT = "report:"
AT_ONCE, LATE = "at-once", "late"


def tell(patient: Patient, *, photos: Sequence[Cleaned] = (), by: Actor, at: datetime, **said: Any) -> Report:
    """Keep what a patient tells, with the photos that came with it; all of it or nothing.

    Raises as `aftercare.reports.tell`.
    """
    if not photos:
        return _tell(patient, by=by, at=at, **said)
    with report_photos.in_the_vault(photos) as kept:
        return _tell(patient, photos=kept, by=by, at=at, **said)


@step
def _tell(patient: Patient, *, by: Actor, at: datetime, **said: Any) -> Report:
    held = outbox.hold(patient)
    report = reports.tell(held, by=by, at=at, **said)
    if report.is_open:
        if report.is_urgent and report.acknowledged_at is None:
            _tell_leads(report, AT_ONCE, at=at)
        notices.reconcile_held(held, at=at)
    return report


def log_call(patient: Patient, *, session: Session | None, site: Site, by: Actor, at: datetime, **said: Any) -> Report:
    """Keep what a patient said on the telephone, graded by the same list. Raises as `aftercare.reports.tell`."""
    return tell(patient, session=session, site=site, came_by=Report.CameBy.CALL, by=by, at=at, **said)


@step
def acknowledge(report: Report, *, by: Actor, at: datetime) -> Report:
    """Keep that somebody takes a report on. Raises as `aftercare.reports.acknowledge`."""
    return reports.acknowledge(report, by=by, at=at)


@step
def take_over(report: Report, *, by: Actor, at: datetime) -> Report:
    """Keep that somebody else has it in hand. Raises as `aftercare.reports.take_over`."""
    return reports.take_over(report, by=by, at=at)


@step
def close(report: Report, *, version: int, outcome: str, words: str = "", by: Actor, at: datetime) -> Report:
    """End a report; what waited for that and is still timely goes on. Raises as `aftercare.reports.close`."""
    held = outbox.hold(report.patient)
    closed = reports.close(report, version=version, outcome=outcome, words=words, by=by, at=at)
    notices.reconcile_held(held, at=at)
    return closed


@step
def react(
    report: Report,
    *,
    session: Session | None,
    site: Site,
    takes_device_out: bool = False,
    by: Actor,
    at: datetime,
    **said: Any,
) -> Reaction:
    """Write down the adverse reaction that a report turned out to be, and end the report with it.

    takes_device_out: whether a device that failed is out of use from now on. Raises as `treatments.reactions.report`
    and `aftercare.reports.became`.
    """
    outbox.hold(report.patient)
    reaction = known_reactions.report(report.patient, session=session, by=by, at=at, **said)
    reports.became(report, reaction, by=by, at=at)
    if takes_device_out:
        malfunctions.take_out(reaction, by=by, at=at)
    return reactions.settled(reaction, site=site, by=by, at=at)


def escalate(*, at: datetime) -> int:
    """Write once to whoever covers for each report that nobody took on in time; return for how many."""
    waiting = Report.objects.waiting().filter(escalated_at=None).select_related("site", "patient")
    late = [one for one in waiting if one.told_at + timedelta(minutes=one.site.report_minutes) <= at]
    return sum(_escalate(report, at=at) for report in late)


@step
def _escalate(report: Report, *, at: datetime) -> bool:
    by = Actor.system("reports")
    if reports.escalate(report, words=_("Nobody took it on in time."), by=by, at=at) is None:
        return False
    _tell_leads(report, LATE, at=at)
    return True


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why whoever covers need not be told any more; "" while they should."""
    pk = int(notice.subject.removeprefix(SUBJECT))
    return "" if Report.objects.waiting().filter(pk=pk).exists() else _("Somebody took it on before.")


def _tell_leads(report: Report, occasion: str, *, at: datetime) -> None:
    named = {"owner": OWNER, "kind": "REPORT_ALERT", "subject": f"{SUBJECT}{report.pk}", "occasion": occasion}
    to_staff.tell(known_reactions.leads(), _alert(report.site, occasion), **named, site=report.site, at=at)


def _alert(site: Site, occasion: str) -> Words:
    """Return the mail to whoever covers: that something waits, and where. Who and what is read behind the sign-in."""
    late = _("A patient's report waits longer than it should; nobody has taken it on yet.")
    lines = [
        late if occasion == LATE else _("A patient told something that should be looked at at once."),
        _("Sign in to read it; it stands on top of Reports: %(page)s") % {"page": f"{settings.PUBLIC_URL}/reports/"},
        _("This mail names nobody on purpose. It comes from Stipple at %(site)s.") % {"site": site.name},
    ]
    return Words(_("Please look at one report now"), "\n\n".join(lines), "")
