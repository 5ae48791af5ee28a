"""The words that patients agree to: shipped in two languages, published as versions, never changed."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from clinic import guards
from clinic.models import AuditRow
from clinic.refusals import Stale
from intake import clinical, texts
from intake.models import ConsentText, Purpose
from tests.factories import intake
from tests.factories.booking import TEN, minutes

pytestmark = pytest.mark.django_db

DOCS = Path(settings.BASE_DIR) / "docs"
LANGUAGES = [code for code, _label in settings.LANGUAGES]


def published(words, *, by, version=1, purpose=Purpose.PROCEDURE):
    return texts.publish(purpose, words, version=version, by=by, at=TEN)


def test_every_purpose_is_shipped_in_every_language_and_says_its_rights():
    shipped = {(text.purpose, text.language): text for text in ConsentText.objects.all()}

    assert set(shipped) == {(purpose, language) for purpose in Purpose.values for language in LANGUAGES}
    assert {text.version for text in shipped.values()} == {1}
    for (purpose, language), text in shipped.items():
        kinds = [block.kind for block in texts.blocks(text.words)]
        assert (kinds.count("title"), kinds.count("heading") >= 2) == (1, True), (purpose, language)
        assert {"en": "at any", "es": "en cualquier momento"}[language] in " ".join(text.words.split()), purpose


def test_both_languages_have_the_same_sections_and_bullets():
    for purpose in Purpose.values:
        shapes = {
            tuple((block.kind, len(block.lines) if block.kind == "bullets" else 1) for block in texts.blocks(words))
            for words in (clinical.shipped(purpose, language) for language in LANGUAGES)
        }
        assert len(shapes) == 1, purpose


@pytest.mark.parametrize(
    "fact", ["infection", "scarring", "changes of skin colour", "what else could be done", "3 to 6 sessions"]
)
def test_the_procedures_words_say_what_the_clinical_facts_say(fact):
    assert fact in " ".join(clinical.shipped("procedure", "en").lower().split())


def test_the_sources_of_the_words_are_named_and_stand_among_the_clinical_facts():
    named = set(re.findall(r"C-\d+", (DOCS / "consent.md").read_text(encoding="utf-8")))
    known = set(re.findall(r"^\| (C-\d+)", (DOCS / "clinical.md").read_text(encoding="utf-8"), re.MULTILINE))

    assert len(named) > 20
    assert named - known == set()


def test_a_text_is_read_in_the_patients_language_else_in_the_houses():
    assert texts.current("procedure", "es").language == "es"
    assert texts.current("procedure", "fr").language == "en"
    assert texts.title(texts.current("procedure", "es")) == "Consentimiento para microneedling"


def test_publishing_makes_the_next_version_in_all_its_languages_together(max_):
    written = published({"en": "# New\n\nWords.", "es": "# Nuevo\n\nPalabras."}, by=max_)

    assert [(text.language, text.version, text.published_by) for text in written] == [
        ("en", 2, max_.user),
        ("es", 2, max_.user),
    ]
    assert texts.current("procedure", "es") == written[1]
    assert texts.version_of("prp") == 1
    assert AuditRow.objects.get(verb="consent_text.published").actor_name == max_.name


def test_a_language_that_the_new_version_leaves_out_is_read_in_the_houses(max_):
    (english,) = published({"en": "# New\n\nWords.", "es": "  "}, by=max_)

    assert texts.current("procedure", "es") == english


def test_the_same_words_are_no_new_version(max_):
    words = {text.language: text.words for text in ConsentText.objects.current().filter(purpose="procedure")}

    published(words, by=max_)

    assert texts.version_of("procedure") == 1


def test_two_who_publish_at_once_do_not_overwrite_each_other(max_, dee):
    published({"en": "# New\n\nWords."}, by=max_)

    with pytest.raises(Stale):
        published({"en": "# Other\n\nWords."}, by=dee)
    assert texts.version_of("procedure") == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"es": "# Nuevo\n\nPalabras."}, "The text is empty. Write what the patient agrees to."),
        ({"en": "Words without a title."}, "The text begins with its title: one line with “# ” before it."),
        ({"en": "# One\n\n# Two\n\nWords."}, "The text begins with its title: one line with “# ” before it."),
        ({"en": "# Only a title"}, "The text has a title and says nothing."),
        ({"en": "# Long\n\n" + "a" * 20_001}, "The text has more than 20000 letters."),
    ],
)
def test_words_that_nobody_can_agree_to_are_refused(max_, words, sentence):
    with pytest.raises(texts.NotWritable) as refused:
        published(words, by=max_)

    assert str(refused.value) == sentence
    assert texts.version_of("procedure") == 1


def test_loading_again_leaves_what_the_clinic_published(max_):
    published({"en": "# New\n\nWords."}, by=max_)

    assert clinical.load(TEN) == 0
    assert ConsentText.objects.filter(purpose="procedure").count() == 3


def test_a_language_that_is_missing_comes_with_the_next_loading():
    with guards.lifted("intake_consenttext_append_only"):
        ConsentText.objects.filter(purpose="prp", language="es").delete()

    assert clinical.load(TEN + minutes(5)) == 1
    assert texts.current("prp", "es").version == 1


def test_without_a_text_nobody_can_agree():
    with guards.lifted("intake_consenttext_append_only"):
        ConsentText.objects.all().delete()

    with pytest.raises(texts.NoConsentText):
        texts.current()


def test_what_changes_is_shown_line_by_line():
    lines = texts.changes("# A\n\nOld words.\nThe same.", "# A\n\nNew words.\nThe same.")

    assert [(line.kind, line.words) for line in lines] == [
        ("same", "# A"),
        ("same", ""),
        ("gone", "Old words."),
        ("new", "New words."),
        ("same", "The same."),
    ]


def test_a_text_is_cut_into_its_pieces():
    words = "# Title\n\n## What\nOne line\ngoes on.\n\n- first\n- second\nstill second\n"

    assert [(block.kind, block.lines) for block in texts.blocks(words)] == [
        ("title", ("Title",)),
        ("heading", ("What",)),
        ("text", ("One line goes on.",)),
        ("bullets", ("first", "second still second")),
    ]


def test_a_new_version_asks_for_a_new_signature(mia, as_ana):
    intake.signed(mia, by=as_ana)
    intake.republished(TEN, as_ana)

    assert texts.version_of("procedure") == 2
