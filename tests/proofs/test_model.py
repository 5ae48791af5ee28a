"""The diary against a plain model of it: whatever is done in whatever order, both say the same.

The model is lists and dictionaries, knows the hours by heart and looks through everything each time. It foretells for
every step whether it is refused and why, and which room and pen a visit gets. STIPPLE_PROOFS=full runs 300 runs of 50
steps instead of 8 of 20.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from booking import appointments, closures, diary
from booking.models import Appointment, Closure
from clinic import wall_time
from clinic.refusals import Refused
from tests.booking.held import overlaps
from tests.factories import clinic, patients
from tests.factories.booking import HOUSE

MONDAY, LONDON = date(2026, 3, 2), ZoneInfo("Europe/London")
IS_FULL = os.environ.get("STIPPLE_PROOFS") == "full"
RUNS, STEPS = (300, 50) if IS_FULL else (8, 20)

# minutes from and to, what is held: as the factories cut the services
HELD = {
    "microneedling": [
        ("practitioner", 0, 10),
        ("practitioner", 40, 80),
        ("room", 0, 90),
        ("device", 40, 70),
        ("device", 80, 90),
        ("patient", 0, 80),
    ],
    "consultation": [("practitioner", 0, 30), ("room", 0, 30), ("patient", 0, 30)],
    "review": [("practitioner", 0, 15), ("room", 0, 15), ("patient", 0, 15)],
}
OPEN = (9 * 60, 18 * 60)
SHIFTS = [(9 * 60, 13 * 60), (14 * 60, 18 * 60)]
FOLLOWS = {  # what may follow what
    "move": {"booked", "confirmed"},
    "confirm": {"booked"},
    "arrive": {"booked", "confirmed"},
    "enter_room": {"booked", "confirmed", "arrived"},
    "finish": {"arrived", "in_room"},
    "cancel": {"booked", "confirmed", "arrived"},
}
BECOMES = {
    "move": "booked",
    "confirm": "confirmed",
    "arrive": "arrived",
    "enter_room": "in_room",
    "finish": "done",
    "cancel": "cancelled",
}

REFUSED = {diary.TAKEN: "taken", diary.HOURS: "hours", "visit.state": "state"}


@dataclass(frozen=True)
class Visit:
    """A visit in the model. start: minutes of the Monday."""

    what: str
    patient: int
    practitioner: int
    start: int
    room: int = 0
    device: int | None = None
    state: str = "booked"


@dataclass
class Model:
    """The day as anybody would keep it on paper."""

    visits: dict[int, Visit] = field(default_factory=dict)
    closed: dict[int, tuple[str, int, int, int]] = field(default_factory=dict)  # what, which, from, to

    def fits(self, wish: Visit, *, but: int | None = None) -> Visit | str:
        """Return the visit with its room and pen, or the word for why it cannot be."""
        length = max(end for _what, _start, end in HELD[wish.what])
        if not OPEN[0] <= wish.start <= wish.start + length <= OPEN[1]:
            return "hours"
        own = self._spans(wish, "practitioner")
        if not all(any(opens <= a and b <= closes for opens, closes in SHIFTS) for a, b in own):
            return "hours"
        if not self._free("practitioner", wish.practitioner, own, but):
            return "taken"
        if not self._free("patient", wish.patient, self._spans(wish, "patient"), but):
            return "taken"
        had = self.visits.get(but) if but is not None else None
        room = self._first("room", wish, but, [had.room] if had else [])
        device = self._first("device", wish, but, [had.device] if had and had.device is not None else [])
        needs_device = bool(self._spans(wish, "device"))
        if room is None or (needs_device and device is None):
            return "taken"
        return replace(wish, room=room, device=device if needs_device else None)

    def _first(self, name: str, wish: Visit, but: int | None, had: list[int]) -> int | None:
        choices = had + [one for one in range(2 if name == "room" else 1) if one not in had]
        spans = self._spans(wish, name)
        return next((one for one in choices if self._free(name, one, spans, but)), None)

    def _spans(self, visit: Visit, name: str) -> list[tuple[int, int]]:
        return [(visit.start + a, visit.start + b) for what, a, b in HELD[visit.what] if what == name]

    def _free(self, name: str, which: int, spans: list[tuple[int, int]], but: int | None) -> bool:
        taken = [(a, b) for what, one, a, b in self.closed.values() if (what, one) == (name, which)]
        for number, visit in self.visits.items():
            if number != but and visit.state != "cancelled" and getattr(visit, name) == which:
                taken += self._spans(visit, name)
        return all(b <= c or d <= a for a, b in spans for c, d in taken)


class Both(RuleBasedStateMachine):
    """The house and the model, taken through the same steps."""

    def __init__(self) -> None:
        super().__init__()
        self.undoing = transaction.atomic()
        self.undoing.__enter__()
        site = self.site = clinic.site()
        self.staff = [clinic.ana(site), clinic.ben(site)]
        self.rooms = [clinic.room(site, "Room 1"), clinic.room(site, "Room 2")]
        self.pens = [clinic.device(site)]
        self.people = [patients.mia(), patients.tomasz(), patients.zoe()]
        self.menu = {
            code: clinic.service(code, practitioners=self.staff, rooms=self.rooms, devices=self.pens) for code in HELD
        }
        self.model = Model()
        self.now = clock(7 * 60)  # early on the day itself

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undoing.__exit__(None, None, None)

    def said(self, act: Callable[[], Any]) -> Any:
        """Return what the house did, or the word for why it refused."""
        try:
            with transaction.atomic():
                return act()
        except Refused as refused:
            return REFUSED.get(refused.refusal.rule, refused.refusal.rule)

    def compare(self, foretold: Visit | str, answer: Appointment | str) -> None:
        if isinstance(foretold, str) or isinstance(answer, str):
            assert (answer if isinstance(answer, str) else "done") == (
                foretold if isinstance(foretold, str) else "done"
            )
            return
        self.model.visits[answer.pk] = foretold
        assert self.as_model(answer) == foretold

    def as_model(self, visit: Appointment) -> Visit:
        """Return a visit of the house as the model writes it."""
        wall = wall_time.local(visit.starts_at, LONDON)
        return Visit(
            what=visit.service.code,
            patient=self.people.index(visit.patient),
            practitioner=self.staff.index(visit.practitioner),
            start=wall.hour * 60 + wall.minute,
            room=self.rooms.index(visit.room),
            device=self.pens.index(visit.device) if visit.device else None,
            state=visit.state,
        )

    # --- the steps ----------------------------------------------------------------------------------------

    @rule(what=st.sampled_from(sorted(HELD)), patient=st.integers(0, 2), who=st.integers(0, 1), at=st.integers(34, 72))
    def book(self, what: str, patient: int, who: int, at: int) -> None:
        foretold = self.model.fits(Visit(what, patient, who, at * 15))

        answer = self.said(
            lambda: appointments.book(
                patient=self.people[patient],
                service=self.menu[what],
                practitioner=self.staff[who],
                starts_at=clock(at * 15),
                by=HOUSE,
                at=self.now,
            )
        )

        self.compare(foretold, answer)

    @precondition(lambda self: self.model.visits)
    @rule(which=st.integers(0, 99), who=st.integers(0, 1), at=st.integers(34, 72))
    def move(self, which: int, who: int, at: int) -> None:
        pk, visit = self.pick(which)
        foretold: Visit | str = "state"
        if visit.state in FOLLOWS["move"]:
            wish = replace(visit, practitioner=who, start=at * 15, state="booked", room=0, device=None)
            foretold = self.model.fits(wish, but=pk)

        row = Appointment.objects.get(pk=pk)
        answer = self.said(
            lambda: appointments.move(
                row,
                starts_at=clock(at * 15),
                practitioner=self.staff[who],
                version=row.version,
                by=HOUSE,
                at=self.now,
            )
        )

        self.compare(foretold, answer)

    @precondition(lambda self: self.model.visits)
    @rule(which=st.integers(0, 99), verb=st.sampled_from(["confirm", "arrive", "enter_room", "finish", "cancel"]))
    def go_on(self, which: int, verb: str) -> None:
        pk, visit = self.pick(which)
        may = visit.state in FOLLOWS[verb]
        foretold: Visit | str = replace(visit, state=BECOMES[verb]) if may else "state"

        row = Appointment.objects.for_board().get(pk=pk)
        more = {"reason": "Ill"} if verb == "cancel" else {}
        answer = self.said(lambda: getattr(appointments, verb)(row, version=row.version, by=HOUSE, at=self.now, **more))

        self.compare(foretold, answer)

    @rule(
        what=st.sampled_from(["practitioner", "room", "device"]),
        which=st.integers(0, 1),
        at=st.integers(32, 70),
        quarters=st.integers(1, 12),
    )
    def close(self, what: str, which: int, at: int, quarters: int) -> None:
        """A closure over visits is never refused: it takes the rest, and each minute that is let go later."""
        of = {"practitioner": self.staff, "room": self.rooms, "device": self.pens}[what]
        number = which % len(of)

        closure = closures.add(
            kind=Closure.Kind.CLOSURE,
            site=self.site,
            **{what: of[number]},
            starts_at=clock(at * 15),
            ends_at=clock((at + quarters) * 15),
            by=HOUSE,
            at=self.now,
        )

        self.model.closed[closure.pk] = (what, number, at * 15, (at + quarters) * 15)

    @precondition(lambda self: self.model.closed)
    @rule(which=st.integers(0, 99))
    def open(self, which: int) -> None:
        pk = sorted(self.model.closed)[which % len(self.model.closed)]
        del self.model.closed[pk]

        closures.lift(Closure.objects.get(pk=pk), by=HOUSE, at=self.now)

    def pick(self, which: int) -> tuple[int, Visit]:
        pk = sorted(self.model.visits)[which % len(self.model.visits)]
        return pk, self.model.visits[pk]

    # --- what always holds --------------------------------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        rows = Appointment.objects.for_board()
        assert {row.pk: self.as_model(row) for row in rows} == self.model.visits

    @invariant()
    def nothing_is_held_twice(self) -> None:
        assert overlaps() == []

    @invariant()
    def a_closure_names_the_visits_to_come_that_stand_in_it(self) -> None:
        for pk, (what, which, start, end) in self.model.closed.items():
            standing = {
                number
                for number, visit in self.model.visits.items()
                if visit.state in ("booked", "confirmed")
                and getattr(visit, what) == which
                and any(a < end and start < b for a, b in self.model._spans(visit, what))
            }
            assert {visit.pk for visit in closures.conflicts(Closure.objects.get(pk=pk))} == standing


def clock(minutes: int) -> datetime:
    day = MONDAY + timedelta(days=minutes // 1440)
    return wall_time.instant(day, time(minutes // 60 % 24, minutes % 60), LONDON)


@pytest.mark.django_db
def test_the_house_does_what_a_plain_model_of_it_foretells():
    quick = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True)
    run_state_machine_as_test(Both, settings=quick)


class WithoutClosures(Model):
    """A model that forgets what is closed: the control."""

    def _free(self, name: str, which: int, spans: list[tuple[int, int]], but: int | None) -> bool:
        closed, self.closed = self.closed, {}
        try:
            return super()._free(name, which, spans, but)
        finally:
            self.closed = closed


class Forgetful(Both):
    def __init__(self) -> None:
        super().__init__()
        self.model = WithoutClosures()


@pytest.mark.django_db
def test_a_model_that_forgets_closures_is_found_out():
    """Control: the comparison does compare."""
    quick = settings(
        max_examples=60,
        stateful_step_count=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
    )

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Forgetful, settings=quick)
