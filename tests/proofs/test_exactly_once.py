"""One form, or one request of a machine, comes twice in the same moment: it is done once, and both get one answer.

Both look whether it was answered before either has acted: they meet there. Beside the proofs stand their controls, the
same two with no name taken in the transaction; and what a crash leaves between the deed and its answer.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from api.answers import Named
from api.models import Answer
from booking.models import Appointment, Closure, Feed, WaitlistEntry
from clinic import keys, submissions, wall_time
from clinic.actors import Actor
from clinic.models import Room, Service, Submission, User
from patients.models import Patient
from tests.factories import clinic
from tests.proofs.racing import House, Meeting, rush

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_engines]

JO = {"name": "Jo Park", "phone": "0113 496 0555"}


class StruckDown(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Desk:
    """The house, with a manager who also books, and what she sends."""

    house: House
    max_: User = field(default_factory=clinic.max_)

    def send(self, address: str, fields: dict[str, Any]) -> HttpResponse:
        """Post a form from a browser of its own, as the second press of a button does."""
        browser = Client()
        browser.force_login(self.max_)
        return browser.post(address, fields)

    def twice(self, address: str, fields: dict[str, Any]) -> list[HttpResponse]:
        """Post the same form from two roads in the same moment."""
        said = {"form_key": str(uuid.uuid4()), **fields}
        return rush([partial(self.send, address, said)] * 2)

    @property
    def a_day(self) -> date:
        """A Monday to come."""
        today = wall_time.local(timezone.now(), self.house.site.zone).date()
        return today + timedelta(days=14 - today.weekday())

    def closure(self) -> tuple[str, dict[str, Any]]:
        what = f"practitioner-{self.house.ana.pk}"
        return reverse("desk:closure_add"), {"what": what, "from_day": self.a_day.isoformat(), "words": ""}

    def holiday(self) -> tuple[str, dict[str, Any]]:
        page = Client()
        page.force_login(self.max_)
        lines = page.get(reverse("desk:holidays")).context["lines"]
        return reverse("desk:holidays"), {"on": [line.iso for line in lines if line.may_close][:2]}

    def waits(self) -> tuple[str, dict[str, Any]]:
        who, service = self.house.people[0], self.house.consultation
        return reverse("desk:waitlist_add"), {"patient": who.uuid, "service": service.pk, "part": ""}

    def booking(self, **patient: Any) -> tuple[str, dict[str, Any]]:
        time = f"{self.house.free(limit=1)[0]:%Y-%m-%dT%H:%MZ}/{self.house.ana.pk}"
        who = patient or {"patient": self.house.people[0].uuid}
        return reverse("desk:book"), {
            **who, "service": self.house.consultation.pk, "time": time, "tell_patient": "on", "do": "book",
        }  # fmt: skip

    def newcomer(self) -> tuple[str, dict[str, Any]]:
        return reverse("desk:patient_new"), JO

    def chair(self) -> tuple[str, dict[str, Any]]:
        return reverse("desk:rules_places"), {"do": "add", "kind": Room.Kind.CHAIR, "name": "Chair 1"}

    def feed(self) -> tuple[str, dict[str, Any]]:
        return reverse("desk:feed_make", args=[f"practitioner-{self.house.ana.pk}"]), {}


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return Desk(House.build())


@pytest.fixture
def both_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first two who ask whether a form or request was answered before wait for each other's look."""
    meeting, of_form, of_request = Meeting(2), submissions.answered_before, Named.of_the_first

    def look(request: Any) -> str | None:
        answer = of_form(request)
        meeting.wait()
        return answer

    def look_for_machine(named: Named) -> HttpResponse | None:
        answer = of_request(named)
        meeting.wait()
        return answer

    monkeypatch.setattr(submissions, "answered_before", look)
    monkeypatch.setattr(Named, "of_the_first", look_for_machine)


def takes_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions.Form, "take", lambda form: None)
    monkeypatch.setattr(Named, "take", lambda named: None)


def led(answers: list[HttpResponse]) -> Counter[tuple[int, str]]:
    return Counter((one.status_code, one.headers.get("Location", "")) for one in answers)


def jos() -> int:
    return Patient.objects.filter(name=JO["name"]).count()


