"""Whether a full screening still carries a session: its life, and what the house heard of since it was asked (C-54)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.often import often
from intake import rules
from intake.models import Question, Screening
from intake.models.screening import ScreeningQuerySet
from patients.models import ClinicalChange, Medicine, Patient, Procedure

SAYS_NEW = {"answers__action": Question.Action.REOPEN}


@dataclass(frozen=True)
class State:
    """Where a patient's full screening stands on a day. due: why it must be asked (never, old, new), or empty."""

    screening: Screening | None
    until: date | None = None
    due: str = ""


def latest(patient: Patient) -> Screening | None:
    """Return the patient's newest full screening."""
    return patient.screenings.full().select_related("question_set", "asked_by").first()


def has_been_asked(patient: Patient) -> bool:
    """Return whether there is a full screening of this patient already."""
    return bool(_any_full(patient.pk))


@often
def _any_full(patient: int) -> QuerySet[Screening]:
    return Screening.objects.full().filter(patient=patient).order_by().values_list("pk")[:1]


def state(patient: Patient, *, on: date, known_at: datetime | None = None) -> State:
    """Return whether a full screening carries a session on that day (C-54), in two queries.

    known_at: only what the house had heard until then counts; None for all of it.
    """
    heard = {} if known_at is None else {"asked_at__lte": known_at}
    full = patient.screenings.full().filter(**heard)
    found = full.select_related("question_set", "asked_by").first()
    if found is None:
        return State(None, due="never")
    life = found.question_set.life_days
    until = rules.lasts_until(found.fresh_from, life_days=life)
    if not rules.is_fresh(found.fresh_from, on, life_days=life):
        return State(found, until, due="old")
    return State(found, until, due="new" if _has_news(full, known_at) else "")


def _has_news(full: ScreeningQuerySet, known_at: datetime | None) -> bool:
    """Return whether something new was told or noted since everything was asked; a changed answer is not everything.

    Moments count, not days. What is new since the last visit is still so when it is told again on the day on which
    everything was asked because of it; there the earlier telling is covered and the later one is the same news.
    """
    of_patient = {"patient": OuterRef("patient")}
    short = Screening.objects.short().filter(**SAYS_NEW, **of_patient)
    noted = {"noted_at__gt": OuterRef("asked_at")}
    changed = ClinicalChange.objects.filter(
        **of_patient, at__gt=OuterRef("asked_at"), what__in=("medicine", "procedure")
    )
    facts = [kind.objects.standing().filter(**of_patient, **noted) for kind in (Medicine, Procedure)]
    news = short.filter(asked_at__gte=OuterRef("asked_at"))
    if known_at is not None:
        changed, news = changed.filter(at__lte=known_at), news.filter(asked_at__lte=known_at)
        facts = [rows.filter(noted_at__lte=known_at) for rows in facts]
    told_with_it = Screening.objects.filter(pk=OuterRef("pk"), **SAYS_NEW)
    told_before = short.filter(asked_on=OuterRef("asked_on"), asked_at__lt=OuterRef("asked_at"))
    whole = full.filter(amends=None).annotate(
        is_told=Exists(news.exclude(asked_on=OuterRef("asked_on"))),
        is_told_that_day=Exists(news.filter(asked_on=OuterRef("asked_on"))),
        was_told=Exists(told_with_it) | Exists(told_before),
        is_noted=Exists(facts[0]) | Exists(facts[1]),
        is_other_now=Exists(changed.filter(Q(field="name") | Q(field="stopped_on", became=""))),
    )
    said = whole.values("is_told", "is_told_that_day", "was_told", "is_noted", "is_other_now").first()
    if said is None:
        return False
    is_told = said["is_told"] or (said["is_told_that_day"] and not said["was_told"])
    return is_told or said["is_noted"] or said["is_other_now"]
