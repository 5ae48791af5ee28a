"""The screens of the health form: the desk's, and the patient's in English and in Spanish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from django.urls import reverse
from playwright.sync_api import Page

from clinic.actors import Actor
from clinic.models import Site
from intake.models import HealthForm
from patients import patients
from tests.factories.health_forms import address
from visits import health_forms

BORN = date(1994, 5, 21)
Of = Callable[..., object]


def of_health_forms(screen: Of, *, desk: str, nobody: str, at: datetime) -> Iterator[object]:
    """Yield each state of the form. screen: makes a Screen; desk and nobody: who looks at it."""
    house = Actor.system("pictures")
    for language, name in (("en", "Amara Bello"), ("es", "Lucía Ferrer")):
        person = patients.register(
            name=name, email=f"{language}@post.example", born_on=BORN, language=language, by=house, at=at
        )
        form = health_forms.send(person, site=Site.objects.get(), by=house, at=at)
        yield from _of_the_patient(screen, form, nobody, language)
        if language == "en":
            yield from _of_the_desk(screen, form, desk)


def _of_the_patient(screen: Of, form: HealthForm, nobody: str, language: str) -> Iterator[object]:
    begin = address(form)
    yield screen(f"form-begin-{language}", nobody, begin)
    yield screen(f"form-begin-wrong-{language}", nobody, begin, _born(1990))
    yield screen(f"form-details-{language}", nobody, begin, _born(BORN.year))
    yield screen(f"form-details-refused-{language}", nobody, address(form, "details"), _write_a_short_phone)
    yield screen(f"form-allergies-{language}", nobody, address(form, "allergies"))
    yield screen(f"form-allergies-refused-{language}", nobody, address(form, "allergies"), _send)
    yield screen(f"form-allergies-told-{language}", nobody, address(form, "allergies"), _name_nickel)
    yield screen(f"form-medicines-{language}", nobody, address(form, "medicines"))
    yield screen(f"form-procedures-{language}", nobody, address(form, "procedures"))


def _of_the_desk(screen: Of, form: HealthForm, desk: str) -> Iterator[object]:
    page = reverse("desk:health_form", args=[form.patient.uuid])
    yield screen("health-form-of-the-desk", desk, page)
    yield screen("health-form-sheet", desk, page, _press_the_sheet)


def _born(year: int) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for name, value in (("day", BORN.day), ("month", BORN.month), ("year", year)):
            page.locator(f"[name={name}]").fill(str(value))
        page.locator(".button.main").click()
        page.locator(".note.stop, [name=phone]").first.wait_for()

    return act


def _send(page: Page) -> None:
    page.locator(".button.main").click()
    page.locator(".note.stop").wait_for()


def _write_a_short_phone(page: Page) -> None:
    page.locator("[name=phone]").fill("12")
    _send(page)


def _name_nickel(page: Page) -> None:
    page.locator("[name=substance_1]").fill("Nickel")
    page.locator("[name=more]").click()
    page.locator(".one legend").first.wait_for()


def _press_the_sheet(page: Page) -> None:
    page.locator("form[action$='/sheet/'] button").click()
    page.locator(".qr").wait_for()
