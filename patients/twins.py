"""Records that may be one person: found while somebody types, and by a check that goes through all of them.

Which rows are looked at is decided by the database (a shared phone, address, date of birth or beginning of a name);
how alike they are, by `patients.likeness`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations, islice

from django.db import transaction
from django.db.models import Q

from clinic import audit
from clinic.actors import Actor
from patients import likeness
from patients.likeness import Likeness, Traits
from patients.models import Pair, Patient
from patients.patients import ALSO
from patients.rules import digits_of, fold
from patients.writing import NotUsable, clean_phone

LOOK_ALIKES_AT_MOST = 5
READ_AT_MOST = 5000  # rows whose names are compared while somebody types
CROWD = 60  # records with one phone or address; beyond that only neighbours in order of name are compared
NEIGHBOURS = 5
AT_ONCE = 500  # rows in one statement
TRAITS = ("pk", "search_key", "phone_digits", "email", "born_on")

Couple = tuple[int, int]


@dataclass(frozen=True)
class LookAlike:
    """A patient who may be the one being entered, and what the two have in common."""

    patient: Patient
    why: str


def look_alikes(
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    born_on: date | None = None,
) -> list[LookAlike]:
    """Return who shares the phone or the e-mail, or has a name that is alike, the likeliest first.

    A hint, never a bar: families share a telephone. At most five, in two queries.
    """
    typed = Traits((fold(name),), digits_of(_dialled(phone)), email.strip().lower(), born_on)
    rows = Patient.objects.filter(_near(typed)).order_by("pk")
    compared = ((pk, of, likeness.compare(typed, of)) for pk, of in _read(rows[:READ_AT_MOST]))
    found = {pk: like for pk, of, like in compared if _is_worth_showing(typed, of, like)}
    closest = sorted(found, key=lambda pk: (-found[pk].score, pk))[:LOOK_ALIKES_AT_MOST]
    patients = Patient.objects.in_bulk(closest) if closest else {}
    return [LookAlike(patients[pk], found[pk].words) for pk in closest if pk in patients]


def _dialled(text: str) -> str:
    try:
        return str(clean_phone(text))
    except NotUsable:
        return ""


def _near(typed: Traits) -> Q:
    """Return the condition that a record shares a trait, or the beginning of any of its names."""
    near = Q(pk__in=[])
    if typed.phone:
        near |= Q(phone_digits=typed.phone)
    if typed.email:
        near |= Q(email=typed.email)
    if typed.born_on:
        near |= Q(born_on=typed.born_on)
    for word in typed.names[0].split():
        near |= Q(search_key__startswith=word[:3]) | Q(search_key__contains=f" {word[:3]}")
    return near


def _read(rows: Iterable[Patient]) -> Iterator[tuple[int, Traits]]:
    for pk, key, phone, email, born_on in rows.values_list(*TRAITS):
        yield pk, Traits(tuple(key.split(ALSO)), phone, email, born_on)


def _is_worth_showing(typed: Traits, of: Traits, like: Likeness) -> bool:
    shared = set(like.why)
    if shared & {"same_phone", "same_email"}:
        return True
    if typed.born_on and of.born_on and not shared & {"same_born", "near_born"}:
        return False  # the same name with another date of birth is another person
    return bool(shared & {"same_name", "like_name"})


# --- the check -------------------------------------------------------------------------------------------


@transaction.atomic
def check(*, at: datetime) -> int:
    """Write which records may be one person, and return how many pairs are new.

    What somebody set apart stays so. A pair that is alike no longer is forgotten, unless a person put it there or
    answered it, be it while the check runs.
    """
    found = dict(find())
    known = {(pair.low_id, pair.high_id): pair for pair in Pair.objects.all()}
    gone = [pair.pk for couple, pair in known.items() if couple not in found]
    for first in range(0, len(gone), AT_ONCE):
        Pair.objects.of_the_check().filter(pk__in=gone[first : first + AT_ONCE]).delete()
    changed = [pair for couple, pair in known.items() if couple in found and _differs(pair, found[couple])]
    Pair.objects.bulk_update(changed, ["score", "why"], batch_size=500)
    new = [
        Pair(low_id=low, high_id=high, score=like.score, why=list(like.why), found_at=at)
        for (low, high), like in found.items()
        if (low, high) not in known
    ]
    Pair.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def _differs(pair: Pair, like: Likeness) -> bool:
    """Take over what was found, and say whether that changed the row."""
    said = (pair.score, pair.why)
    pair.score, pair.why = like.score, list(like.why)
    return said != (pair.score, pair.why)


def find() -> Iterator[tuple[Couple, Likeness]]:
    """Yield each two records that may be one person, the lower id first, and what they share; in one query."""
    traits = dict(_read(Patient.objects.order_by("search_key", "pk")))
    seen: set[Couple] = set()
    for crowd in _crowds(traits):
        for one, other in _couples(crowd):
            couple = (min(one, other), max(one, other))
            if couple in seen:
                continue
            seen.add(couple)
            if likeness.are_twins(traits[one], traits[other]):
                yield couple, likeness.compare(traits[one], traits[other])


def _crowds(traits: dict[int, Traits]) -> Iterator[list[int]]:
    """Yield records that share a phone, an address, a date of birth or a name, in order of name."""
    shared: defaultdict[tuple[str, object], list[int]] = defaultdict(list)
    for pk, of in traits.items():
        for trait, value in (("phone", of.phone), ("email", of.email), ("born", of.born_on), ("name", of.names[0])):
            if value:
                shared[trait, value].append(pk)
    return (crowd for crowd in shared.values() if len(crowd) > 1)


def _couples(crowd: Sequence[int]) -> Iterator[Couple]:
    if len(crowd) <= CROWD:
        yield from combinations(crowd, 2)
        return
    for place, one in enumerate(crowd):
        for other in islice(crowd, place + 1, place + 1 + NEIGHBOURS):
            yield one, other


# --- what somebody says to it ----------------------------------------------------------------------------


def in_order(one: Patient, other: Patient) -> tuple[Patient, Patient]:
    """Return the two records with the lower id first. Raises ValueError for one record twice."""
    if one.pk == other.pk:
        raise ValueError("a record is no pair with itself")
    return (one, other) if one.pk < other.pk else (other, one)


@transaction.atomic
def set_apart(one: Patient, other: Patient, *, by: Actor, at: datetime) -> Pair:
    """Remember that these are two people; the first who said so is kept, and nobody is asked again."""
    low, high = in_order(one, other)
    Pair.objects.bulk_create([Pair(low=low, high=high, found_at=at)], ignore_conflicts=True)
    pair = Pair.objects.get(low=low, high=high)
    if Pair.objects.filter(pk=pair.pk, set_apart_at=None).update(set_apart_at=at, set_apart_by=by.user):
        for patient in (low, high):
            audit.record("pair.set_apart", pair, by=by, at=at, patient=patient)
    pair.refresh_from_db()
    return pair


@transaction.atomic
def ask_again(pair: Pair, *, by: Actor, at: datetime) -> None:
    """Take back that two records are two people; whoever does asks about them, whatever the check finds."""
    asked = {"set_apart_at": None, "set_apart_by": None, "put_by": by.user}
    if Pair.objects.filter(pk=pair.pk, set_apart_at__isnull=False).update(**asked):
        for patient in (pair.low, pair.high):
            audit.record("pair.ask_again", pair, by=by, at=at, patient=patient)
    pair.refresh_from_db()


@transaction.atomic
def put_beside(one: Patient, other: Patient, *, by: Actor, at: datetime) -> Pair:
    """Return the pair of two records that somebody holds for one person, with what they share."""
    low, high = in_order(one, other)
    like = likeness.compare(*(_traits(record) for record in (low, high)))
    found = {"score": like.score, "why": list(like.why), "found_at": at}
    pair, _is_new = Pair.objects.get_or_create(low=low, high=high, defaults=found)
    if Pair.objects.of_the_check().filter(pk=pair.pk).update(put_by=by.user):
        for patient in (low, high):
            audit.record("pair.put", pair, by=by, at=at, patient=patient)
    pair.refresh_from_db(fields=["put_by"])
    return pair


def _traits(record: Patient) -> Traits:
    return Traits(tuple(record.search_key.split(ALSO)), record.phone_digits, record.email, record.born_on)
