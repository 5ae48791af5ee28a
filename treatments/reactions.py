"""Adverse reactions: reported, followed up, closed, struck; each step kept beside the row, and nothing ever deleted.

What follows elsewhere (the next session waits, messages wait, a lead hears) is told in `visits.reactions`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.capabilities import capabilities_of
from clinic.models import User
from clinic.often import often
from clinic.refusals import Refusal, Refused, Stale
from clinic.value_history import as_text, besides, by_field
from patients.models import Patient
from patients.writing import clean_lines, clean_text, unusable
from treatments import reaction_rules as rules
from treatments.models import Reaction, ReactionEntry, Session, Zone

Kind, Outcome = ReactionEntry.Kind, Reaction.Outcome
LONGEST = 4000  # letters
ONGOING = (Outcome.OPEN, Outcome.RESOLVING)
OVER = (Outcome.RESOLVED, Outcome.SEQUELAE)
SAID = (  # what is said of a reaction at first, and followed up
    "category",
    "grade",
    "zone_codes",
    "onset_at",
    "causality",
    "is_serious",
    "signs",
    "action_taken",
    "outcome",
    "is_reportable",
)
LEADS = frozenset({"review_incidents", "see_clinical"})  # whoever has both leads, and may read what happened


class NotOpen(Refused):
    """Raised for a reaction that was closed or struck before."""

    def __init__(self, reaction: Reaction) -> None:
        words = _("It was closed before. If it comes back, report it anew.")
        if reaction.struck_at is not None:
            words = _("It was struck as entered in error, and stays so.")
        super().__init__(Refusal("reaction.not_open", _("Nothing was changed"), words))


@dataclass(frozen=True)
class Changed:
    """One value of a reaction as it was and as it became, as texts."""

    field: str
    was: str
    became: str


@transaction.atomic
def report(
    patient: Patient,
    *,
    session: Session | None,
    no_session_because: str = "",
    affected: str = Reaction.Affected.PATIENT,
    by: Actor,
    at: datetime,
    **said: Any,
) -> Reaction:
    """Write down a reaction and return it. said: of SAID; category, grade, onset_at, causality and signs are needed.

    session: of this patient, which it followed; without one no_session_because says why there is none here.
    Raises Refused with the field at fault in values["field"].
    """
    because = clean_text(Reaction, "no_session_because", no_session_because) if session is None else ""
    if session is None and not because:
        raise unusable("no_session_because", _("Choose the session that it followed, or say why there is none here."))
    if session is not None and session.patient_id != patient.pk:
        raise unusable("session", _("This session is somebody else's. Choose one of this patient."))
    _refuse_staff(affected, said.get("category"), session)
    fields = {"outcome": Outcome.OPEN} | _cleaned(said)
    _refuse_missing(fields)
    _refuse_onset(fields["onset_at"], session, at=at)
    fields["is_serious"] = rules.is_serious(fields["grade"], said=fields.get("is_serious", False))
    reaction = Reaction.objects.create(
        patient=patient,
        session=session,
        no_session_because=because,
        affected=affected,
        recorded_by=by.user,
        recorded_at=at,
        alerted_at=at if rules.alerts(fields["grade"]) else None,
        **fields,
    )
    _write_entry(reaction, Kind.REPORTED, by=by, at=at)
    audit.record("reaction.reported", reaction, by=by, at=at, patient=patient, fields=fields)
    return reaction


@transaction.atomic
def follow(reaction: Reaction, *, version: int, words: str = "", by: Actor, at: datetime, **said: Any) -> Reaction:
    """Write down how an open reaction goes on and return it fresh. said: of SAID; what stands so already is no change.

    Raises NotOpen, Stale with what two people changed, and Refused for values as `report` or a step that says nothing.
    """
    now = _held(reaction)
    words = _lines("words", words)
    asked = _cleaned(said)
    changes = {field: value for field, value in asked.items() if getattr(now, field) != value}
    if now.version != version:
        changes = besides(since(now, version), now, changes)
    if not changes and not words:
        raise unusable("words", _("Say how it goes, or change something above."))
    stands = {field: getattr(now, field) for field in SAID} | changes
    _refuse_missing(stands)
    _refuse_staff(now.affected, stands["category"], now.session)
    if "onset_at" in changes:
        _refuse_onset(changes["onset_at"], now.session, at=at)
    grade = stands["grade"]
    if not now.is_serious and rules.is_serious(grade, said=changes.get("is_serious", False)):
        changes["is_serious"] = True
    elif changes.get("is_serious") is False and rules.is_serious(grade, said=False):
        raise unusable("is_serious", _("What threatens life is serious. Change the grade first if it was wrong."))
    alert = {"alerted_at": at, "looked_at": None} if rules.alerts(grade, was=now.grade) else {}
    return _change(now, changes, Kind.FOLLOWED, verb="reaction.followed", words=words, by=by, at=at, beside=alert)


@transaction.atomic
def close(reaction: Reaction, *, version: int, outcome: str, words: str, by: Actor, at: datetime) -> Reaction:
    """End a reaction with what became of it and return it. outcome: resolved or sequelae.

    Raises NotOpen, Stale when it changed since it was read, and Refused without words.
    """
    now = _held(reaction)
    _refuse_stale(now, version)
    if outcome not in OVER:
        raise unusable("outcome", _("Say how it ended."))
    words = _lines("words", words)
    if not words:
        raise unusable("words", _("Say in a few words how it ended."))
    beside = {"closed_at": at, "closed_by": by.user}
    return _change(
        now, {"outcome": outcome}, Kind.CLOSED, verb="reaction.closed", words=words, by=by, at=at, beside=beside
    )


@transaction.atomic
def told_authority(
    reaction: Reaction, *, reported_to: str, reported_on: date, reference: str = "", by: Actor, at: datetime
) -> Reaction:
    """Keep to whom it was reported, when, and under which reference; it may be closed by then. Raises Refused."""
    now = _held(reaction, but_open=False)
    if reported_to not in Reaction.Authority.values:
        raise unusable("reported_to", _("Say to whom it was reported."))
    if not localdate(now.onset_at) <= reported_on <= localdate(at):
        raise unusable("reported_on", _("Write the day of the report: not before it began, and up to today."))
    said = {
        "is_reportable": True,
        "reported_to": reported_to,
        "reported_on": reported_on,
        "report_reference": clean_text(Reaction, "report_reference", reference),
    }
    changes = {field: value for field, value in said.items() if getattr(now, field) != value}
    if not changes:
        return now
    return _change(now, changes, Kind.TO_AUTHORITY, verb="reaction.to_authority", by=by, at=at)


@transaction.atomic
def strike(reaction: Reaction, *, because: str, by: Actor, at: datetime) -> Reaction:
    """Strike a reaction that was entered in error: it counts for nothing any more, and stays to be read.

    Raises Refused without a reason, NotOpen for one that was struck before.
    """
    now = _held(reaction, but_open=False)
    reason = clean_text(Reaction, "struck_because", because)
    if not reason:
        raise unusable("struck_because", _("Write in a few words why this is struck."))
    beside = {"struck_at": at, "struck_by": by.user, "struck_because": reason}
    return _change(now, {}, Kind.STRUCK, verb="reaction.struck", words=reason, by=by, at=at, beside=beside)


@transaction.atomic
def look(reaction: Reaction, *, words: str, by: Actor, at: datetime) -> Reaction:
    """Keep that a lead looked at a grave reaction and what follows from it.

    Raises Refused for somebody who does not lead, and for one that no lead was told of or that one looked at before.
    """
    now = _held(reaction, but_open=False)
    if not may_look(by):
        sentence = _("Whoever leads the clinic looks at this. It stands on their list.")
        raise Refused(Refusal("reaction.not_lead", _("Somebody else looks at this."), sentence))
    if not now.waits_for_a_lead:
        sentence = _("Somebody looked at this a moment ago. Read what they wrote.")
        raise Refused(Refusal("reaction.looked_at", _("Nothing was changed"), sentence))
    words = _lines("words", words)
    if not words:
        raise unusable("words", _("Say what follows from it, if only that nothing does."))
    beside = {"looked_at": at}
    return _change(now, {}, Kind.LOOKED_AT, verb="reaction.looked_at", words=words, by=by, at=at, beside=beside)


def leads() -> list[User]:
    """Return who hears of a grave reaction: those who look at incidents and may read records.

    A clinic that has nobody like that tells everybody who treats, so that it never stays unheard.
    """
    here = list(User.objects.filter(is_active=True).prefetch_related("grants"))
    found = [user for user in here if capabilities_of(user.roles) >= LEADS]
    return found or [user for user in here if "treat" in capabilities_of(user.roles)]


def may_look(actor: Actor) -> bool:
    """Return whether this person is one of those who hear of a grave reaction."""
    if all(actor.may(capability) for capability in LEADS):
        return True
    return actor.may("treat") and actor.user in leads()


def holding(patient: Patient) -> bool:
    """Return whether an open reaction keeps the next session of the patient away (C-75)."""
    return bool(_holding(patient.pk))


@often
def _holding(patient: int) -> models.QuerySet[Reaction]:
    return Reaction.objects.holding().filter(patient=patient).order_by().values_list("pk")[:1]


def source(reaction: Reaction) -> str:
    """Return the name under which a reaction writes its restriction."""
    return f"reaction:{reaction.uuid}"


def since(reaction: Reaction, version: int) -> dict[str, list[Changed]]:
    """Return what was changed after that version: each field with its changes in order."""
    rows = reaction.entries.filter(version__gt=version).order_by("id").values_list("changes", flat=True)
    return by_field(Changed(**change) for changes in rows for change in changes)


def lots(reaction: Reaction) -> list[Any]:
    """Return the lots that were used in its session, each once: cartridge, creams, serums. Prefetch them for many."""
    session = reaction.session
    if session is None:
        return []
    found = [session.cartridge.lot] if session.cartridge else []
    found += [use.lot for use in session.anaesthetic_uses.all()]
    found += [use.lot for use in session.serum_uses.all()]
    return list({lot.pk: lot for lot in found}.values())


def zones(codes: Collection[str]) -> list[str]:
    """Return the names of zones in the order of the house."""
    return list(Zone.objects.filter(code__in=list(codes)).values_list("label", flat=True)) if codes else []


def _held(reaction: Reaction, *, but_open: bool = True) -> Reaction:
    """Return the reaction fresh, held until the transaction ends; raise NotOpen where it takes nothing more."""
    now = Reaction.objects.select_for_update(of=("self",)).select_related("patient", "session").get(pk=reaction.pk)
    if now.struck_at is not None or (but_open and now.closed_at is not None):
        raise NotOpen(now)
    return now


def _change(
    now: Reaction,
    changes: Mapping[str, Any],
    kind: str,
    *,
    verb: str,
    words: str = "",
    by: Actor,
    at: datetime,
    beside: Mapping[str, Any] | None = None,
) -> Reaction:
    """Write the changes, their step in the story and the trail. beside: what the step itself says already."""
    was = {field: as_text(getattr(now, field)) for field in changes}
    for field, value in {**changes, **(beside or {}), "version": now.version + 1}.items():
        setattr(now, field, value)
    now.save(update_fields=[*changes, *(beside or {}), "version"])
    told = [{"field": field, "was": was[field], "became": as_text(getattr(now, field))} for field in changes]
    _write_entry(now, kind, words=words, changes=told, by=by, at=at)
    audit.record(verb, now, by=by, at=at, patient=now.patient, fields={**changes, "words": words})
    return now


def _write_entry(
    reaction: Reaction,
    kind: str,
    *,
    words: str = "",
    changes: list[dict[str, str]] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    ReactionEntry.objects.create(
        reaction=reaction,
        kind=kind,
        words=words,
        changes=changes or [],
        version=reaction.version,
        written_by=by.user,
        written_at=at,
    )


def _cleaned(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said as it may stand. Raises Refused with the field at fault."""
    return {field: _clean(field, value) for field, value in said.items() if field in SAID}


