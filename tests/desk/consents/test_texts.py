"""A manager writes the next version of a consent text, looks at it, compares it, and publishes it."""

import pytest
from django.urls import reverse

from intake import consents, texts
from tests.desk.consents.conftest import paper_of
from tests.factories import intake
from tests.factories.booking import TEN

PRP = reverse("desk:consent_text", args=["prp"])


@pytest.fixture
def manager(max_, site):
    return paper_of(max_.user)


def words(language="en"):
    return texts.current("prp", language).words


def test_the_list_shows_every_purpose_with_its_version(manager):
    shown = manager.open(reverse("desk:consent_texts"))

    assert "Microneedling with PRP Version 1, since" in shown.text
    assert "EN, ES" in shown.text


def test_a_look_shows_what_changes_and_publishes_nothing(manager):
    manager.open(PRP)

    shown = manager.press("Look at it first", {"words_en": words().replace("a bruise", "a small bruise")})

    assert "a small bruise" in shown.styled("changes")[0].text
    assert texts.version_of("prp") == 1


def test_publishing_asks_everybody_to_sign_anew(manager, mia, as_ana):
    intake.signed(mia, by=as_ana, purpose="prp")
    manager.open(PRP)

    shown = manager.press("Publish", {"words_en": words().replace("a bruise", "a small bruise")})

    assert shown.toasts == ["Published: Microneedling with PRP, version 2. Whoever signed before is asked anew."]
    assert ("a small bruise" in words(), texts.current("prp", "es").version) == (True, 2)
    assert consents.covers(mia, "prp") is False


def test_the_same_words_are_not_published_again(manager):
    manager.open(PRP)

    assert manager.press("Publish").toasts == ["These words stand already; nothing was published."]
    assert texts.version_of("prp") == 1


def test_words_without_a_title_get_a_sentence_and_stay(manager):
    manager.open(PRP)

    shown = manager.press("Publish", {"words_en": "Just words."})

    assert (shown.status, shown.value("words_en").strip()) == (422, "Just words.")
    assert "The text begins with its title: one line with “# ” before it." in shown.text
    assert texts.version_of("prp") == 1


def test_what_a_colleague_published_meanwhile_is_compared_first(manager, max_):
    manager.open(PRP)
    intake.republished(TEN, max_, purpose="prp")

    shown = manager.press("Publish", {"words_en": "# PRP\n\nMine."})

    assert (shown.status, "Mine." in shown.value("words_en")) == (409, True)
    assert "Newer words." in shown.text
    manager.press("Publish")
    assert texts.version_of("prp") == 3


def test_an_unknown_purpose_is_not_found(manager):
    assert manager.open(PRP.replace("prp", "gossip")).status == 404


def test_the_desk_writes_no_consents(desk):
    assert desk.open(PRP).status == 403
