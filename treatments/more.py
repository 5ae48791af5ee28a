"""The fields of the record that a session may leave empty (table f): what cannot be in them, and what is noted.

Everything is said as (place on the chart, code, sentence), for `treatments.judging` to put beside the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from intake.models import Purpose
from patients.rules import fold
from stock.models import Product
from treatments.drafts import TO_THE_PATIENT, Draft
from treatments.models import Session

Said = tuple[str, str, str]

CHLORHEXIDINE, LATEX = ("chlorhex", "clorhex"), ("latex",)  # as an allergy or a product names it, folded
LETTERS_AT_MOST = 500  # of what is written to the patient
NEAR_EYES = ("periorbital", "eyelid_orbital")
PURPOSE_OF_ADJUNCT = {  # each with words of its own to agree to (C-619)
    Session.Adjunct.PRP: Purpose.PRP,
    Session.Adjunct.PEEL: Purpose.PEEL,
    Session.Adjunct.LASER: Purpose.LASER,
    Session.Adjunct.RF: Purpose.RADIOFREQUENCY,
}


def problems(draft: Draft) -> Iterator[Said]:
    """Yield what no reason can pass."""
    lot = draft.skin_prep_lot
    if lot and lot.product.kind != Product.Kind.SKIN_PREP:
        yield "skin_prep_lot", "prep.kind", _("Lot %(lot)s is not a skin preparation.") % {"lot": lot}
    if draft.pain_after is not None and not 0 <= draft.pain_after <= 10:
        yield "pain_after", "reaction.range", _("Choose 0 to %(top)s.") % {"top": 10}
    details = draft.adjunct_details.strip()
    if draft.adjunct == Session.Adjunct.OTHER and not details:
        yield "adjunct_details", "adjunct.unsaid", _("Write what else was done.")
    if details and draft.adjunct in ("", Session.Adjunct.NONE):
        sentence = _("Choose what was done beside the needling, or take the words about it away.")
        yield "adjunct", "adjunct.contradiction", sentence
    if draft.aftercare_method and not draft.aftercare_given:
        sentence = _("Tick that aftercare was given, or take away how.")
        yield "aftercare_method", "aftercare.contradiction", sentence
    for name in TO_THE_PATIENT:
        said = getattr(draft, name)
        if len(said) > LETTERS_AT_MOST:
            yield name, "words.long", _("Use %(most)s letters at most.") % {"most": LETTERS_AT_MOST}
        if "{" in said or "}" in said:
            yield name, "words.braces", _("Leave out { and }: they stand for something else in a message.")
    for index, row in enumerate(draft.creams):
        if row.area_cm2 is not None and row.area_cm2 <= 0:
            yield f"creams.{index}.area_cm2", "cream.area", _("Write an area above 0, or leave it empty.")


def people_problems(session: Session, draft: Draft) -> Iterator[Said]:
    """Yield what is wrong with who helped; who is on the record already stays there."""
    helper = draft.assistant
    if helper is None or helper.pk == session.assistant_id:
        return
    if helper.pk == session.practitioner_id:
        sentence = _("%(name)s does this session. Choose who helped, or nobody.") % {"name": helper.name}
        yield "assistant", "assistant.same", sentence
    elif not helper.is_active:
        yield "assistant", "assistant.gone", _("%(name)s no longer works here.") % {"name": helper.name}


def agreed_by_itself(draft: Draft) -> tuple[str, ...]:
    """Return the purposes that what was done beside the needling asks to be signed."""
    return tuple(filter(None, [PURPOSE_OF_ADJUNCT.get(draft.adjunct)]))


def allergies(session: Session, draft: Draft) -> list[str]:
    """Return the allergies on the record that the chart may have to do with; of a signed one, as they were then."""
    if not draft.skin_prep_lot and not draft.has_barrier_sleeve:
        return []
    known = session.patient.allergies.standing()
    if session.signed_at:
        known = session.patient.allergies.filter(
            Q(struck_at=None) | Q(struck_at__gt=session.signed_at), noted_at__lte=session.signed_at
        )
    return list(known.values_list("substance", flat=True))


def notes(draft: Draft, allergic_to: Iterable[str]) -> Iterator[Said]:
    """Yield what is to be seen beside the record and asks for no reason (C-222, C-536, C-612)."""
    named, lot = [fold(one) for one in allergic_to], draft.skin_prep_lot
    if lot and _names(named, CHLORHEXIDINE):
        words = _("An allergy to chlorhexidine is on the record; %(product)s must hold none.")
        yield "skin_prep_lot", "prep_allergy", words % {"product": lot.product}
    if lot and _names([fold(lot.product.name)], CHLORHEXIDINE) and _is_near_eyes(draft):
        yield "skin_prep_lot", "prep_near_eyes", _("Chlorhexidine is kept away from the eyes.")
    if draft.has_barrier_sleeve and _names(named, LATEX):
        yield (
            "has_barrier_sleeve",
            "latex_allergy",
            _("An allergy to latex is on the record; the sleeve must hold none."),
        )
    for index, row in enumerate(draft.creams):
        if row.is_occluded:
            words = _("Covered cream is taken up faster; watch for dizziness, a metallic taste or ringing ears.")
            yield f"creams.{index}", "cream", words


def _names(said: Iterable[str], stems: tuple[str, ...]) -> bool:
    return any(stem in one for one in said for stem in stems)


def _is_near_eyes(draft: Draft) -> bool:
    return any(row.zone.code in NEAR_EYES for row in draft.zones)
