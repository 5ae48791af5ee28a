"""What patients tell of their skin: told, taken on, taken over, closed; each step kept, and nothing ever deleted.

How urgent it is say the pure rules of `report_rules`; what follows elsewhere (recalls wait, the leads hear) is told in
`visits.reports`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from aftercare import report_photos
from aftercare import report_rules as rules
from aftercare.models import Report, ReportEntry
from clinic import audit
from clinic.actors import Actor
from clinic.models import Site
from clinic.often import often
from clinic.refusals import Refusal, Refused, Stale
from patients.models import Patient
from patients.writing import clean_lines, unusable
from treatments.models import Reaction, Session

Kind, Outcome, Urgency, CameBy = ReportEntry.Kind, Report.Outcome, Report.Urgency, Report.CameBy
LONGEST = 2000  # letters
SAME_WITHIN = timedelta(minutes=10)  # who sends the same again so soon has sent it once
A_DAY, MOST_A_DAY = timedelta(days=1), 30  # by one patient's own link
SAID = ("about", "feeling", "signs", "redness", "pain", "satisfaction", "words")
NUMBERS = {"redness": 3, "pain": 10, "satisfaction": 10}
ENDS = tuple(one for one in Outcome if one not in (Outcome.FINE, Outcome.REACTION))  # what a person may close it with


class NotOpen(Refused):
    """Raised for a report that was closed before."""

    def __init__(self) -> None:
        words = _("Somebody closed it a moment ago. Read below what came of it.")
        super().__init__(Refusal("report.not_open", _("Nothing was changed"), words))


@transaction.atomic
def tell(
    patient: Patient,
    *,
    session: Session | None,
    site: Site,
    came_by: str,
    photos: Sequence[report_photos.Kept] = (),
    by: Actor,
    at: datetime,
    **said: Any,
) -> Report:
    """Keep what a patient tells and return it; the same said again within minutes is the report that stands.

    said: of SAID; feeling is needed. photos: those that lie in the vault for it. What says that all is well is closed
    as it comes. Raises Refused with the field at fault in values["field"], and for a link that tells far too much.
    """
    if session is not None and session.patient_id != patient.pk:
        raise ValueError("that session is somebody else's")
    fields = _cleaned(said)
    digests = [one.cleaned.digest for one in photos]
    same = _same(patient, session, came_by, fields, digests, at)
    if same is not None:
        return same
    if came_by == CameBy.LINK:
        refuse_a_flood(patient, at=at)
    urgency = rules.grade(
        feeling=fields["feeling"],
        signs=fields["signs"],
        hours=hours_since(session, at),
        redness=fields["redness"],
        pain=fields["pain"],
    )
    is_over = urgency == Urgency.NONE
    report = Report.objects.create(
        patient=patient,
        session=session,
        site=site,
        came_by=came_by,
        told_at=at,
        taken_down_by=by.user,
        urgency=urgency,
        closed_at=at if is_over else None,
        outcome=Outcome.FINE if is_over else "",
        **fields,
    )
    report_photos.add(report, photos, at=at)
    _write(report, Kind.TOLD, by=by, at=at)
    shown = {"photos": digests} if digests else {}
    audit.record("report.told", report, by=by, at=at, patient=patient, fields=fields | shown)
    return report


@transaction.atomic
def acknowledge(report: Report, *, by: Actor, at: datetime) -> Report:
    """Keep that somebody takes a report on. Pressed twice by one person it is done once.

    Raises NotOpen, and Refused where somebody else took it on before.
    """
    now = _held(report)
    if now.acknowledged_at is not None:
        if now.taken_by_id == by.user.pk:
            return now
        title = _("%(name)s has it in hand") % {"name": now.taken_by.name}
        raise Refused(Refusal("report.taken", title, _("Take it over if you agreed on that.")))
    return _change(now, Kind.ACKNOWLEDGED, verb="report.acknowledged", by=by, at=at, **_taken_on(by, at))


@transaction.atomic
def take_over(report: Report, *, by: Actor, at: datetime) -> Report:
    """Keep that somebody else has a report in hand from now on. Raises NotOpen."""
    now = _held(report)
    if now.acknowledged_at is None:
        return acknowledge(now, by=by, at=at)
    if now.taken_by_id == by.user.pk:
        return now
    return _change(now, Kind.TAKEN_OVER, verb="report.taken_over", by=by, at=at, taken_by=by.user)


@transaction.atomic
def close(report: Report, *, version: int, outcome: str, words: str = "", by: Actor, at: datetime) -> Report:
    """End a report with what came of it. Raises NotOpen, Stale, and Refused for an outcome that is none."""
    now = _held(report)
    if now.version != version:
        raise Stale
    if outcome not in ENDS:
        raise unusable("outcome", _("Say what came of it."))
    words = clean_lines("outcome_words", words, LONGEST)
    return _close(now, outcome, words, by=by, at=at)


@transaction.atomic
def became(report: Report, reaction: Reaction, *, by: Actor, at: datetime) -> Report:
    """End a report that an adverse reaction was written down from; the reaction goes on from here. Raises NotOpen."""
    now = _held(report)
    if reaction.patient_id != now.patient_id:
        raise ValueError("that reaction is somebody else's")
    return _close(now, Outcome.REACTION, "", by=by, at=at, reaction=reaction)


@transaction.atomic
def escalate(report: Report, *, words: str, by: Actor, at: datetime) -> Report | None:
    """Keep that whoever covers is written to; None where somebody took it on or they were written to before."""
    now = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if now.escalated_at is not None or now.acknowledged_at is not None or not now.is_open:
        return None
    return _change(now, Kind.ESCALATED, verb="report.escalated", words=words, by=by, at=at, escalated_at=at)


def is_open(patient: Patient) -> bool:
    """Return whether an open report keeps recalls and marketing of this patient waiting."""
    return bool(_holding(patient.pk))


@often
def _holding(patient: int) -> QuerySet[Report]:
    return Report.objects.holding().filter(patient=patient).order_by().values_list("pk")[:1]


def hours_since(session: Session | None, at: datetime) -> int | None:
    """Return how many whole hours ago a session ended; None where there is none."""
    if session is None or session.ended_at is None:
        return None
    return int((at - session.ended_at).total_seconds() // 3600)


def _cleaned(said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as it may stand. Raises Refused with the field at fault."""
    fields = {"about": Report.About.OWN, "signs": [], **dict.fromkeys(NUMBERS), "words": ""} | said
    if fields.keys() - set(SAID):
        raise ValueError(f"a report does not hold {', '.join(fields.keys() - set(SAID))}")
    if fields.get("feeling") not in Report.Feeling.values:
        raise unusable("feeling", _("Say how your skin is: fine, not sure, or worried."))
    if fields["about"] not in Report.About.values:
        raise unusable("about", _("Choose one."))
    fields["signs"] = _known_signs(fields["signs"])
    for name, highest in NUMBERS.items():
        if fields[name] is not None and fields[name] not in range(highest + 1):
            raise unusable(name, _("Choose a number from 0 to %(highest)s.") % {"highest": highest})
    fields["words"] = clean_lines("words", fields["words"], LONGEST)
    return fields


