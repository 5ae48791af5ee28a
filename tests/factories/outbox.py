"""Messages as an app above the outbox declares them; here the tests themselves are such an app."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clinic.models import Site
from clinic.words import Words
from outbox import notices
from outbox.models import Notice
from outbox.notices import Desired, Tally
from patients.models import Patient

OWNER = "tests"
OWNERS = {OWNER: "tests.factories.outbox.still_wanted"}
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday; London is on UTC
WORDS = Words(
    "One day after your visit", "Dear Mia,\n\nCall us on {clinic_phone}.\n", "<p>Call us on {clinic_phone}.</p>"
)

PLANNERS = {OWNER: "tests.factories.outbox.plan_again"}

asked_again: list[Patient] = []  # whose plan was made again because several of its messages were due together
no_longer_wanted: dict[str, str] = {}  # key -> reason; the facts of the record, for this owner


def still_wanted(notice: Notice, *, at: datetime) -> str:
    """Answer the outbox as booking and aftercare do. Raises for a reason that reads "trouble"."""
    reason = no_longer_wanted.get(notice.key, "")
    if reason == "trouble":
        raise RuntimeError("the record cannot be read")
    return reason


def message(site: Site, kind: str = "AFTER_24H", **fields: Any) -> Desired:
    """Return a message that is due on Monday at nine and may leave for a day."""
    due_at = fields.pop("due_at", NINE)
    known = {
        "subject": "session:7",
        "occasion": "",
        "purpose": Notice.Purpose.AFTERCARE,
        "due_at": due_at,
        "not_after": due_at + timedelta(hours=24),
        "words": WORDS,
        "language": "en",
    }
    return Desired(kind=kind, site=site, **(known | fields))


def plan(patient: Patient, *desired: Desired, at: datetime = NINE - timedelta(hours=1), **options: Any) -> Tally:
    """Make the outbox say these messages to the patient, and nothing else of this owner's."""
    return notices.reconcile(owner=OWNER, patient=patient, desired=desired, at=at, **options)


def planned(patient: Patient, *desired: Desired, at: datetime = NINE - timedelta(hours=1)) -> Notice:
    """Plan these messages and return the row of the first."""
    plan(patient, *desired, at=at)
    return Notice.objects.get(key=desired[0].key(OWNER))


def plan_again(patient: Patient, *, at: datetime) -> None:
    """Make this owner's plan again: the newest message takes the place of the older. Raises for somebody in trouble."""
    asked_again.append(patient)
    if "trouble" in patient.name:
        raise RuntimeError("the record cannot be read")
    newest = Notice.objects.filter(patient=patient, owner=OWNER).order_by("kind").last()
    plan(patient, message(newest.site, newest.kind, due_at=newest.due_at), at=at, because="The next message says it.")