FORMS: dict[str, tuple[Callable[[Desk], tuple[str, dict[str, Any]]], Callable[[], int], int]] = {
    "a closure": (Desk.closure, Closure.objects.count, 1),
    "two holidays": (Desk.holiday, Closure.objects.count, 2),
    "somebody on the waitlist": (Desk.waits, WaitlistEntry.objects.count, 1),
    "a visit": (Desk.booking, Appointment.objects.count, 1),
    "a visit of somebody new": (partial(Desk.booking, is_new="on", **JO), jos, 1),
    "somebody new": (Desk.newcomer, jos, 1),
    "a chair": (Desk.chair, Room.objects.filter(kind=Room.Kind.CHAIR).count, 1),
}


@pytest.mark.parametrize(("form", "count", "wanted"), FORMS.values(), ids=FORMS)
@pytest.mark.usefixtures("both_look_first")
def test_a_form_that_is_posted_twice_at_once_is_done_once_and_leads_to_one_page(
    desk: Desk, form: Callable[[Desk], tuple[str, dict[str, Any]]], count: Callable[[], int], wanted: int
) -> None:
    answers = desk.twice(*form(desk))

    assert led(answers) == {(302, answers[0].headers["Location"]): 2}
    assert (count(), Submission.objects.count()) == (wanted, 1)


@pytest.mark.usefixtures("both_look_first")
def test_an_address_for_a_calendar_that_is_asked_for_twice_at_once_is_shown_once_and_stands(desk: Desk) -> None:
    answers = desk.twice(*desk.feed())

    assert led(answers) == {(200, ""): 1, (302, reverse("desk:feeds")): 1}
    assert [feed.revoked_at for feed in Feed.objects.all()] == [None]


HARM = {
    "two closures": (Desk.closure, Closure.objects.count, 2, {302: 2}),
    "the second booking is refused": (Desk.booking, Appointment.objects.count, 1, {302: 1, 409: 1}),
    "the second on the waitlist is refused": (Desk.waits, WaitlistEntry.objects.count, 1, {302: 1, 409: 1}),
}


@pytest.mark.parametrize(("form", "count", "harm", "statuses"), HARM.values(), ids=HARM)
@pytest.mark.usefixtures("both_look_first")
def test_the_control_without_a_name_the_second_is_done_or_refused(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    form: Callable[[Desk], tuple[str, dict[str, Any]]],
    count: Callable[[], int],
    harm: int,
    statuses: dict[int, int],
) -> None:
    takes_no_name(monkeypatch)

    answers = desk.twice(*form(desk))

    assert Counter(one.status_code for one in answers) == statuses
    assert count() == harm


def test_two_forms_that_say_the_same_are_two(desk: Desk) -> None:
    address, fields = desk.closure()

    first, second = (desk.send(address, {"form_key": str(uuid.uuid4()), **fields}) for _n in range(2))

    assert first.headers["Location"] != second.headers["Location"]
    assert Closure.objects.count() == 2


def test_a_lifting_that_six_people_take_back_at_once_is_closed_again_once(desk: Desk) -> None:
    """Its Undo has no form of its own; the closure that was lifted is the turn they wait for."""
    desk.send(*desk.closure())
    lifted = Closure.objects.get()
    desk.send(reverse("desk:closure_lift", args=[lifted.uuid]), {})

    answers = rush([partial(desk.send, reverse("desk:closure_again", args=[lifted.uuid]), {})] * 6)

    again = Closure.objects.standing().get()
    assert led(answers) == {(302, reverse("desk:closure", args=[again.uuid])): 6}
    assert Closure.objects.count() == 2


# --- what the first did stops the second before it acts ------------------------------------------------------------


