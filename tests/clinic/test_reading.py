"""How hard a letter is to read, as a hint beside its words."""

import pytest

from clinic import words
from clinic.words.reading import reading


def letter(text, language="en"):
    return words.parse(f"Subject: Hello\n\n# Hello\n\n{text}\n\n{{contact}}", language=language)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", ["AFTER_0H", "AFTER_24H", "FOLLOW_28D"])
def test_what_the_house_writes_is_very_easy_to_read(code, language):
    found = reading(words.load("aftercare", language, code))

    assert found.words == "Very easy to read: most children of eleven can."


def test_long_sentences_of_long_words_are_hard_and_the_longest_is_shown():
    sentence = (
        "Subsequent cutaneous hyperpigmentation, particularly following unprotected ultraviolet exposure, necessitates "
        "comprehensive photoprotective measures administered continuously throughout the postprocedural "
        "re-epithelialisation period and additionally whenever recommended by the responsible practitioner."
    )

    found = reading(letter(f"Keep cool. {sentence}"))

    assert not found.is_easy
    assert found.words.startswith("Hard to read.")
    assert found.hard_sentence == sentence


def test_spanish_is_judged_by_its_own_formula():
    easy = reading(letter("Beba agua. Use un gorro. Duerma bien.", "es"))
    hard = reading(letter("La hiperpigmentación postinflamatoria requiere fotoprotección ininterrumpida.", "es"))

    assert easy.ease > 90
    assert hard.ease < 45


def test_of_a_language_nobody_knows_nothing_is_said():
    assert reading(letter("Bine.", "ro")) is None


def test_names_and_dates_do_not_count_as_long_words():
    assert reading(letter("Wait until {makeup_from}.")).ease == reading(letter("Wait until it.")).ease
