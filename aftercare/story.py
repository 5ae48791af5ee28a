"""The story of one plan: which of its steps have something to say, when, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cached_property

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from aftercare import book_links, recovery_links, rules, turns, wording
from aftercare.facts import Facts
from aftercare.models import Plan, Step
from aftercare.turns import Turn
from clinic import wall_time
from clinic.models import Site
from clinic.words import Words
from outbox.models import Notice
from outbox.notices import Desired
from treatments import courses
from treatments.course_days import maintenance_days
from treatments.models import Course, Session
from treatments.rules import Window

Purpose = Step.Purpose
EDGES = {28: "opens_on", 35: "best_on", 42: "closes_on"}  # table d's days of the usual window, and what they stand for
PURPOSES = {
    Purpose.CARE: Notice.Purpose.AFTERCARE,
    Purpose.FOLLOW_UP: Notice.Purpose.FOLLOW_UP,
    Purpose.REVIEW: Notice.Purpose.FOLLOW_UP,
    Purpose.MAINTENANCE: Notice.Purpose.FOLLOW_UP,
}
REVIEWED = (Course.State.FINISHED, Course.State.EARLY, Course.State.MAINTENANCE)
MAINTAINED = (Course.State.FINISHED, Course.State.MAINTENANCE)
INVITES_IN_PASSING = "AFTER_21D"  # the one message of care that leads to the next visit, too
AROUND_A_REVIEW = timedelta(days=21)  # a review booked that near is the one that would be asked for
INVITED_EARLIER = timedelta(days=14)  # at most, before a closure in which the window opens


class Story:
    """One plan, and the facts about its patient that decide what it says."""

    def __init__(self, plan: Plan, facts: Facts) -> None:
        self.plan, self.facts, self.at = plan, facts, facts.at

    @property
    def session(self) -> Session:
        return self.plan.session

    @property
    def site(self) -> Site:
        return self.session.appointment.site

    @property
    def subject(self) -> str:
        return f"session:{self.session.pk}"

    @cached_property
    def steps(self) -> list[Step]:
        return list(self.plan.protocol.steps.all())

    @cached_property
    def window(self) -> Window | None:
        """When the next session of the course falls; None when there is none to come."""
        course = self.session.course
        return courses.window(course) if course and course.state == Course.State.RUNNING else None

    @cached_property
    def is_last(self) -> bool:
        """Whether no later session of the course was performed."""
        last = courses.last_session(self.session.course)
        return last is not None and last.pk == self.session.pk

    @cached_property
    def is_booked(self) -> bool:
        return self.facts.comes_for_needling(after=self.session.started_at)

    def messages(self) -> Iterator[Desired]:
        for step in self.steps:
            if not self.reason_against(step):
                yield self._message(step)

    # --- whether ------------------------------------------------------------------------------------------

    def reason_against(self, step: Step) -> str:
        """Return why a step has nothing to say now; "" when it has."""
        if self.session.struck_at is not None:
            return _("The treatment record was entered in error.")
        if self.plan.stopped_at is not None:
            return self.plan.stopped_because or _("Aftercare was stopped.")
        if reason := self._does_not_apply(step):
            return reason
        match step.purpose:
            case Purpose.CARE:
                return self._overtaken(step)
            case Purpose.FOLLOW_UP:
                return self._not_invited() or self._no_next_session() or self.facts.waits
            case Purpose.REVIEW:
                return self._not_invited() or self._no_review(step) or self.facts.waits
        return self._not_invited() or self._no_maintenance() or self.facts.waits

    def _does_not_apply(self, step: Step) -> str:
        """Return why a step is not for this treatment, whatever happens after it."""
        if not step.every_session and (self.session.number or 1) > 1:
            return _("Only the first session of a course says it.")
        if step.only_if and wording.holding(self.session, among=step.only_if, health=self.facts.health) != set(
            step.only_if
        ):
            return _("It does not apply to this treatment.")
        if step.purpose == Purpose.CARE and self.turn(step).not_after <= self.plan.started_at:
            return _("Its time had passed when aftercare began.")
        return ""

    def _overtaken(self, step: Step) -> str:
        of_care = self._care
        if not turns.must_ask(of_care, at=self.at):
            return ""
        overtaken = turns.is_overtaken(self.turn(step), of_care, left=self._left, at=self.at)
        return _("A newer message takes its place.") if overtaken else ""

    def _not_invited(self) -> str:
        """Return why this patient is never asked to come; care goes on all the same."""
        patient = self.session.patient
        if patient.archived_on is not None:  # never a day to come
            return _("The patient no longer comes.")
        return "" if patient.wants_recall_mail else _("The patient wants no reminder of the next visit.")

    def _no_next_session(self) -> str:
        if self.window is None:
            return (self.session.course and self.facts.waits) or _("No further session is planned in this course.")
        if not self.is_last:
            return _("A later session took its place.")
        return _("The next visit is booked.") if self.is_booked else ""

    def _no_review(self, step: Step) -> str:
        course = self.session.course
        if course is None or course.state not in REVIEWED:
            return _("The course has not come to its end.")
        if self._review_days(step) is None:
            return _("The course is not planned to be reviewed then.")
        if self.facts.latest_session != self.session.pk:
            return _("A later session took its place.")
        around = self.turn(step).due_at
        is_booked = self.facts.comes_for_review(around=around, within=AROUND_A_REVIEW)
        return _("A review is booked.") if is_booked else ""

    def _no_maintenance(self) -> str:
        course = self.session.course
        if not (course.state in MAINTAINED if course else self.facts.is_in_maintenance):
            return _("There is no course to be maintained.")
        if self.facts.has_open_course:
            return _("Another course has begun.")
        if self.facts.latest_session != self.session.pk:
            return _("A later session took its place.")
        return _("The next visit is booked.") if self.is_booked else ""

    # --- when ---------------------------------------------------------------------------------------------

    def turn(self, step: Step) -> Turn:
        """Return when a step is due and until when it may leave."""
        due_at = rules.due_at(
            self.session.ended_at, hours=step.offset_hours, days=self._days(step), zone=self.site.zone
        )
        return Turn(step.code, due_at, due_at + timedelta(hours=step.not_after_hours))

    def _days(self, step: Step) -> int | None:
        """Return after how many calendar days a step is due: those of the course, where it has a say."""
        if step.purpose == Purpose.FOLLOW_UP and self.window and step.offset_days in EDGES:
            return (self._invited_on(step) - self._treated_on).days
        if step.purpose == Purpose.REVIEW:
            return self._review_days(step) or step.offset_days
        return maintenance_days()[0] if step.purpose == Purpose.MAINTENANCE else step.offset_days

    @cached_property
    def _treated_on(self) -> date:
        return wall_time.local(self.session.ended_at, self.site.zone).date()

    def _invited_on(self, step: Step) -> date:
        """Return the day of an invitation; the first comes earlier where the window opens while the site is shut."""
        day = getattr(self.window, EDGES[step.offset_days])
        return rules.before_closed(day, self._closed) if EDGES[step.offset_days] == "opens_on" else day

    @cached_property
    def _closed(self) -> list[tuple[date, date]]:
        """The days on which the site is shut in the window and shortly before it, by first and last."""
        zone = self.site.zone
        start, _end = wall_time.day_bounds(self.window.opens_on - INVITED_EARLIER, zone)
        _start, end = wall_time.day_bounds(self.window.closes_on, zone)
        return rules.days_within(self.facts.closed_at(self.site, between=(start, end)), zone)

    def _closed_in_window(self, step: Step) -> tuple[date, date] | None:
        """Return the first stretch of days in the window on which the site is shut, for the step that speaks of it."""
        if step.purpose != Purpose.FOLLOW_UP or self.window is None or EDGES.get(step.offset_days) != "opens_on":
            return None
        opens_on, closes_on = self.window.opens_on, self.window.closes_on
        within = [(max(first, opens_on), min(last, closes_on)) for first, last in self._closed]
        return next(((first, last) for first, last in within if first <= last), None)

    def _review_days(self, step: Step) -> int | None:
        """Return the day of this review: the course's own first, second and so on, where its plan names any."""
        planned = self.session.course.review_days if self.session.course else []
        if not planned:
            return step.offset_days
        place = [one.pk for one in self.steps if one.purpose == Purpose.REVIEW].index(step.pk)
        return planned[place] if place < len(planned) else None

    @cached_property
    def _care(self) -> list[Turn]:
        """The messages of care that apply here, by their time."""
        of_care = [step for step in self.steps if step.purpose == Purpose.CARE and not self._does_not_apply(step)]
        return sorted(map(self.turn, of_care), key=lambda turn: turn.due_at)

    @property
    def _left(self) -> frozenset[str]:
        return self.facts.left_of(self.subject)

    def _speaks_for(self, step: Step) -> frozenset[str]:
        """Return the codes of older messages that never left and whose facts this step carries."""
        if step.purpose != Purpose.CARE or not turns.must_ask(self._care, at=self.at):
            return frozenset()
        return turns.spoken_for(self.turn(step), self._care, left=self._left, at=self.at)

    # --- what ---------------------------------------------------------------------------------------------

    def _pages(self, step: Step) -> dict[str, str]:
        """Return what stands in a message for the addresses of the patient's own pages."""
        pages = {"link": self._recovery_page} if step.purpose == Purpose.CARE else {}
        leads_to_a_time = step.purpose in (Purpose.FOLLOW_UP, Purpose.MAINTENANCE) or step.code == INVITES_IN_PASSING
        return pages | {"book_link": self._booking_page} if leads_to_a_time else pages

    @cached_property
    def _recovery_page(self) -> str:
        return recovery_links.placeholder(self.session)

    @cached_property
    def _booking_page(self) -> str:
        """What stands for the page on which the next visit is chosen; "" while it would only say to call.

        Who reads no mail is called or gets a sheet, and has no use for it.
        """
        is_to_come = not (self._no_next_session() and self._no_maintenance())
        is_asked = self.session.patient.email and is_to_come and not self.facts.waits
        return book_links.placeholder(self.session, at=self.at) if is_asked else ""

    def _message(self, step: Step) -> Desired:
        instead_of = self._speaks_for(step)

        def words() -> Words:
            return wording.say(
                step,
                session=self.session,
                site=self.site,
                window=self.window,
                instead_of=instead_of,
                pages=self._pages(step),
                closed=self._closed_in_window(step),
                health=self.facts.health,
            )

        turn = self.turn(step)
        return Desired(
            kind=step.code,
            subject=self.subject,
            occasion="",
            purpose=PURPOSES[step.purpose],
            site=self.site,
            due_at=turn.due_at,
            not_after=turn.not_after,
            words=SimpleLazyObject(words),  # made only for a message that is still to be said
            language=wording.language(step, self.session.patient),
            any_hour=step.offset_hours == 0,
        )
