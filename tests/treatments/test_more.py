"""The fields of the record that may stay empty: judged, noted, sealed where they say something, never copied."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clinic import guards
from intake.models import Purpose
from tests.factories import intake, stock, treatments
from tests.factories import patients as who
from tests.factories.booking import TEN, minutes
from treatments import carrying, judging, seals, sessions
from treatments.drafts import MORE, Draft
from treatments.models import Session
from visits import treatment

pytestmark = pytest.mark.django_db


def refused(call) -> list[tuple[str, str]]:
    with pytest.raises(sessions.DraftRefused) as stopped:
        call()
    return [(one.where, str(one.refusal.sentence)) for one in stopped.value.problems]


def noted(session) -> list[str]:
    return [one.words for one in sessions.findings(session) if not one.asks_reason]


def test_what_else_was_done_is_kept_and_sealed(session, as_ana, ben):
    told = {
        "assistant": ben,
        "skin_prep_lot": stock.skin_prep(),
        "has_barrier_sleeve": True,
        "seal_was_intact": True,
        "pain_after": 0,
        "adjunct": "other",
        "adjunct_details": "Light therapy, 10 minutes",
        "aftercare_method": "printed",
    }

    sealed = treatments.signed(session, by=as_ana, **told)

    assert {name: getattr(sealed, name) for name in MORE} == told
    assert seals.content(sealed)["more"] == {
        "assistant_id": ben.pk,
        "has_barrier_sleeve": True,
        "seal_was_intact": True,
        "pain_after": 0,
        "adjunct": "other",
        "adjunct_details": "Light therapy, 10 minutes",
        "aftercare_method": "printed",
        "skin_prep": ["Northlight", "Chlorhexidine 0.5 %", "CX-9004", "2027-11-30"],
    }
    assert sessions.verify(sealed)


def test_a_seal_from_before_has_no_such_part(session, as_ana):
    sealed = treatments.signed(session, by=as_ana)

    assert "more" not in seals.content(sealed)
    assert [len(one) for one in seals.content(sealed)["zones"]] == [7, 7]


def test_each_of_them_that_is_changed_afterwards_breaks_the_seal(session, as_ana):
    sealed = treatments.signed(session, by=as_ana, pain_after=2)

    with guards.lifted("treatments_session_sealed"):
        Session.objects.update(pain_after=1)

    assert sessions.verify(sealed) is False


def test_area_cover_and_hand_of_a_cream_are_sealed_where_they_were_noted(session, as_ana, ben):
    plain, covered = (treatments.cream_row(stock.cream(number)) for number in ("LC-1", "LC-2"))
    covered = replace(covered, area_cm2=60, is_occluded=True, applied_by=ben)

    sealed = treatments.signed(session, by=as_ana, creams=(plain, covered), anaesthetic_is_none=False)

    assert [one[7:] for one in seals.content(sealed)["anaesthetics"]] == [
        [True],
        [True, {"area_cm2": 60, "is_occluded": True, "applied_by": ben.pk}],
    ]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"pain_after": 11}, ("pain_after", "Choose 0 to 10.")),
        ({"adjunct": "other"}, ("adjunct_details", "Write what else was done.")),
        (
            {"adjunct_details": "Light therapy"},
            ("adjunct", "Choose what was done beside the needling, or take the words about it away."),
        ),
        (
            {"adjunct": "none", "adjunct_details": "Light therapy"},
            ("adjunct", "Choose what was done beside the needling, or take the words about it away."),
        ),
        (
            {"aftercare_given": False, "aftercare_method": "told"},
            ("aftercare_method", "Tick that aftercare was given, or take away how."),
        ),
    ],
)
def test_what_cannot_be_in_them_is_said_at_its_place(session, as_ana, fields, found):
    assert refused(lambda: treatments.saved(session, by=as_ana, **fields)) == [found]


def test_an_area_is_above_nothing(session, as_ana):
    row = replace(treatments.cream_row(stock.cream()), area_cm2=0)

    assert refused(lambda: treatments.saved(session, by=as_ana, creams=(row,), anaesthetic_is_none=False)) == [
        ("creams.0.area_cm2", "Write an area above 0, or leave it empty.")
    ]


def test_a_skin_preparation_is_one_and_in_date(session, as_ana):
    late = stock.skin_prep("CX-1", TEN.date() - timedelta(days=1))
    kept, gel = treatments.saved(session, by=as_ana), stock.serum()

    assert refused(lambda: treatments.changed(kept, by=as_ana, skin_prep_lot=gel)) == [
        ("skin_prep_lot", "Lot HA-2219 is not a skin preparation.")
    ]
    assert [where for where, _words in refused(lambda: treatments.changed(kept, by=as_ana, skin_prep_lot=late))] == [
        "skin_prep_lot"
    ]


def test_a_skin_preparation_that_is_on_the_chart_stays_though_it_was_set_aside_since(session, as_ana):
    prep = stock.skin_prep()
    kept = treatments.saved(session, by=as_ana, skin_prep_lot=prep)
    prep.quarantined_at = TEN
    prep.save()

    assert treatments.changed(kept, by=as_ana, note="Calm.").skin_prep_lot == prep


def test_who_does_the_session_does_not_help_with_it(session, ana, as_ana):
    assert refused(lambda: treatments.saved(session, by=as_ana, assistant=ana)) == [
        ("assistant", "Ana Duarte does this session. Choose who helped, or nobody.")
    ]


def test_who_no_longer_works_here_is_not_named_anew_but_stays_named(session, as_ana, ben):
    kept = treatments.saved(session, by=as_ana, assistant=ben)
    ben.is_active = False
    ben.save()

    still = treatments.changed(kept, by=as_ana, note="Calm.")
    alone = treatments.changed(still, by=as_ana, assistant=None)

    assert (still.assistant, alone.assistant) == (ben, None)
    assert refused(lambda: treatments.changed(alone, by=as_ana, assistant=ben)) == [
        ("assistant", "Ben Adeyemi no longer works here.")
    ]


@pytest.mark.parametrize(("adjunct", "purpose"), [("prp", "prp"), ("peel", "peel"), ("rf", "radiofrequency")])
def test_what_is_done_beside_the_needling_is_signed_by_itself(session, mia, as_ana, adjunct, purpose):
    kept = treatments.saved(session, by=as_ana)
    places = [where for where, _words in refused(lambda: treatments.changed(kept, by=as_ana, adjunct=adjunct))]
    assert places == ["adjunct"]

    intake.signed(mia, by=as_ana, purpose=Purpose(purpose))
    assert treatments.changed(kept, by=as_ana, adjunct=adjunct).adjunct == adjunct


def test_an_allergy_on_the_record_is_noted_beside_what_may_hold_it(session, mia, as_ana):
    who.allergy(mia, "Clorhexidina", by=as_ana, at=TEN)
    who.allergy(mia, "Latex gloves", by=as_ana, at=TEN)
    prep = stock.skin_prep(name="Wound wash")

    kept = treatments.saved(session, by=as_ana, skin_prep_lot=prep, has_barrier_sleeve=True)

    assert noted(kept) == [
        "An allergy to chlorhexidine is on the record; Wound wash must hold none.",
        "An allergy to latex is on the record; the sleeve must hold none.",
    ]
    assert noted(treatments.changed(kept, by=as_ana, skin_prep_lot=None, has_barrier_sleeve=False)) == []


def test_a_signed_record_keeps_the_note_as_it_was_then(session, mia, as_ana):
    sealed = treatments.signed(session, by=as_ana, has_barrier_sleeve=True)

    who.allergy(mia, "Latex", by=as_ana, at=sealed.signed_at + minutes(5))

    assert noted(sealed) == []


def test_chlorhexidine_near_the_eyes_and_a_covered_cream_are_noted(session, as_ana):
    row = replace(treatments.cream_row(stock.cream()), is_occluded=True)
    zones = (treatments.row("periorbital", "0.50"),)

    draft = Draft(zones=zones, creams=(row,), skin_prep_lot=stock.skin_prep())
    found = judging.findings(draft, judging.Frame(None, None))

    assert [(one.where, one.words) for one in found if not one.asks_reason] == [
        ("skin_prep_lot", "Chlorhexidine is kept away from the eyes."),
        ("creams.0", "Covered cream is taken up faster; watch for dizziness, a metallic taste or ringing ears."),
    ]


def test_none_of_them_is_copied_from_the_last_session(session, as_ana, ben):
    treatments.ended(session, by=as_ana, assistant=ben, pain_after=3, seal_was_intact=True)

    found = carrying.onto(session, Draft(device=session.device), session, at=TEN + minutes(80))

    assert {getattr(found.draft, name) for name in MORE} == {None, False, ""}


def test_the_version_of_the_aftercare_is_kept_at_the_end(session, as_ana):
    treatments.saved(session, by=as_ana)
    session.refresh_from_db()

    ended = treatment.finish(session, ended_at=TEN + minutes(70), by=as_ana, at=TEN + minutes(70))

    assert (ended.aftercare_version, Session.objects.get().aftercare_version) == (1, 1)
