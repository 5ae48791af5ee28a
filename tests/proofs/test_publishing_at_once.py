"""Two managers publish a new version of the same consent text: the later one compares first, and no word is lost."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from intake import texts
from tests.factories import intake, treatments
from tests.factories.booking import TEN
from tests.journeys.paper import Paper, Sheet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


class Pressing(threading.Thread):
    """A manager who presses a button, on a connection of their own; `answer` is the page that they get."""

    answer: Sheet

    def __init__(self, screen: Paper, button: str, typed: dict[str, str]) -> None:
        super().__init__()
        self.screen, self.button, self.typed = screen, button, typed

    def run(self) -> None:
        try:
            self.answer = self.screen.press(self.button, self.typed)
        finally:
            connection.close()


def wait_until_it_waits(other: threading.Thread) -> None:
    for _turn in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        assert other.is_alive(), "it did not wait"
        time.sleep(0.05)
    raise AssertionError("the other manager never came to wait")


def test_the_later_of_two_managers_compares_first_and_keeps_what_they_wrote(max_, site):
    treatments.values()
    client = Client()
    client.force_login(max_.user)
    screen = Paper(client)
    screen.open(reverse("desk:consent_text", args=["prp"]))
    other = Pressing(screen, "Publish", {"words_en": "# PRP\n\nMine."})

    with transaction.atomic():
        intake.republished(TEN, max_, purpose="prp", words="Theirs.")
        other.start()
        wait_until_it_waits(other)
    other.join(timeout=60)

    assert (other.answer.status, other.answer.value("words_en").split()) == (409, ["#", "PRP", "Mine."])
    assert ("Theirs." in other.answer.text, texts.version_of("prp")) == (True, 2)
    assert screen.press("Publish").status == 200
    assert (texts.version_of("prp"), texts.current("prp").words) == (3, "# PRP\n\nMine.\n")
