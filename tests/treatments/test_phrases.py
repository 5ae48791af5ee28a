"""Phrases: each practitioner's own, in their order, put after what a note says already."""

import pytest

from clinic.models import AuditRow
from tests.factories.booking import TEN
from treatments import phrases
from treatments.models import Phrase
from treatments.phrases import Row

PIN = Row("pin", "Pinpoint bleeding in all zones, stopped by itself.")
CALM = Row("calm", "Calm skin at the start.")


def kept(owner):
    return [(one.key, one.words) for one in phrases.of(owner)]


@pytest.mark.parametrize(
    ("note", "becomes"),
    [("", "Calm."), ("Slower left.", "Slower left. Calm."), ("Slower left.\n", "Slower left.\nCalm.")],
)
def test_a_phrase_comes_after_what_the_note_says(note, becomes):
    assert phrases.appended(note, "Calm.") == becomes


@pytest.mark.django_db
def test_phrases_are_kept_in_their_order_and_belong_to_one_person(ana, ben, as_ana):
    phrases.write(ana, [PIN, CALM], by=as_ana, at=TEN)
    phrases.write(ana, [Row(" ;Calm ", " Calm skin at the start. "), PIN], by=as_ana, at=TEN)

    assert kept(ana) == [("calm", CALM.words), ("pin", PIN.words)]
    assert kept(ben) == []
    assert phrases.found(ben, str(Phrase.objects.first().pk)) is None
    assert phrases.found(ana, "x") is None


@pytest.mark.django_db
def test_the_same_again_is_no_change(ana, as_ana):
    phrases.write(ana, [PIN], by=as_ana, at=TEN)
    phrases.write(ana, [PIN], by=as_ana, at=TEN)

    assert AuditRow.objects.filter(verb="phrases.changed").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "at", "sentence"),
    [
        (
            [PIN, Row("two words", "x")],
            (1, "key"),
            "Write a key of up to 20 letters and numbers without a blank, such as pin.",
        ),
        ([PIN, Row("PIN", "x")], (1, "key"), "Another phrase has this key already."),
        ([Row("pin", " ")], (0, "words"), "Write the words."),
        ([Row("pin", "x" * 501)], (0, "words"), "Use 500 letters at most."),
        ([Row(f"k{n}", "x") for n in range(41)], (40, "key"), "Keep 40 phrases at most."),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_row_and_nothing_changes(ana, as_ana, rows, at, sentence):
    phrases.write(ana, [CALM], by=as_ana, at=TEN)

    with pytest.raises(phrases.PhrasesRefused) as refused:
        phrases.write(ana, rows, by=as_ana, at=TEN)

    assert (refused.value.at, str(refused.value)) == (at, sentence)
    assert kept(ana) == [("calm", CALM.words)]
