"""What went wrong after a session: written down when the patient called, and closed once it was gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clinic.actors import Actor
from clinic.models import Site
from desk.demo.script import Script
from treatments.models import Reaction, Session
from visits import reactions


@dataclass(frozen=True)
class Harm:
    """A reaction: begun and told so many days after the session, closed so many days after it, or open still."""

    begun: int
    told: int
    said: dict[str, Any] = field(default_factory=dict)
    closed: int | None = None
    ended: str = ""


HARM = {  # name and number of the session
    ("Ayşe Demir", 3): Harm(
        begun=2,
        told=3,
        said={
            "category": Reaction.Category.HERPES,
            "grade": 2,
            "zone_codes": ["upper_lip"],
            "causality": Reaction.Causality.POSSIBLE,
            "signs": "Two small blisters on the upper lip, tingling the day before. No fever.",
            "action_taken": "Seen the same day; aciclovir from her doctor.",
        },
        closed=12,
        ended="Dry on day 6, healed without a mark on day 12.",
    ),
    ("Lucy Penhale", 2): Harm(
        begun=5,
        told=6,
        said={
            "category": Reaction.Category.ACNE,
            "grade": 1,
            "zone_codes": ["forehead"],
            "causality": Reaction.Causality.POSSIBLE,
            "signs": "Five or six milia along the hairline, no pain.",
            "outcome": Reaction.Outcome.RESOLVING,
        },
    ),
}


def tell(session: Session, name: str, *, script: Script, site: Site, by: Actor) -> None:
    """Add to the script what harm followed this session, if any did."""
    harm = HARM.get((name, session.number))
    if harm is None:
        return

    def happen(at: datetime) -> None:
        onset_at = session.ended_at + timedelta(days=harm.begun)
        told = Session.objects.select_related("patient").get(pk=session.pk)
        made = reactions.report(told.patient, session=told, site=site, onset_at=onset_at, by=by, at=at, **harm.said)
        if harm.closed is not None:
            script.add(session.ended_at + timedelta(days=harm.closed), lambda at: end(made, at))

    def end(made: Reaction, at: datetime) -> None:
        outcome = Reaction.Outcome.RESOLVED
        reactions.close(made, version=1, outcome=outcome, words=harm.ended, site=site, by=by, at=at)

    script.add(session.ended_at + timedelta(days=harm.told), happen)