def _known_signs(codes: Iterable[str]) -> list[str]:
    asked = list(codes)
    found = rules.known(asked)
    if len(found) != len(set(asked)):
        raise unusable("signs", _("Choose from the list."))
    return found


def _same(
    patient: Patient, session: Session | None, came_by: str, fields: dict[str, Any], digests: list[str], at: datetime
) -> Report | None:
    """Return the report that says and shows the same, if it came a few minutes ago."""
    found = Report.objects.filter(patient=patient, session=session, came_by=came_by, told_at__gt=at - SAME_WITHIN)
    alike = (one for one in found if all(getattr(one, name) == value for name, value in fields.items()))
    return next((one for one in alike if set(digests) <= _digests(one)), None)


def _digests(report: Report) -> set[str]:
    return set(report.photos.values_list("digest", flat=True))


def refuse_a_flood(patient: Patient, *, at: datetime) -> None:
    """Raise Refused where a link has told far too much today; asked before any work is done on a photo, too."""
    told = Report.objects.filter(patient=patient, came_by=CameBy.LINK, told_at__gt=at - A_DAY)
    if told.count() >= MOST_A_DAY:
        sentence = _("We have a lot from you today already. Please call us now, so that we can talk about it.")
        raise Refused(Refusal("report.too_many", _("Please call us"), sentence))


def _taken_on(by: Actor, at: datetime) -> dict[str, Any]:
    return {"acknowledged_by": by.user, "acknowledged_at": at, "taken_by": by.user}


def _close(now: Report, outcome: str, words: str, *, by: Actor, at: datetime, **beside: Any) -> Report:
    if now.acknowledged_at is None:
        beside |= _taken_on(by, at)
    ended = {"outcome": outcome, "outcome_words": words, "closed_by": by.user, "closed_at": at}
    kind = Kind.REACTION if outcome == Outcome.REACTION else Kind.CLOSED
    return _change(now, kind, verb="report.closed", words=words, by=by, at=at, **ended, **beside)


def _held(report: Report) -> Report:
    """Return the report fresh, held until the transaction ends. Raises NotOpen."""
    known = Report.objects.select_for_update(of=("self",)).select_related("patient", "session", "site", "taken_by")
    now = known.get(pk=report.pk)
    if not now.is_open:
        raise NotOpen
    return now


def _change(now: Report, kind: str, *, verb: str, words: str = "", by: Actor, at: datetime, **values: Any) -> Report:
    """Write the values, their step in the story and the trail."""
    for field, value in {**values, "version": now.version + 1}.items():
        setattr(now, field, value)
    now.save(update_fields=[*values, "version"])
    _write(now, kind, words=words, by=by, at=at)
    told = {name: value for name, value in values.items() if name in ("outcome", "outcome_words")}
    audit.record(verb, now, by=by, at=at, patient=now.patient, fields=told)
    return now


def _write(report: Report, kind: str, *, words: str = "", by: Actor, at: datetime) -> None:
    ReportEntry.objects.create(
        report=report, kind=kind, words=words, version=report.version, written_by=by.user, written_at=at
    )
