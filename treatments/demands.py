"""What a clinic asks of every record beyond what the house asks (table f), kept as versions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import audit
from clinic.actors import Actor
from clinic.models import Device
from clinic.refusals import Refusal, Refused, Stale
from treatments.drafts import Draft
from treatments.models import RecordDemand

Empty = Callable[[Draft], Iterator[str]]


@dataclass(frozen=True)
class Optional:
    """A field that a clinic may ask for. label: on the page of the manager; words: in the list of what is missing."""

    label: str | Promise
    words: str | Promise
    lacks: Empty


def _of_chart(name: str) -> Empty:
    def lacks(draft: Draft) -> Iterator[str]:
        value = getattr(draft, name)
        if value is None or value is False or value == "":
            yield name

    return lacks


def _of_rows(rows: str, name: str) -> Empty:
    def lacks(draft: Draft) -> Iterator[str]:
        for index, row in enumerate(getattr(draft, rows)):
            if getattr(row, name) is None:
                yield f"{rows}.{index}.{name}"

    return lacks


def _sleeve(draft: Draft) -> Iterator[str]:
    """Ask for the sleeve where a pen was used: it is what keeps the pen clean (C-615)."""
    if draft.device is not None and draft.device.kind == Device.Kind.PEN and not draft.has_barrier_sleeve:
        yield "has_barrier_sleeve"


w = gettext_lazy
OPTIONAL: dict[str, Optional] = {
    "assistant": Optional(w("Assistant"), w("who helped"), _of_chart("assistant")),
    "skin_prep_lot": Optional(w("Skin preparation"), w("the skin preparation"), _of_chart("skin_prep_lot")),
    "unit_code": Optional(w("Code on the unit"), w("the code on the cartridge"), _of_chart("unit_code")),
    "seal_was_intact": Optional(
        w("Sterile seal of the cartridge was intact"), w("that the seal was intact"), _of_chart("seal_was_intact")
    ),
    "has_barrier_sleeve": Optional(w("Barrier sleeve, with a pen"), w("that a barrier sleeve was used"), _sleeve),
    "cleansed_at": Optional(w("When the skin was cleansed"), w("when the skin was cleansed"), _of_chart("cleansed_at")),
    "needling_started_at": Optional(
        w("When needling began"), w("when needling began"), _of_chart("needling_started_at")
    ),
    "needling_ended_at": Optional(w("When needling ended"), w("when needling ended"), _of_chart("needling_ended_at")),
    "zone_speed": Optional(w("Speed in each zone"), w("the speed"), _of_rows("zones", "speed")),
    "cream_grams": Optional(w("Grams of each numbing cream"), w("grams of the cream"), _of_rows("creams", "grams")),
    "cream_area": Optional(w("Area of each numbing cream"), w("the area of the cream"), _of_rows("creams", "area_cm2")),
    "cream_applied_by": Optional(
        w("Who put each numbing cream on"), w("who put the cream on"), _of_rows("creams", "applied_by")
    ),
    "serum_amount": Optional(w("Amount of each serum"), w("the amount of the serum"), _of_rows("serums", "amount_ml")),
    "bleeding": Optional(w("Bleeding"), w("the bleeding"), _of_chart("bleeding")),
    "pain_after": Optional(w("Pain afterwards"), w("the pain afterwards"), _of_chart("pain_after")),
    "adjunct": Optional(
        w("What was done beside the needling, or nothing"), w("what was done beside it"), _of_chart("adjunct")
    ),
    "aftercare_method": Optional(
        w("How aftercare was given"), w("how aftercare was given"), _of_chart("aftercare_method")
    ),
    "note": Optional(w("Note"), w("the note"), _of_chart("note")),
}


class UnknownField(Refused):
    """Raised for a field that no clinic can ask for."""

    def __init__(self) -> None:
        sentence = _("Choose among the fields on this page.")
        super().__init__(Refusal("demands.unknown", _("This field can't be asked for."), sentence))


def lacking(draft: Draft, asked: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield what a clinic asks for and the chart has not, as (place on the chart, words), in the order of the chart."""
    for name, one in OPTIONAL.items():
        if name in asked:
            yield from ((where, str(one.words)) for where in one.lacks(draft))


def standing() -> RecordDemand | None:
    """Return what is asked for now; None where nobody ever asked for more."""
    return RecordDemand.objects.first()


def asked() -> frozenset[str]:
    """Return the names of the fields that are asked for now."""
    newest = standing()
    return frozenset(newest.fields) if newest else frozenset()


@transaction.atomic
def change(fields: Iterable[str], *, version: int, by: Actor, at: datetime) -> RecordDemand | None:
    """Ask for these fields from now on, in charts that are open too; nothing happens where that is so already.

    version: of what was read, 0 where nothing stood. Raises UnknownField, and Stale when somebody changed it since.
    """
    now = RecordDemand.objects.select_for_update().first()
    if (now.version if now else 0) != version:
        raise Stale
    wanted = set(fields)
    if not wanted <= OPTIONAL.keys():
        raise UnknownField
    if wanted == set(now.fields if now else []):
        return now
    chosen = [name for name in OPTIONAL if name in wanted]
    made = RecordDemand.objects.create(version=version + 1, fields=chosen, at=at, by_name=by.name[:120])
    audit.record("record_demands.changed", made, by=by, at=at, fields={"version": made.version, "fields": chosen})
    return made
