"""Phrases on the page that keeps them and on the chart, without scripts: a press appends and keeps the chart."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.charting.typed import FULL
from tests.factories.booking import TEN
from treatments import phrases
from treatments.models import Session
from treatments.phrases import Row


@pytest.fixture
def mine(ana):
    client = Client()
    client.force_login(ana)
    return client


def test_a_press_puts_the_phrase_after_the_note_and_keeps_what_was_typed(tablet, chart, ana, as_ana):
    phrases.write(ana, [Row("calm", "Calm skin.")], by=as_ana, at=TEN)
    tablet.open(chart)

    tablet.press("calm", FULL | {"note": "Slower on the left."})

    assert Session.objects.get().note == "Slower on the left. Calm skin."
    assert Session.objects.get().erythema == 2


def test_only_the_first_eight_are_offered_for_a_tap(tablet, chart, ana, as_ana):
    phrases.write(ana, [Row(f"key{n}", "Words.") for n in range(10)], by=as_ana, at=TEN)

    (bar,) = tablet.open(chart).styled("phrase-bar")

    assert ["hidden" in one.attrs for one in bar.nodes] == [False] * 8 + [True] * 2


def test_a_phrase_of_somebody_else_adds_nothing(tablet, chart, ana, as_ana, ben):
    phrases.write(ana, [Row("calm", "Calm skin.")], by=as_ana, at=TEN)
    tablet.open(chart)
    ana.phrases.update(owner=ben)

    tablet.press("calm", FULL)

    assert Session.objects.get().note == "Calm throughout."


def test_the_page_keeps_rows_in_order_and_drops_the_empty_ones(mine, ana):
    said = {"key": ["pin", "", "calm"], "words": ["Pinpoint.", "", "Calm."]}

    answer = mine.post(reverse("desk:phrases"), said)

    assert answer.status_code == 302
    assert [(one.key, one.words) for one in phrases.of(ana)] == [("pin", "Pinpoint."), ("calm", "Calm.")]


def test_what_is_wrong_is_said_and_what_was_typed_stays(mine, ana):
    answer = mine.post(reverse("desk:phrases"), {"key": ["two words"], "words": ["Kept words."]})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#phrase-0-key"' in page
    assert "Kept words." in page
    assert phrases.of(ana) == []


def test_the_desk_has_no_phrases(db, site, dee):
    client = Client()
    client.force_login(dee.user)

    assert client.get(reverse("desk:phrases")).status_code == 403