@pytest.fixture
def looked_early(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the next post have looked before any other stood, and be judged after."""
    look, early = submissions.answered_before, []

    def looks(request: Any) -> str | None:
        return early.pop() if early else look(request)

    monkeypatch.setattr(submissions, "answered_before", looks)
    return lambda: early.append(None)


def test_who_is_stopped_by_the_newcomer_of_the_same_form_is_led_to_their_page(desk: Desk, looked_early: Any) -> None:
    """The second finds Jo Park on the list, who looks much like the Jo Park of its own form."""
    said = {"form_key": str(uuid.uuid4()), **JO}
    first = desk.send(reverse("desk:patient_new"), said)

    looked_early()
    second = desk.send(reverse("desk:patient_new"), said)

    assert led([first, second]) == {(302, first.headers["Location"]): 2}
    assert jos() == 1


def test_the_control_another_form_is_asked_whether_this_is_somebody_else(desk: Desk, looked_early: Any) -> None:
    desk.send(reverse("desk:patient_new"), {"form_key": str(uuid.uuid4()), **JO})

    looked_early()
    second = desk.send(reverse("desk:patient_new"), {"form_key": str(uuid.uuid4()), **JO})

    assert (second.status_code, jos()) == (422, 1)


def test_the_same_key_with_other_answers_at_once_is_refused_in_words(desk: Desk, looked_early: Any) -> None:
    address, fields = desk.closure()
    said = {"form_key": str(uuid.uuid4()), **fields}
    desk.send(address, said)

    looked_early()
    second = desk.send(address, said | {"words": "Course"})

    assert second.status_code == 422
    assert second.context["form"].non_field_errors() == [
        "This form was already sent with other answers. Open it again to make a change."
    ]
    assert Closure.objects.count() == 1


# --- a crash between the deed and its answer -----------------------------------------------------------------------


def test_a_form_whose_answer_was_lost_in_a_crash_leads_to_what_it_did(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, fields = desk.closure()
    said = {"form_key": str(uuid.uuid4()), **fields}
    with monkeypatch.context() as crash:
        crash.setattr("desk.closures.views.redirect", strike)
        with pytest.raises(StruckDown):
            desk.send(address, said)

    again = desk.send(address, said)

    assert led([again]) == {(302, reverse("desk:closure", args=[Closure.objects.get().uuid])): 1}


def test_a_form_that_was_struck_down_before_it_was_done_is_done_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, fields = desk.closure()
    said = {"form_key": str(uuid.uuid4()), **fields}
    with monkeypatch.context() as crash:
        crash.setattr(submissions.Form, "keep", strike)
        with pytest.raises(StruckDown):
            desk.send(address, said)
    left = (Closure.objects.count(), Submission.objects.count())

    again = desk.send(address, said)

    assert (left, again.status_code, Closure.objects.count()) == ((0, 0), 302, 1)


def strike(*given: Any, **more: Any) -> Any:
    raise StruckDown


# --- the machine door ----------------------------------------------------------------------------------------------


@pytest.fixture
def machine(desk: Desk) -> Iterator[Callable[[str, dict[str, Any]], HttpResponse]]:
    """A machine with a key; each request comes on a line of its own, all under one Idempotency-Key."""
    by = Actor.of(desk.max_)
    _token, key = keys.make(desk.max_, name="machine", capabilities=("book", "edit_patients"), by=by, at=timezone.now())
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "monday-1"}

    def send(path: str, body: dict[str, Any]) -> HttpResponse:
        return Client().post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    cache.clear()
    yield send
    cache.clear()


def wish_of(desk: Desk) -> dict[str, Any]:
    return {
        "service": desk.house.consultation.code,
        "practitioner": desk.house.ana.pk,
        "starts_at": desk.house.free(limit=1)[0].isoformat(),
        "patient": str(desk.house.people[0].uuid),
    }


@pytest.mark.usefixtures("both_look_first")
def test_a_booking_that_a_machine_sends_twice_at_once_is_one_visit_and_one_answer(desk: Desk, machine: Any) -> None:
    answers = rush([partial(machine, "appointments", wish_of(desk))] * 2)

    assert Counter((one.status_code, one.content) for one in answers) == {(201, answers[0].content): 2}
    assert (Appointment.objects.count(), Answer.objects.count()) == (1, 1)


@pytest.mark.usefixtures("both_look_first")
def test_a_newcomer_that_a_machine_sends_twice_at_once_is_one_person(desk: Desk, machine: Any) -> None:
    answers = rush([partial(machine, "patients", JO)] * 2)

    assert Counter((one.status_code, one.content) for one in answers) == {(201, answers[0].content): 2}
    assert jos() == 1


@pytest.mark.usefixtures("both_look_first")
def test_the_control_without_a_name_a_machine_enters_somebody_twice(
    desk: Desk, machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes_no_name(monkeypatch)

    answers = rush([partial(machine, "patients", JO)] * 2)

    assert [one.status_code for one in answers] == [201, 201]
    assert jos() == 2


def test_who_is_refused_while_the_same_request_is_booked_reads_that_it_is_booked(
    desk: Desk, machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to come meets a service that is not offered; before that is kept, it is offered, and booked."""
    wish, keep, booked = wish_of(desk), Named.keep_refusal, []

    def late(named: Named, response: HttpResponse) -> HttpResponse:
        Service.objects.update(is_offered=True)
        booked.append(machine("appointments", wish))
        return keep(named, response)

    monkeypatch.setattr(Named, "keep_refusal", late)
    Service.objects.update(is_offered=False)

    refused = machine("appointments", wish)

    assert [(one.status_code, one.content) for one in booked] == [(201, refused.content)]
    assert (refused.status_code, Appointment.objects.count()) == (201, 1)
