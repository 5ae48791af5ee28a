"""What a message says was before: the time that the last message named, whoever moved the visit meanwhile and how."""

import os
import re
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from booking import appointments, notices
from clinic.refusals import Refused
from outbox import deliveries
from outbox import notices as outbox
from outbox.models import Notice
from tests.factories import patients
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit

FRIDAY_WEEK = TEN + timedelta(days=11)  # Friday 13 March, 10:00
EXAMPLES = 100 if os.environ.get("STIPPLE_PROOFS") == "full" else 12
NAMED = re.compile(r"^(?:New time|When): (.+) to \d\d:\d\d$", re.MULTILINE)
CALLED_OFF = re.compile(r"^Your appointment on (.+) with ", re.MULTILINE)
BEFORE = re.compile(r"^Before: (.+)$|^Our last message named (.+)\. That ", re.MULTILINE)


class Letters:
    """A patient's visit, changed as the desk changes it, and the letters that arrive meanwhile."""

    def __init__(self, server, visit, at=SUNDAY):
        self.server, self.visit, self.at = server, visit, at
        server.messages.clear()
        self._plan()

    def step(self, verb, **fields):
        step = getattr(appointments, verb)
        self.visit = step(self.visit, version=self.visit.version, by=HOUSE, at=self.at, **fields)
        self._plan()

    def wait(self, length=60):
        """Let so many minutes pass; what is due in them arrives, each at its hour."""
        until = self.at + minutes(length)
        for due_at in sorted(
            set(Notice.objects.filter(state="due", due_at__lte=until).values_list("due_at", flat=True))
        ):
            self.at = max(self.at, due_at)
            deliveries.send_due(clock=lambda: self.at)
        self.at = until

    def arrived(self):
        mine = [mail for mail in self.server.messages if self.visit.patient.email in mail["To"]]
        return [mail.get_body(["plain"]).get_content().replace("\r", "") for mail in mine]

    def last(self):
        return self.arrived()[-1]

    def _plan(self):
        patient = self.visit.patient
        outbox.reconcile(owner="booking", patient=patient, desired=notices.desired(patient, at=self.at), at=self.at)


def named(letter):
    """Return the time that a letter is about; "" for one that calls it off."""
    return "" if "is cancelled" in letter else NAMED.search(letter)[1]


def before(letter):
    found = BEFORE.search(letter)
    return (found[1] or found[2]) if found else ""


@pytest.fixture
def booked(mia, ana, microneedling, smtp_server, db):
    return Letters(smtp_server, visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK))


def test_a_change_says_what_the_confirmation_said(booked):
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30))
    booked.wait()

    assert (named(booked.last()), before(booked.last())) == ("Fri 13 March, 10:30", "Fri 13 March, 10:00")


def test_after_a_move_that_nobody_was_written_of_a_change_says_what_was_written_last(booked):
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30), tell_patient=False)
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(60), tell_patient=True)
    booked.wait()

    assert [named(letter) for letter in booked.arrived()] == ["Fri 13 March, 10:00", "Fri 13 March, 11:00"]
    assert before(booked.last()) == "Fri 13 March, 10:00"


def test_a_reminder_is_a_word_too(booked):
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30), tell_patient=False)
    booked.wait(6 * 24 * 60)
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(60), tell_patient=True)
    booked.wait()

    assert "Getting ready" in booked.arrived()[1]
    assert before(booked.last()) == "Fri 13 March, 10:30"


def test_who_was_never_written_to_reads_of_no_time_before(mia, ana, microneedling, smtp_server, db):
    booked = Letters(smtp_server, visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK, tell_patient=False))
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30), tell_patient=True)
    booked.wait()

    (letter,) = booked.arrived()
    assert "Your appointment has changed" in letter
    assert (named(letter), before(letter), "The old one" in letter) == ("Fri 13 March, 10:30", "", False)


def test_a_move_back_to_the_time_of_the_last_letter_names_it_once(booked):
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30), tell_patient=False)
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK, tell_patient=True)
    booked.wait()

    assert [named(letter) for letter in booked.arrived()] == ["Fri 13 March, 10:00"] * 2
    assert before(booked.last()) == ""


def test_somebody_else_at_the_same_time_is_no_new_time(booked, ben, microneedling):
    microneedling.practitioners.add(ben)
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK, practitioner=ben)
    booked.wait()

    assert "With: Ben" in booked.last()
    assert (named(booked.last()), before(booked.last()), "new time" in booked.last()) == (
        "Fri 13 March, 10:00",
        "",
        False,
    )


def test_a_visit_moved_and_called_off_at_once_is_called_off_where_the_patient_knows_it(booked, ben, microneedling):
    microneedling.practitioners.add(ben)
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30), practitioner=ben)
    booked.at += minutes(1)
    booked.step("cancel", reason="Ill")
    booked.wait()

    assert CALLED_OFF.search(booked.last())[1] == "Fri 13 March, 10:00"
    assert ("with Ana is" in booked.last(), before(booked.last())) == (True, "")


