"""The session as it is ended, signed and added to."""

from datetime import timedelta

import pytest

from clinic.actors import Actor
from clinic.refusals import Refused
from tests.factories import stock, treatments
from tests.factories.booking import TEN, minutes
from treatments import addenda, rule_sets, sessions
from treatments.models import Addendum, Session

pytestmark = pytest.mark.django_db

ELEVEN = TEN + minutes(60)


def lacks(call) -> list[str]:
    with pytest.raises(sessions.Incomplete) as incomplete:
        call()
    return [one.words for one in incomplete.value.missing]


# --- the end -------------------------------------------------------------------------------------------------


def test_a_treatment_ends_once_everything_is_there(session, as_ana):
    over = treatments.ended(session, by=as_ana)

    assert (over.ended_at, over.is_signed) == (TEN + minutes(70), False)


def test_everything_that_is_missing_is_said_at_once(session, as_ana):
    with pytest.raises(sessions.Incomplete) as incomplete:
        sessions.end(session, ended_at=ELEVEN, by=as_ana, at=ELEVEN)

    assert str(incomplete.value) == (
        "The chart still needs: a zone; the cartridge; the serum, or “no serum”; the numbing cream, or “no numbing "
        "cream”; the redness; the swelling; the pain; that aftercare was explained; that the sharps were disposed of."
    )
    assert Session.objects.get().ended_at is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"zones": ()}, "a zone"),
        ({"device": None}, "the device"),
        ({"cartridge_lot": None}, "the cartridge"),
        ({"serum_is_none": False}, "the serum, or “no serum”"),
        ({"anaesthetic_is_none": False}, "the numbing cream, or “no numbing cream”"),
        ({"erythema": None}, "the redness"),
        ({"oedema": None}, "the swelling"),
        ({"pain_during": None}, "the pain"),
        ({"aftercare_given": False}, "that aftercare was explained"),
        ({"sharps_disposed": False}, "that the sharps were disposed of"),
    ],
)
def test_no_treatment_ends_without(session, as_ana, fields, words):
    assert lacks(lambda: treatments.ended(session, by=as_ana, **fields)) == [words]


@pytest.mark.parametrize("left", [{"off_at": None, "is_removed": False}, {"is_removed": False}])
def test_no_treatment_ends_with_the_cream_still_on(session, as_ana, left):
    row = treatments.cream_row(stock.cream(), **left)

    assert lacks(lambda: treatments.ended(session, by=as_ana, creams=(row,), anaesthetic_is_none=False)) == [
        "when the cream LC-0417 came off, and that it was removed fully"
    ]


def test_no_treatment_ends_without_the_reasons_that_were_asked_for(session, as_ana):
    zones = (treatments.row("cheek", "1.75"), treatments.row("forehead", "1.25"))
    row = treatments.serum_row(stock.serum(open_channel="override"))

    found = lacks(lambda: treatments.ended(session, by=as_ana, zones=zones, serums=(row,), serum_is_none=False))

    assert found == ["a reason for Cheek", "a reason for Forehead", "a reason for Gel override"]


@pytest.mark.parametrize(
    ("ended_at", "sentence"),
    [
        (TEN - minutes(5), "The end, 09:55, is before the start, 10:00."),
        (TEN + minutes(90), "The end, 11:30, has not come yet."),
    ],
)
def test_an_end_before_the_start_or_in_the_future_is_refused(session, as_ana, ended_at, sentence):
    kept = treatments.saved(session, by=as_ana)

    with pytest.raises(Refused) as refused:
        sessions.end(kept, ended_at=ended_at, by=as_ana, at=TEN + minutes(70))

    assert str(refused.value) == sentence


def test_the_end_is_not_before_the_needles_stopped(session, as_ana):
    kept = treatments.saved(
        session, by=as_ana, needling_started_at=TEN + minutes(30), needling_ended_at=TEN + minutes(55)
    )

    with pytest.raises(Refused) as refused:
        sessions.end(kept, ended_at=TEN + minutes(50), by=as_ana, at=ELEVEN)

    assert str(refused.value) == "The end, 10:50, is before the needling ended, 10:55."


