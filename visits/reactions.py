"""An adverse reaction and all that follows from it: the next session waits, messages wait, a lead hears at once.

An open reaction of grade 2 or more stops every needling until it is closed (C-75), and nobody may pass that: what
ends the waiting is to close the reaction, or to say that it is milder than it was thought (docs/adr/0016). The course
rests meanwhile and goes on by itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from clinic.actors import Actor
from clinic.models import Service, Site
from clinic.words import Words
from outbox import notices as outbox
from outbox import to_staff
from outbox.models import Notice
from patients import restrictions
from patients.models import Patient, Restriction
from treatments import courses, reactions
from treatments import reaction_rules as rules
from treatments.models import Course, Reaction, Session
from visits import malfunctions, notices
from visits.courses import tie
from visits.transactions import step

OWNER = "reactions"
SUBJECT = "reaction:"


@step
def report(
    patient: Patient,
    *,
    session: Session | None,
    site: Site,
    takes_device_out: bool = False,
    by: Actor,
    at: datetime,
    **said: Any,
) -> Reaction:
    """Write down a reaction and all that follows from it. Raises as `treatments.reactions.report`.

    takes_device_out: whether a device that failed is out of use from now on.
    """
    outbox.hold(patient)
    reaction = reactions.report(patient, session=session, by=by, at=at, **said)
    if takes_device_out:
        malfunctions.take_out(reaction, by=by, at=at)
    return settled(reaction, site=site, by=by, at=at)


@step
def follow(reaction: Reaction, *, version: int, site: Site, by: Actor, at: datetime, **said: Any) -> Reaction:
    """Write down how it goes on. Raises as `treatments.reactions.follow`."""
    outbox.hold(reaction.patient)
    return settled(reactions.follow(reaction, version=version, by=by, at=at, **said), site=site, by=by, at=at)


@step
def close(
    reaction: Reaction, *, version: int, outcome: str, words: str, site: Site, by: Actor, at: datetime
) -> Reaction:
    """End a reaction; what waited for that comes back. Raises as `treatments.reactions.close`."""
    outbox.hold(reaction.patient)
    closed = reactions.close(reaction, version=version, outcome=outcome, words=words, by=by, at=at)
    return settled(closed, site=site, by=by, at=at)


@step
def strike(reaction: Reaction, *, because: str, site: Site, by: Actor, at: datetime) -> Reaction:
    """Strike a reaction that was entered in error. Raises as `treatments.reactions.strike`."""
    outbox.hold(reaction.patient)
    return settled(reactions.strike(reaction, because=because, by=by, at=at), site=site, by=by, at=at)


@step
def told_authority(
    reaction: Reaction, *, reported_to: str, reported_on: date, reference: str, by: Actor, at: datetime
) -> Reaction:
    """Keep that an authority was told. Raises as `treatments.reactions.told_authority`."""
    said = {"reported_to": reported_to, "reported_on": reported_on, "reference": reference}
    return reactions.told_authority(reaction, **said, by=by, at=at)


@step
def look(reaction: Reaction, *, words: str, by: Actor, at: datetime) -> Reaction:
    """Keep that a lead looked at it. Raises as `treatments.reactions.look`."""
    return reactions.look(reaction, words=words, by=by, at=at)


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Return why a lead need not be told any more; "" while they should."""
    pk = int(notice.subject.removeprefix(SUBJECT))
    return "" if Reaction.objects.to_look_at().filter(pk=pk).exists() else _("Somebody looked at it before.")


def settled(reaction: Reaction, *, site: Site, by: Actor, at: datetime) -> Reaction:
    """Bring booking, the messages to the patient and the leads in line with a reaction as it stands now."""
    _hold_back(reaction, by=by, at=at)
    if reaction.waits_for_a_lead:
        named = {"kind": "REACTION_ALERT", "subject": f"{SUBJECT}{reaction.pk}"}
        named["occasion"] = f"{reaction.alerted_at:%Y%m%dT%H%M%S%f}"
        to_staff.tell(reactions.leads(), _alert(site), owner=OWNER, **named, site=site, at=at)
    notices.reconcile(reaction.patient, at=at)
    return reaction


def _hold_back(reaction: Reaction, *, by: Actor, at: datetime) -> None:
    """Write the restriction and let the course rest, or lift it and let the course go on once nothing else holds it."""
    source, patient = reactions.source(reaction), reaction.patient
    was_held = Restriction.objects.filter(source=source, lifted_at=None).exists()
    is_held = rules.holds(grade=reaction.grade, affected=reaction.affected, is_open=reaction.is_open)
    if is_held and not was_held:
        restrictions.write(
            patient,
            source=source,
            service_kinds=[Service.Kind.NEEDLING],
            not_before=None,
            passed_by="",
            words=_("A practitioner looks at the skin first. Book a review instead."),
            at=at,
        )
        if (course := courses.running_for(patient)) is not None:
            courses.pause(course, cause=Course.Cause.REACTION, by=by, at=at)
    elif was_held and not is_held:
        restrictions.lift(source, at=at)
        if not reactions.holding(patient):
            _go_on(patient, by=by, at=at)


def _go_on(patient: Patient, *, by: Actor, at: datetime) -> None:
    """Resume the course that rests for a reaction; one that had its last session meanwhile is finished."""
    resting = Course.objects.filter(patient=patient, state=Course.State.PAUSED, pause_cause=Course.Cause.REACTION)
    for course in resting:
        courses.settle(courses.resume(course, by=by, at=at), by=by, at=at)
    tie(patient)


def _alert(site: Site) -> Words:
    """Return the mail to a lead: that something waits, and where. Who and what is read behind the sign-in."""
    lines = [
        _("Something was written down that the clinical lead should look at at once."),
        _("Sign in to read it; it stands on top of My day: %(page)s") % {"page": settings.PUBLIC_URL},
        _("This mail names nobody on purpose. It comes from Stipple at %(site)s.") % {"site": site.name},
    ]
    return Words(_("Please look at one entry now"), "\n\n".join(lines), "")
