"""What patients told of their skin: mostly that all is well; one is worried today, one waits in somebody's hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from aftercare import recovery_links
from aftercare.models import Report
from clinic import pictures, wall_time
from clinic.actors import Actor
from clinic.models import Site
from desk.demo import photo
from desk.demo.script import Script
from treatments.models import Session
from visits import reports

CameBy, Feeling, About, Outcome = Report.CameBy, Report.Feeling, Report.About, Report.Outcome
READ_AFTER, DONE_AFTER = timedelta(minutes=12), timedelta(minutes=40)
TAKEN_BEFORE = timedelta(minutes=6)


@dataclass(frozen=True)
class Told:
    """Told so many days after the session at this hour; taken on, or ended with an outcome and words, or neither.

    has_photo: whether a photo came with it, taken minutes before.
    """

    days: int
    clock: time
    said: dict[str, Any] = field(default_factory=dict)
    by_telephone: bool = False
    has_photo: bool = False
    is_taken_on: bool = False
    outcome: str = ""
    words: str = ""


FINE = {"feeling": Feeling.FINE}
TOLD = {  # name and number of the session
    ("Chloë Tran", 1): (
        Told(1, time(12, 40), FINE | {"about": About.DAY_1}),
        Told(
            3,
            time(13, 31),
            {
                "feeling": Feeling.WORRIED,
                "about": About.DAY_2,
                "signs": ["pus", "warmth"],
                "redness": 2,
                "pain": 5,
                "words": "A yellow crust on my chin since this morning, and it is hot.",
            },
            has_photo=True,
        ),
    ),
    ("Tomasz Wrona", 2): (
        Told(
            8,
            time(10, 15),
            {"feeling": Feeling.NOT_SURE, "signs": ["redness_stays"], "words": "Still warm on both cheeks, no pain."},
            by_telephone=True,
            is_taken_on=True,
        ),
    ),
    ("Eilidh Munro", 1): (
        Told(1, time(18, 5), FINE | {"about": About.DAY_1}),
        Told(7, time(9, 20), FINE | {"about": About.WEEK_1, "satisfaction": 8}),
    ),
    ("Siobhán Byrne", 1): (
        Told(
            2,
            time(16, 10),
            {"feeling": Feeling.WORRIED, "about": About.DAY_2, "redness": 1, "words": "Is flaking normal already?"},
            outcome=Outcome.REASSURED,
            words="Called: light flaking, no pain, no warmth. Moisturiser, hands off.",
        ),
        Told(7, time(11, 0), FINE | {"about": About.WEEK_1, "satisfaction": 9}),
    ),
    ("Zoë Harland", 1): (
        Told(
            21,
            time(10, 30),
            {"feeling": Feeling.NOT_SURE, "about": About.WEEK_3, "signs": ["dark_marks"]},
            outcome=Outcome.TO_BE_SEEN,
            words="A review is offered; sunscreen twice a day meanwhile.",
        ),
    ),
}


def tell(session: Session, name: str, *, script: Script, site: Site, by: Actor, desk: Actor) -> None:
    """Add to the script what was told after this session, if anything was. by: who treated."""
    for one in TOLD.get((name, session.number), ()):
        day = wall_time.local(session.ended_at, script.zone).date() + timedelta(days=one.days)
        at = wall_time.instant(day, one.clock, script.zone)
        script.add(at, lambda at, one=one: _happen(session, one, script=script, site=site, by=by, desk=desk, at=at))


def _happen(session: Session, one: Told, *, script: Script, site: Site, by: Actor, desk: Actor, at: datetime) -> None:
    fresh = Session.objects.select_related("patient").get(pk=session.pk)
    known = {"session": fresh, "site": site, "at": at, **one.said}
    if one.by_telephone:
        report = reports.log_call(fresh.patient, by=desk, **known)
    else:
        link = recovery_links.give(fresh, at=at)
        patient = Actor.of_link(fresh.patient.name, link.uuid)
        report = reports.tell(fresh.patient, came_by=CameBy.LINK, photos=_photos(one, script, at), by=patient, **known)
    if one.is_taken_on or one.outcome:
        script.add(at + READ_AFTER, lambda at: reports.acknowledge(report, by=by, at=at))
    if one.outcome:
        ended = {"outcome": one.outcome, "words": one.words, "version": 2}
        script.add(at + DONE_AFTER, lambda at: reports.close(report, **ended, by=by, at=at))


def _photos(one: Told, script: Script, at: datetime) -> list[pictures.Cleaned]:
    if not one.has_photo:
        return []
    return [pictures.clean(photo.of_a_chin(taken_at=wall_time.local(at - TAKEN_BEFORE, script.zone)))]