def test_a_treatment_ends_once(session, as_ana):
    over = treatments.ended(session, by=as_ana)

    with pytest.raises(sessions.AlreadyEnded):
        sessions.end(over, ended_at=ELEVEN, by=as_ana, at=TEN + minutes(75))

    assert Session.objects.get().ended_at == TEN + minutes(70)


# --- the signature -------------------------------------------------------------------------------------------


def test_a_signed_record_carries_its_seal(session, ana, as_ana):
    sealed = treatments.signed(session, by=as_ana)

    assert (sealed.signed_by, sealed.signed_at, len(sealed.seal_digest)) == (ana, TEN + minutes(75), 64)
    assert sealed.rule_set == rule_sets.current(ELEVEN)
    assert sessions.verify(sealed) is True


def test_only_who_did_the_session_signs_it(session, as_ana, ben):
    over = treatments.ended(session, by=as_ana)

    with pytest.raises(sessions.NotYours) as not_yours:
        sessions.sign(over, by=Actor.of(ben), at=over.ended_at)

    assert str(not_yours.value) == "Ana Duarte did this session and signs it."
    assert Session.objects.get().is_signed is False


def test_nobody_signs_before_the_end(session, as_ana):
    kept = treatments.saved(session, by=as_ana)

    assert lacks(lambda: sessions.sign(kept, by=as_ana, at=ELEVEN)) == ["the end of the treatment"]


def test_nobody_signs_a_chart_from_which_something_was_taken(session, as_ana):
    over = treatments.ended(session, by=as_ana)
    less = treatments.changed(over, by=as_ana, at=over.ended_at, erythema=None)

    assert lacks(lambda: sessions.sign(less, by=as_ana, at=less.ended_at)) == ["the redness"]


def test_a_chart_may_still_be_completed_between_end_and_signature(session, as_ana):
    over = treatments.ended(session, by=as_ana)

    kept = treatments.changed(over, by=as_ana, at=over.ended_at, note="Slept well afterwards.")

    assert sessions.sign(kept, by=as_ana, at=over.ended_at).note == "Slept well afterwards."


def test_after_the_signature_nothing_is_saved_ended_or_signed_again(session, as_ana):
    sealed = treatments.signed(session, by=as_ana)

    for call in (
        lambda: treatments.changed(sealed, by=as_ana, note="Other words."),
        lambda: sessions.end(sealed, ended_at=ELEVEN, by=as_ana, at=ELEVEN + minutes(60)),
        lambda: sessions.sign(sealed, by=as_ana, at=ELEVEN + minutes(60)),
    ):
        with pytest.raises(sessions.AlreadySigned) as signed:
            call()
        assert str(signed.value) == "This record is signed and stays as it is. Write a dated addendum to correct it."
    assert Session.objects.get().note == "Calm throughout."


# --- addenda -------------------------------------------------------------------------------------------------


def test_an_addendum_stands_beside_a_signed_record(session, ana, as_ana):
    sealed = treatments.signed(session, by=as_ana)
    later = TEN + timedelta(days=2)

    written = addenda.add(sealed, reason="Wrong side", words="The left cheek had four passes.", by=as_ana, at=later)

    assert (written.written_by, written.written_at, list(sealed.addenda.all())) == (ana, later, [written])
    assert sessions.verify(sealed) is True


def test_a_draft_takes_no_addendum(session, as_ana):
    with pytest.raises(addenda.NotSigned):
        addenda.add(session, reason="Wrong side", words="Words.", by=as_ana, at=ELEVEN)


@pytest.mark.parametrize(("reason", "words"), [(" ", "Words."), ("Wrong side", " ")])
def test_an_addendum_says_why_and_what(session, as_ana, reason, words):
    sealed = treatments.signed(session, by=as_ana)

    with pytest.raises(addenda.NothingSaid):
        addenda.add(sealed, reason=reason, words=words, by=as_ana, at=ELEVEN + minutes(60))

    assert Addendum.objects.count() == 0
