"""A merge is undone: what it moved goes back, what was added to that follows, and what belongs to both stops it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic import audit
from clinic import belongings as house
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused
from patients import belongings, choosing, merging, patients
from patients.belongings import NAMING, Key
from patients.merging import UNDO_DAYS
from patients.models import Merge, Patient

ROUNDS = 8  # how far things that were built on one another are followed


class CannotUndo(Refused):
    """Raised when a merge is for good; its words say why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Refusal("patient.merge_stays", _("This merge cannot be undone"), sentence))


@transaction.atomic
def undo(merge: Merge, *, by: Actor, at: datetime) -> list[str]:
    """Let two records stand for themselves again; return the labels of fields that were edited since and stay.

    What the merge moved goes back, and with it what was added to that since. Raises CannotUndo after 30 days, when a
    record was merged on or closed, and when something new belongs to both.
    """
    kept, gone = merging.hold(merge.kept, merge.gone)
    merge = Merge.objects.get(pk=merge.pk)
    _refuse_late(merge, kept, gone, at=at)
    Merge.objects.filter(pk=merge.pk).update(undone_at=at, undone_by=by.user)
    Patient.with_merged.filter(pk=gone.pk).update(merged_into=None)
    try:
        with transaction.atomic():
            _give_back(merge, kept, gone)
            _follow(kept, gone)
    except IntegrityError as error:
        raise CannotUndo(_("Something that was signed since stands on what would go back.")) from error
    _refuse_mixed(kept, gone)
    left = _restore(merge, kept, by=by, at=at)
    for patient in (kept, gone):
        audit.record("merge.undone", merge, by=by, at=at, patient=patient)
    return left


def _refuse_late(merge: Merge, kept: Patient, gone: Patient, *, at: datetime) -> None:
    if merge.undone_at is not None:
        raise CannotUndo(_("It was undone before."))
    if at - merge.merged_at > timedelta(days=UNDO_DAYS):
        raise CannotUndo(_("It was made more than %(days)s days ago.") % {"days": UNDO_DAYS})
    if kept.closed_at is not None or gone.closed_at is not None:
        raise CannotUndo(_("The record was closed since."))
    if kept.merged_into is not None:
        into = kept.merged_into.reference
        raise CannotUndo(_("The record became part of %(reference)s since. Undo that first.") % {"reference": into})


def _give_back(merge: Merge, kept: Patient, gone: Patient) -> None:
    """Give back each row that was moved and is still there."""
    moved: dict[tuple[str, str], list[int]] = {}
    for model, field, pk in merge.rows.values_list("model", "field", "row_pk"):
        moved.setdefault((model, field), []).append(pk)
    for key in belongings.every_key():
        pks = moved.get((key.label, key.field), [])
        key.of(kept).filter(pk__in=pks).update(**{key.field: gone})


def _follow(kept: Patient, gone: Patient) -> None:
    """Give with what went back what was added to it since: the holds of a visit, the messages about it."""
    for _round in range(ROUNDS):
        moved = sum(_follow_keys(key, kept, gone) for key in belongings.every_key())
        names = belongings.names_of(gone)
        moved += sum(_follow_names(key, names, kept, gone) for key in belongings.every_key())
        if not moved:
            return


def _follow_keys(key: Key, kept: Patient, gone: Patient) -> int:
    """Move the rows whose every other way leads to the record that stands for itself again."""
    others = _other_ways(key)
    if not others:
        return 0
    rows = key.of(kept)
    leads = {way: set(rows.filter(**{way: gone}).values_list("pk", flat=True)) for way in others}
    stays = {pk for way in others for pk in rows.filter(**{way: kept}).values_list("pk", flat=True)}
    following = set().union(*leads.values()) - stays
    return key.model._base_manager.filter(pk__in=following).update(**{key.field: gone})


def _other_ways(key: Key) -> list[str]:
    return [way for way in house.lookups(key.model) if way != key.field]


def _follow_names(key: Key, names: set[str], kept: Patient, gone: Patient) -> int:
    """Move the rows that name in words what belongs to the record that stands for itself again."""
    columns = {field.name for field in key.model._meta.concrete_fields} & set(NAMING)
    following = [
        pk
        for column in columns
        for pk, name in key.of(kept).values_list("pk", column)
        if ":".join(name.split(":")[:2]) in names
    ]
    return key.model._base_manager.filter(pk__in=following).update(**{key.field: gone})


def _refuse_mixed(kept: Patient, gone: Patient) -> None:
    """Raise CannotUndo for the first row that belongs to both: a session since, on a visit that went back."""
    for model in belongings.models():
        ways = house.lookups(model)
        for one in ways:
            for other in ways:
                mixed = model._base_manager.filter(**{one: kept, other: gone}).first() if one != other else None
                if mixed is not None:
                    what = capfirst(str(model._meta.verbose_name))
                    sentence = _("Since the merge, something new belongs to both records: %(what)s.") % {"what": what}
                    raise CannotUndo(sentence)


def _restore(merge: Merge, kept: Patient, *, by: Actor, at: datetime) -> list[str]:
    """Put back the values that the merge changed and nobody edited since; return the labels of the others."""
    kept = Patient.everybody.get(pk=kept.pk)
    stands = {name: choosing.as_json(getattr(kept, name)) == after for name, after in merge.after.items()}
    fields = {name: choosing.from_json(name, merge.before[name]) for name, same in stands.items() if same}
    for clinical, hand in ((False, by), (True, by if by.may("see_clinical") else Actor.system("merge"))):
        own = {name: value for name, value in fields.items() if (name in Patient.CLINICAL) is clinical}
        if own:
            kept = patients.edit(kept, version=kept.version, by=hand, at=at, **own)
    return [capfirst(str(Patient._meta.get_field(name).verbose_name)) for name, same in stands.items() if not same]


def undoable(*, at: datetime) -> list[Merge]:
    """Return the merges of open records that can still be undone, the latest first."""
    since = at - timedelta(days=UNDO_DAYS)
    rows = Merge.objects.filter(undone_at=None, merged_at__gte=since, kept__closed_at=None, gone__closed_at=None)
    return list(rows.select_related("kept", "gone", "merged_by"))
