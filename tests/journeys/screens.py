"""Every screen of the house, as the demo clinic shows it on a Monday in November at four minutes past two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page

from booking.models import Appointment
from clinic.mailbox import Mailbox
from clinic.models import Service, User
from outbox import letters
from outbox.models import Notice
from patients.models import Patient
from treatments.models import Session

DAY = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 23, 14, 4, tzinfo=UTC)  # London is on UTC
DEE, ANA, MAX = "dee@rowan.example", "ana@rowan.example", "max@rowan.example"
NOBODY = ""

Act = Callable[[Page], object]


@dataclass(frozen=True)
class Screen:
    """One thing to look at. who: an e-mail, or NOBODY; act: what is done there first, beyond opening it."""

    name: str
    who: str
    address: str
    act: Act | None = None
    status: int = 200


def furnish(mailbox: Path) -> None:
    """Fill an empty database with the demo clinic, and its mailbox with a letter."""
    call_command("demo", day=DAY, force=True, stdout=StringIO())
    letter = Notice.objects.filter(kind="AFTER_24H", channel=Notice.Channel.MAIL).latest("due_at")
    Mailbox(mailbox).keep(letters.compose(letter, to=letter.patient.email, at=MOMENT), at=MOMENT)


def all_screens(mailbox: Path) -> list[Screen]:
    """Return every screen, person by person."""
    return [
        *_before_the_house(),
        *_of_the_day(),
        *_of_patients(),
        *_of_the_treatment(),
        *_of_hours(),
        *_of_messages(mailbox),
    ]


def _before_the_house() -> Iterator[Screen]:
    yield Screen("sign-in", NOBODY, reverse("account_login"))
    yield Screen("sign-in-refused", NOBODY, reverse("account_login"), _sign_in_with_nothing)
    yield Screen("password-reset", NOBODY, reverse("account_reset_password"))


def _sign_in_with_nothing(page: Page) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.locator(".errbox").wait_for()


def _of_the_day() -> Iterator[Screen]:
    book, rested, booked = reverse("desk:book"), _patient_at_rest(), _visit(Appointment.State.BOOKED)
    visit, newcomer = reverse("desk:appointment", args=[booked.uuid]), Patient.objects.latest("pk")

    yield Screen("board", DEE, "/?view=board")
    yield Screen("list", DEE, "/?view=list")
    yield Screen("board-closed", DEE, f"/?day={DAY - timedelta(days=1)}")
    yield Screen("drawer-empty", DEE, book)
    yield Screen("drawer-found", DEE, f"{book}?q=ma")
    yield Screen("drawer-patient", DEE, f"{book}?patient={newcomer.uuid}")
    yield Screen("drawer-new", DEE, f"{book}?pick=new&q=Amara+Bel")
    yield Screen("drawer-problems", DEE, f"{book}?pick=new&q=Jo", _send)
    yield Screen("drawer-refusal", DEE, f"{book}?patient={rested.uuid}&start={DAY + timedelta(days=3)}T14:00")
    yield Screen("drawer-talk-first", DEE, f"{book}?patient={newcomer.uuid}&service={_needling().pk}")
    yield Screen("drawer-outside-hours", MAX, f"{book}?patient={newcomer.uuid}&start={DAY + timedelta(days=1)}T19:00")
    yield Screen("drawer-unreliable", DEE, f"{book}?patient={_missed().patient.uuid}")
    yield Screen("visit", DEE, visit)
    yield Screen("visit-done", DEE, reverse("desk:appointment", args=[_visit(Appointment.State.DONE).uuid]))
    yield Screen("visit-called-off", DEE, reverse("desk:appointment", args=[_called_off().uuid]))
    yield Screen("visit-cancelling", DEE, visit, _unfold("Cancel the visit"))
    yield Screen("visit-moving", DEE, reverse("desk:appointment_move", args=[booked.uuid]))
    yield Screen("me", DEE, "/?view=list", lambda page: page.locator("#me > summary").click())
    yield Screen("not-yours", DEE, reverse("desk:my_day"), status=403)
    yield Screen("not-here", DEE, "/nowhere/", status=404)


def _of_patients() -> Iterator[Screen]:
    person = _patient_at_rest()
    record, edit = reverse("desk:patient", args=[person.uuid]), reverse("desk:patient_edit", args=[person.uuid])

    yield Screen("patients", DEE, reverse("desk:patients"))
    yield Screen("patients-none", DEE, reverse("desk:patients") + "?q=xyzzy")
    yield Screen("record-of-the-desk", DEE, record)
    yield Screen("patient-new", DEE, reverse("desk:patient_new"))
    yield Screen("patient-new-refused", DEE, reverse("desk:patient_new"), _send)
    yield Screen("patient-edit", DEE, edit)
    yield Screen("record-of-a-clinician", ANA, record)
    yield Screen("patient-edit-clinical", ANA, edit)


def _of_the_treatment() -> Iterator[Screen]:
    draft, ended = _session(ended_at=None), _session(ended_at__isnull=False, signed_at=None)
    sealed, here = _session(addenda__isnull=False), _visit(Appointment.State.ARRIVED)
    start, chart = reverse("desk:start", args=[here.uuid]), reverse("desk:chart", args=[draft.uuid])

    yield Screen("my-day", ANA, reverse("desk:my_day"))
    yield Screen("start", ANA, start)
    yield Screen("start-refused", ANA, start, _send)
    yield Screen("start-not-arrived", ANA, reverse("desk:start", args=[_visit(Appointment.State.BOOKED).uuid]))
    yield Screen("chart", ANA, chart)
    yield Screen("chart-refused", ANA, chart, _write_nine_millimetres)
    yield Screen("review", ANA, reverse("desk:session_review", args=[draft.uuid]))
    yield Screen("review-ended", ANA, reverse("desk:session_review", args=[ended.uuid]))
    yield Screen("sealed-record", ANA, reverse("desk:record", args=[sealed.uuid]), _unfold("Add an addendum"))


def _of_hours() -> Iterator[Screen]:
    ana = User.objects.get(email=ANA)
    week, day = reverse("desk:hours_week", args=[ana.pk]), reverse("desk:hours_day", args=[ana.pk])

    yield Screen("hours-of-the-desk", DEE, reverse("desk:hours"))
    yield Screen("hours", MAX, reverse("desk:hours"))
    yield Screen("hours-week", MAX, week)
    yield Screen("hours-week-refused", MAX, week, _write_half_a_span)
    yield Screen("hours-opening", MAX, reverse("desk:hours_week", args=["site"]))
    yield Screen("hours-day", MAX, f"{day}?on={DAY + timedelta(days=1)}")
    yield Screen("hours-day-refused", MAX, day, _send)
    yield Screen("hours-outside", MAX, reverse("desk:hours_outside", args=[ana.pk]))
    yield Screen("holidays", MAX, reverse("desk:holidays"))
    yield Screen("holidays-none-ticked", MAX, reverse("desk:holidays"), _send)
    yield Screen("rules", MAX, reverse("desk:booking_rules"), _unfold("Add a room or a chair"))
    yield Screen("rules-service", MAX, reverse("desk:rules_service", args=["microneedling"]))
    yield Screen("rules-service-refused", MAX, reverse("desk:rules_service", args=["review"]), _take_out_the_patient)


def _write_half_a_span(page: Page) -> None:
    page.locator('[name="d0-1-to"]').fill("")
    _send(page)


def _take_out_the_patient(page: Page) -> None:
    page.locator('[name="phases-0-patient"]').uncheck()
    _send(page)


def _of_messages(mailbox: Path) -> Iterator[Screen]:
    messages = reverse("desk:messages")
    failed = Notice.objects.get(state=Notice.State.FAILED)
    sheet = Notice.objects.get(state=Notice.State.DUE, channel=Notice.Channel.SHEET)
    (letter, *_others) = Mailbox(mailbox).letters()

    yield Screen("messages-of-the-desk", DEE, messages)
    yield Screen("message-of-the-desk", DEE, reverse("desk:message", args=[failed.uuid]))
    for shelf in ("due", "hand", "sent", "withdrawn", "failed"):
        yield Screen(f"messages-{shelf}", MAX, f"{messages}?show={shelf}")
    yield Screen("feeds", MAX, reverse("desk:feeds"), _make_an_address)
    yield Screen("feeds-of-a-practitioner", ANA, reverse("desk:feeds"))
    yield Screen("feeds-of-the-desk", DEE, reverse("desk:feeds"))
    yield Screen("clinical-values", MAX, reverse("desk:values"))
    yield Screen("message", MAX, reverse("desk:message", args=[failed.uuid]))
    yield Screen("message-due", MAX, reverse("desk:message", args=[sheet.uuid]), _unfold("Take it back"))
    yield Screen("sheet", MAX, reverse("desk:message_sheet", args=[sheet.uuid]))
    yield Screen("mailbox", MAX, reverse("desk:mailbox"))
    yield Screen("mailbox-letter", MAX, reverse("desk:mailbox_letter", args=[letter.name]))


def _patient_at_rest() -> Patient:
    """Return somebody who was treated today, so that a visit in three days is too soon."""
    return Session.objects.filter(ended_at__date=DAY, course__state="running").earliest("ended_at").patient


def _visit(state: str) -> Appointment:
    """Return the first visit for needling of the day that stands like this."""
    visits = Appointment.objects.filter(state=state, starts_at__date=DAY, service__kind=Service.Kind.NEEDLING)
    return visits.earliest("starts_at")


def _needling() -> Service:
    return Service.objects.filter(kind=Service.Kind.NEEDLING).earliest("position")


def _missed() -> Appointment:
    return Appointment.objects.filter(state=Appointment.State.NO_SHOW).earliest("starts_at")


def _called_off() -> Appointment:
    return Appointment.objects.filter(state=Appointment.State.CANCELLED).latest("starts_at")


def _session(**which: object) -> Session:
    return Session.objects.filter(**which).latest("started_at")


def _send(page: Page) -> None:
    """Send the page's form as it is, and wait for what is wrong with it."""
    page.locator("[data-send]").click()
    page.locator(".errbox").wait_for()


def _make_an_address(page: Page) -> None:
    page.get_by_role("button", name="for Ana").first.click()
    page.locator("#feed-address").wait_for()


def _unfold(words: str) -> Act:
    return lambda page: page.locator("summary", has_text=words).first.click()


def _write_nine_millimetres(page: Page) -> None:
    page.locator('[name="zones-0-zone"]').select_option(label="Cheek")
    page.locator('[name="zones-0-endpoint"]').select_option(label="Even erythema")
    page.locator('[name="zones-0-pass_count"]').fill("4")
    page.locator('[name="zones-0-depth_mm"]').fill("9")
    _send(page)
