"""The letters to patients: what none of them may say, promise or ask for."""

import re
import tomllib

import pytest

from clinic import words
from clinic.words.letters import HOUSE, NAMES
from tests.aftercare.letters import AFTER, LETTERS, VALUES, all_ways, said


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_no_letter_promises_that_there_is_no_downtime(app, code):
    promise = re.compile(r"down.?time|no recovery|heals? at once|nothing to heal", re.IGNORECASE)

    assert [text for text in all_ways(app, code) if promise.search(text)] == []


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_ibuprofen_is_named_only_to_a_patient_who_may_take_it(app, code):
    others = words.load(app, "en", code).conditions - {"ibuprofen_ok"}

    assert "ibuprofen" not in said(code, *others, app=app)


@pytest.mark.parametrize("code", AFTER)
def test_every_permission_says_from_when(code):
    own = [p for p in words.load("aftercare", "en", code).paragraphs if not p.block]
    rows = [line for p in own if p.kind == "rows" for line in p.lines]
    sentences = [s for p in own if p.kind in ("text", "bullets") for s in re.split(r"(?<=[.?!]) ", " ".join(p.lines))]
    allowed = [sentence for sentence in sentences if re.search(r"\byou may (?!notice)", sentence, re.IGNORECASE)]

    assert [text for text in [*rows, *allowed] if not re.search(r"from \{[a-z]+_(from|earliest)\}", text)] == []


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_redness_never_stands_alone_because_not_every_skin_shows_it(app, code):
    sentences = re.split(r"(?<=[.?!]) | - ", " ".join(all_ways(app, code)))
    felt = re.compile(r"warm|heat|feel|sore|swell|darker", re.IGNORECASE)

    assert [s for s in sentences if re.search(r"\bred(ness)?\b", s, re.IGNORECASE) and not felt.search(s)] == []


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_a_subject_is_short_and_tells_a_stranger_nothing(app, code):
    subject = words.render(words.load(app, "en", code), VALUES).subject
    private = re.compile(r"needl|treat|skin|heal|aftercare|session|scar|acne|collagen|PRP|\bfacial|peel", re.IGNORECASE)

    assert len(subject) <= 60
    assert private.search(subject) is None


@pytest.mark.parametrize("code", [code for code in words.codes("booking") if code != "NEW_LINK"])
def test_a_letter_about_an_appointment_never_names_the_treatment(code):
    treatment = re.compile(r"needl|collagen|\bPRP\b|vampire|treatment|session|peeling", re.IGNORECASE)

    assert [text for text in all_ways("booking", code) if treatment.search(text) or "appointment" not in text] == []


@pytest.mark.parametrize(("app", "code"), LETTERS)
def test_a_letter_is_read_easily_at_eleven(app, code):
    """The Flesch-Kincaid grade is at most 6, with names, dates and the clinic's own facts left out."""
    letter = words.load(app, "en", code)
    lines = [line for p in letter.paragraphs for line in p.lines if p.kind in ("text", "bullets")]
    sentences = [s for line in lines for s in re.split(r"(?<=[.?!:;]) ", re.sub(r"\{\w+\}", "it", line))]
    tokens = re.findall(r"[a-z']+", " ".join(sentences).lower())
    sounds = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", token)))) for token in tokens)

    assert 0.39 * len(tokens) / len(sentences) + 11.8 * sounds / len(tokens) - 15.59 <= 6.0


def test_the_list_of_names_is_exactly_what_the_letters_ask_for():
    listed = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    letters = {(app, code): words.load(app, "en", code) for app, code in LETTERS}
    files = {
        (p.parts[-4], p.stem) for app in ("aftercare", "booking") for p in (HOUSE / app / "words").glob("en/*.txt")
    }

    assert files == set(letters)
    assert {pair: sorted(letter.placeholders) for pair, letter in letters.items()} == {
        (app, code): sorted(names) for app, codes in listed["letters"].items() for code, names in codes.items()
    }
    assert set().union(*(letter.placeholders for letter in letters.values())) == set(listed["names"])
    assert set().union(*(letter.conditions for letter in letters.values())) == set(listed["conditions"])
    assert set(VALUES) == set(listed["names"])