def test_a_visit_moved_without_a_letter_and_called_off_names_both_times(booked):
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30), tell_patient=False)
    booked.wait()
    booked.step("cancel", reason="Ill")
    booked.wait()

    assert CALLED_OFF.search(booked.last())[1] == "Fri 13 March, 10:30"
    assert before(booked.last()) == "Fri 13 March, 10:00"


def test_what_failed_to_arrive_was_not_said(booked):
    Notice.objects.filter(kind="CONFIRMATION").update(state="failed", settled_at=SUNDAY)
    booked.wait()
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30))
    booked.wait()

    assert (named(booked.last()), before(booked.last())) == ("Fri 13 March, 10:30", "")


def test_a_call_that_was_made_is_a_word_and_one_that_waits_is_none(tomasz, ana, microneedling, smtp_server, db):
    booked = Letters(smtp_server, visit(tomasz, microneedling, ana, starts_at=FRIDAY_WEEK))
    booked.at += minutes(60)
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(30))
    call = Notice.objects.get(kind="CHANGE")
    assert before(call.body_text) == ""

    outbox.settle(call, by=HOUSE, at=booked.at)
    booked.at += minutes(60)
    booked.step("move", starts_at=FRIDAY_WEEK + minutes(60))
    assert before(Notice.objects.get(kind="CHANGE", state="due").body_text) == "Fri 13 March, 10:30"


@pytest.fixture
def untold(mia, ana, microneedling, smtp_server, db):
    return Letters(smtp_server, visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK, tell_patient=False))


def test_who_read_that_a_visit_is_off_reads_that_it_stands_whatever_was_ticked(untold):
    untold.wait()
    untold.step("cancel", reason="Ill")
    untold.wait()
    assert [named(letter) for letter in untold.arrived()] == [""]

    untold.step("revert")
    untold.wait()
    assert [named(letter) for letter in untold.arrived()] == ["", "Fri 13 March, 10:00"]
    assert "Your appointment is booked" in untold.last()
    assert untold.visit.tell_patient is False


def test_once_it_is_read_that_the_visit_stands_what_was_ticked_holds_again(untold):
    untold.wait()
    for verb, said in (
        ("cancel", {"reason": "Ill"}),
        ("revert", {}),
        ("move", {"starts_at": FRIDAY_WEEK + minutes(30)}),
    ):
        untold.step(verb, **said)
        untold.wait()

    assert [named(letter) for letter in untold.arrived()] == ["", "Fri 13 March, 10:00"]


def test_a_visit_that_stands_again_at_another_time_is_told_with_that_one(untold):
    untold.wait()
    untold.step("cancel", reason="Ill")
    untold.wait()
    untold.step("revert")
    untold.at += minutes(1)
    untold.step("move", starts_at=FRIDAY_WEEK + minutes(30), tell_patient=False)
    untold.wait()

    assert [named(letter) for letter in untold.arrived()] == ["", "Fri 13 March, 10:30"]


def test_a_cancellation_that_reached_nobody_needs_no_word_once_it_is_taken_back(untold):
    untold.wait()
    untold.step("cancel", reason="Ill")
    Notice.objects.filter(kind="CANCELLATION").update(state="failed", settled_at=untold.at)
    untold.wait()
    untold.step("revert")
    untold.wait()

    assert untold.arrived() == []


@pytest.mark.parametrize("moves", [0, 1])
def test_what_was_said_is_asked_only_of_visits_that_were_changed(mia, booked, moves, django_assert_num_queries):
    for number in range(moves):
        booked.step("move", starts_at=FRIDAY_WEEK + minutes(30 * (number + 1)))

    with django_assert_num_queries(4 + moves):
        notices.desired(mia, at=SUNDAY)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 3), st.booleans()),
        st.tuples(st.just("wait"), st.sampled_from([1, 2, 3, 60, 3 * 24 * 60])),
        st.sampled_from([("cancel",), ("revert",)]),
    ),
    min_size=3,
    max_size=7,
)


@pytest.mark.django_db
def test_whatever_is_done_a_letter_names_as_before_what_the_letter_before_it_named(ana, microneedling, smtp_server):
    numbers = count(1)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(st.booleans(), steps)
    def holds(is_told, done):
        number = next(numbers)
        mia = patients.patient(f"Mia {number}", email=f"mia{number}@example.org")
        story = Letters(smtp_server, visit(mia, microneedling, ana, starts_at=FRIDAY_WEEK, tell_patient=is_told))
        for verb, *said in done:
            try:
                if verb == "wait":
                    story.wait(*said)
                elif verb == "move":
                    story.step("move", starts_at=FRIDAY_WEEK + minutes(15 * said[0]), tell_patient=said[1])
                else:
                    story.step(verb, **({"reason": "Ill"} if verb == "cancel" else {}))
            except Refused:
                pass  # such a step cannot be taken there
        story.wait()
        if story.visit.is_standing:  # the next one wants the same time
            appointments.cancel(story.visit, version=story.visit.version, reason="Over", by=HOUSE, at=story.at)

        last = ""
        for letter in story.arrived():
            about = CALLED_OFF.search(letter) or NAMED.search(letter)
            was = last if last != about[1] else ""
            if "has changed" in letter or "is cancelled" in letter:
                assert before(letter) == was
            last = named(letter)

    holds()