def _clean(field: str, value: Any) -> Any:
    if field == "zone_codes":
        return list(Zone.objects.filter(code__in=list(value)).values_list("code", flat=True)) if value else []
    if field == "grade" and value not in rules.GRADES:
        raise unusable(field, _("Choose a grade from 1 to 5."))
    if field in ("signs", "action_taken"):
        return _lines(field, value)
    if field == "outcome" and value not in ONGOING:
        raise unusable(field, _("Say open or resolving; closing it says how it ended."))
    choices = Reaction._meta.get_field(field).flatchoices
    if choices and value not in dict(choices):
        raise unusable(field, _("Choose one."))
    return value


def _lines(field: str, text: str) -> str:
    return clean_lines(field, text, LONGEST)


def _refuse_missing(fields: Mapping[str, Any]) -> None:
    asked = {
        "category": _("Say what it is."),
        "grade": _("Choose a grade from 1 to 5."),
        "onset_at": _("Write when it began."),
        "causality": _("Say whether the treatment caused it, if only that this is not determined."),
        "signs": _("Write what is seen and felt."),
    }
    for field, sentence in asked.items():
        if not fields.get(field):
            raise unusable(field, sentence)


def _refuse_staff(affected: str, category: str | None, session: Session | None) -> None:
    """Raise Refused for harm to somebody of the house that is not about a needle of a patient's session."""
    if affected == Reaction.Affected.STAFF and (category != Reaction.Category.SHARPS or session is None):
        words = _("Of the house only a needlestick is told here, with the session in which the needle was used.")
        raise unusable("affected", words)


def _refuse_onset(onset_at: datetime, session: Session | None, *, at: datetime) -> None:
    if onset_at > at:
        raise unusable("onset_at", _("This has not come yet. Write when it began."))
    if session is not None and onset_at < session.started_at:
        raise unusable(
            "onset_at", _("That is before the session began. Write when it began, or choose another session.")
        )


def _refuse_stale(now: Reaction, version: int) -> None:
    if now.version != version:
        raise Stale
