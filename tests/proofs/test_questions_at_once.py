"""Two who manage change the questions at once: the later one is told, and the change of the first is not lost."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clinic.actors import Actor
from clinic.models import Role
from intake import question_sets
from tests.factories import clinic as house
from tests.factories import treatments
from tests.factories.booking import TEN
from tests.journeys.paper import Paper
from tests.proofs.test_publishing_at_once import Pressing, wait_until_it_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_the_later_of_two_reads_the_newest_before_a_version_is_made(site):
    treatments.values()
    vera = house.user("Vera Lind", Role.PRESCRIBER)
    client = Client()
    client.force_login(vera)
    screen = Paper(client)
    screen.open(reverse("desk:question_life"))
    other = Pressing(screen, "Save as a new version", {"days": "90", "reason": "We ask every season"})

    with transaction.atomic():
        said = {"version": 1, "reason": "Plainer", "by": Actor.of(vera), "at": TEN}
        question_sets.change("KELOID", words="Raised scars?", **said)
        other.start()
        wait_until_it_waits(other)
    other.join(timeout=60)

    assert (other.answer.status, question_sets.current().life_days) == (409, 180)
    screen.press("Save as a new version")
    made = question_sets.current()
    assert (made.version, made.life_days) == (3, 90)
    assert made.questions.get(code="KELOID").words == "Raised scars?"
