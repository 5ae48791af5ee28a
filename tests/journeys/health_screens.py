"""The screens of the health form: the desk's, and the patient's in English and in Spanish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.urls import reverse
from playwright.sync_api import Page

from clinic.actors import Actor
from clinic.models import Site
from intake import health_forms as door
from intake.models import HealthForm
from intake.rules import Reply
from patients import health, patients
from patients.models import Medicine
from portal.health.history import CHANGED
from tests.factories.health_forms import address
from tests.factories.intake import signed
from tests.factories.screening import screened
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
        yield from _of_who_comes_back(screen, nobody, language, at)
        yield from _of_the_end(screen, nobody, language, at)
        if language == "en":
            yield from _of_the_desk(screen, form, desk)


def _of_the_patient(screen: Of, form: HealthForm, nobody: str, language: str) -> Iterator[object]:
    begin = address(form)
    yield screen(f"form-begin-{language}", nobody, begin)
    yield screen(f"form-begin-wrong-{language}", nobody, begin, _born(1990))
    yield screen(f"form-details-{language}", nobody, begin, _born(BORN.year))
    yield screen(f"form-details-refused-{language}", nobody, *_known(address(form, "details"), _write_a_short_phone))
    yield screen(f"form-allergies-{language}", nobody, *_known(address(form, "allergies")))
    yield screen(f"form-allergies-refused-{language}", nobody, *_known(address(form, "allergies"), _send))
    yield screen(f"form-medicines-{language}", nobody, *_known(address(form, "medicines")))
    yield screen(f"form-procedures-{language}", nobody, *_known(address(form, "procedures")))
    yield screen(f"form-questions-{language}", nobody, *_known(address(form, "q-you")))
    yield screen(f"form-questions-refused-{language}", nobody, *_known(address(form, "q-products"), _send))
    yield screen(f"form-check-{language}", nobody, *_known(address(form, "answers")))
    yield screen(f"form-check-refused-{language}", nobody, *_known(address(form, "answers"), _send))
    yield screen(f"form-sign-{language}", nobody, *_known(address(form, "sign-procedure")))
    yield screen(f"form-sign-refused-{language}", nobody, *_known(address(form, "sign-procedure"), _send))
    yield screen(f"form-sign-photos-{language}", nobody, *_known(address(form, "sign-clinical_photos")))


def _of_who_comes_back(screen: Of, nobody: str, language: str, at: datetime) -> Iterator[object]:
    """Yield what somebody confirms who told it all half a year ago."""
    name, house = f"Ines Back-{language}", Actor.system("pictures")
    person = patients.register(name=name, phone="0113 496 0600", born_on=BORN, language=language, by=house, at=at)
    health.note(Medicine, person, name="Levothyroxine", dose="50 µg", by=house, at=at)
    screened(person, by=house, at=at - timedelta(days=181), KELOID=Reply("yes", None, "On the shoulder"))
    form = health_forms.send(person, site=Site.objects.get(), by=house, at=at)
    door.save_step(form, CHANGED)
    yield screen(f"form-stands-{language}", nobody, *_known(address(form, "history")))
    yield screen(f"form-medicines-told-{language}", nobody, *_known(address(form, "medicines")))
    yield screen(f"form-last-time-{language}", nobody, *_known(address(form, "last-time")))
    yield screen(f"form-last-time-refused-{language}", nobody, *_known(address(form, "last-time"), _send))


def _of_the_end(screen: Of, nobody: str, language: str, at: datetime) -> Iterator[object]:
    """Yield the last page: nothing in the way, and where somebody calls before the visit."""
    for which, told in (("clear", {}), ("call", {"PREGNANT": Reply("yes")})):
        name, house = f"Olga Done-{language}-{which}", Actor.system("pictures")
        person = patients.register(name=name, phone="0113 496 0601", born_on=BORN, language=language, by=house, at=at)
        form, by = health_forms.send(person, site=Site.objects.get(), by=house, at=at), Actor.of_link(name, uuid4())
        door.unlock(form, born_on=BORN, by=by, at=at)
        screened(person, by=by, at=at, **told)
        signed(person, by=by, at=at)
        health_forms.finish(form, by=by, at=at)
        yield screen(f"form-done-{which}-{language}", nobody, address(form))


def _of_the_desk(screen: Of, form: HealthForm, desk: str) -> Iterator[object]:
    page = reverse("desk:health_form", args=[form.patient.uuid])
    yield screen("health-form-of-the-desk", desk, page)
    yield screen("health-form-sheet", desk, page, _press_the_sheet)


def _born(year: int) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        for name, value in (("day", BORN.day), ("month", BORN.month), ("year", year)):
            page.locator(f"[name={name}]").fill(str(value))
        page.locator(".button.main").click()
        page.locator(".note.stop, .asked [name=go]").first.wait_for()

    return act


def _known(where: str, act: Callable[[Page], None] | None = None) -> tuple[str, Callable[[Page], None]]:
    """Return a screen's address and what is done there: the date of birth is given first where it is asked for."""

    def acted(page: Page) -> None:
        if page.locator("[name=day]").count():
            _born(BORN.year)(page)
            page.goto(where)
        if act:
            act(page)

    return where, acted


def _send(page: Page) -> None:
    page.locator(".button.main").click()
    page.locator(".note.stop").wait_for()


def _write_a_short_phone(page: Page) -> None:
    page.locator("[name=phone]").fill("12")
    _send(page)


def _press_the_sheet(page: Page) -> None:
    page.locator("form[action$='/sheet/'] button").click()
    page.locator(".qr").wait_for()
