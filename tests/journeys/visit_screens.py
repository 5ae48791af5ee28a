"""The screens of a patient's visit behind its link, in English and in Spanish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta

from playwright.sync_api import Page

from aftercare import book_links
from booking import free_times, visit_links
from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Service, Site
from clinic.refusals import Refused
from patients import links, patients
from treatments import courses
from treatments.models import Course
from visits import by_link, own_choice, reception

Of = Callable[..., object]
HOUSE = Actor.system("pictures")
SOON = timedelta(days=8)


def of_visits(screen: Of, *, nobody: str, at: datetime) -> Iterator[object]:
    """Yield each state of a visit's page and of the choice of another time. screen: makes a Screen."""
    for language, name in (("en", "Ngozi Adebayo"), ("es", "Marta Ibáñez")):
        visit, address = _booked(name, language, at)
        later = _free(visit.site, (visit.starts_at + timedelta(days=1)).date(), at)
        yield screen(f"own-visit-{language}", nobody, address)
        yield screen(f"own-visit-cancel-{language}", nobody, f"{address}cancel/")
        yield screen(f"own-visit-cancel-refused-{language}", nobody, f"{address}cancel/", _say_too_much)
        yield screen(f"own-visit-month-{language}", nobody, f"{address}change/")
        yield screen(f"own-visit-month-empty-{language}", nobody, f"{address}change/?month=2999-01")
        yield screen(f"own-visit-day-{language}", nobody, f"{address}change/{_day(later)}/")
        yield screen(f"own-visit-day-anybody-{language}", nobody, f"{address}change/{_day(later)}/?who=any")
        start = f"{address}change/{int(later.starts_at.timestamp())}/{later.practitioner.pk}/"
        yield screen(f"own-visit-time-{language}", nobody, start)
        gone = f"{address}change/{int(later.starts_at.timestamp()) + 60}/{later.practitioner.pk}/"
        yield screen(f"own-visit-gone-{language}", nobody, gone, status=409)
        known = {"by": Actor.of_link(name, visit.uuid), "at": at}
        yes, address = _booked(f"{name} Yes", language, at)
        by_link.confirm(yes, version=yes.version, **known)
        yield screen(f"own-visit-confirmed-{language}", nobody, address)
        no, address = _booked(f"{name} No", language, at)
        by_link.cancel(no, version=no.version, **known)
        yield screen(f"own-visit-cancelled-{language}", nobody, address)


def of_next_sessions(screen: Of, *, nobody: str, at: datetime) -> Iterator[object]:
    """Yield the pages on which the next session of a course is chosen, and what they say when it takes a call."""
    choice, course = _bookable(at)
    address = links.path(book_links.give(courses.last_session(course), at=at))
    free = choice.soonest(anybody=True)
    assert free is not None
    yield screen("book-month", nobody, address)
    yield screen("book-day", nobody, f"{address}{choice.day_of(free)}/?who=any")
    yield screen("book-time", nobody, f"{address}{int(free.starts_at.timestamp())}/{free.practitioner.pk}/?who=any")
    resting = Course.objects.filter(state=Course.State.PAUSED, sessions__ended_at__isnull=False).first()
    if resting is not None:
        given = {"purpose": book_links.PURPOSE, "subject": book_links.subject(resting)}
        link = links.standing(patient=resting.patient, expires_at=at + SOON, at=at, **given)
        yield screen("book-call-us", nobody, links.path(link))
    visit, _own = _booked("Sofia Later", "en", at)
    past = links.make(
        patient=visit.patient,
        purpose=visit_links.PURPOSE,
        subject=f"{visit_links.SUBJECT}0",
        expires_at=at - timedelta(days=1),
        at=at - SOON,
    )
    yield screen("own-link-run-out", nobody, links.path(past), status=410)
    yield screen("own-link-asked-anew", nobody, links.path(past), _ask_anew, status=410)


def _bookable(at: datetime) -> tuple[own_choice.Choice, Course]:
    """Return a course of which the next session can be chosen now, with its times."""
    for course in Course.objects.filter(state=Course.State.RUNNING).order_by("pk"):
        if own_choice.booked(course.patient, at=at) is None:
            with suppress(Refused):
                choice = own_choice.to_book(course, at=at)
                if choice.soonest(anybody=True):
                    return choice, course
    raise LookupError("no course of the demonstration waits for its next session")


def _ask_anew(page: Page) -> None:
    page.locator(".button.main").click()
    page.get_by_role("heading", name="A new link").wait_for()


def _booked(name: str, language: str, at: datetime) -> tuple[Appointment, str]:
    person = patients.register(
        name=name, email=f"{name.split()[0].lower()}@post.example", language=language, by=HOUSE, at=at
    )
    site = Site.objects.get()
    free = _free(site, (at + SOON).date(), at)
    visit = reception.book(
        patient=person,
        service=_consultation(),
        practitioner=free.practitioner,
        starts_at=free.starts_at,
        site=site,
        by=HOUSE,
        at=at,
    )
    link = visit_links.of(visit, at=at)
    assert link is not None
    return visit, links.path(link)


def _consultation() -> Service:
    return Service.objects.filter(kind=Service.Kind.CONSULTATION, is_offered=True).earliest("position", "pk")


def _free(site: Site, day: date, at: datetime) -> free_times.FreeTime:
    return free_times.find(service=_consultation(), site=site, start=day, days=14, at=at, limit=1)[0]


def _day(free: free_times.FreeTime) -> str:
    return f"{free.starts_at:%Y-%m-%d}"


def _say_too_much(page: Page) -> None:
    page.locator("textarea").evaluate("box => box.removeAttribute('maxlength')")  # as from a browser that knows none
    page.locator("textarea").fill("So much to say. " * 20)
    page.locator(".button.main").click()
    page.locator(".note.stop").wait_for()
