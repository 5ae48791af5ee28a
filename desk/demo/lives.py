"""What becomes of each patient, as events: entered, consulted, treated again and again, called off, finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from booking import free_times
from booking.free_times import FreeTime
from booking.models import Appointment
from clinic import wall_time
from clinic.models import Room, Service, User
from clinic.refusals import Refused
from desk.demo import asking, charts, harm, knowing, money, told
from desk.demo.charts import Shelf
from desk.demo.house import House
from desk.demo.people import Comer, Course
from desk.demo.script import Script, pick
from intake import consents, texts
from intake.models import Consent
from intake.rules import Reply
from intake.screenings import Given
from intake.signatures import Signature
from patients import patients, restrictions
from patients.models import Patient
from treatments import courses
from treatments.courses import CoursePlan
from treatments.models import Concern, Session
from visits import courses as turns
from visits import notices, reception, treatment

DESK = "Dee"
AT_THE_DESK = (time(9, 20), time(10, 5), time(11, 40), time(14, 10), time(15, 35), time(16, 50))
LATER = timedelta(minutes=5)
SIGNED_NEXT_DAY, NOT_SIGNED = ("Renée Lefèvre", "Oskar Nyberg"), ("Chloë Tran", "Leila Haddad")
ADDENDA = {  # name and number of the session: days later, reason, words
    ("Ayşe Demir", 3): (3, "Reaction reported later", "Called on day 3: two small blisters on the upper lip, dry now."),
    ("Lucy Penhale", 2): (1, "Wrong side", "The tender spot was on the right, not the left."),
}
NEW_MEDICINE = ("Helen Voss", 2)
EARLY_REASON = "Skin calm since day 3; travels from next week on."

Then = Callable[[Appointment, datetime], None]


@dataclass
class Life:
    """One patient's story as it unfolds."""

    comer: Comer
    patient: Patient | None = None


@dataclass(frozen=True)
class Teller:
    """Turns what is known about people into events of the script."""

    house: House
    script: Script
    lots: Shelf

    def tell(self, comer: Comer) -> Life:
        """Add the beginning of somebody's story; the rest follows from it. Who is entered today's way comes later."""
        life = Life(comer)
        if comer.first_seen is not None:
            self.script.add(self._desk_time(comer.first_seen + 4, comer.name), lambda at: self._enter(life, at))
        return life

    # --- the desk -------------------------------------------------------------------------------------------

    def _desk_time(self, days_ago: int, *keys: object) -> datetime:
        return self.script.instant(days_ago, pick(AT_THE_DESK, days_ago, *keys))

    def _enter(self, life: Life, at: datetime) -> None:
        comer = life.comer
        life.patient = patients.register(
            name=comer.name,
            phone=comer.phone,
            email=comer.email,
            born_on=comer.born_on,
            called=comer.called,
            by=self.house.actor(DESK),
            at=at,
        )
        money.tell(life.patient, script=self.script, by=self.house.actor(DESK))
        self.book(life, "consultation", comer.first_seen, at=at, then=lambda visit, end: self._consulted(life, end))

    def book(self, life: Life, code: str, days_ago: int, *, at: datetime, then: Then | None = None) -> None:
        """Book a visit on that day or soon after it, and live it if the day is past."""
        service, who = self.house.services[code], self.house.users[life.comer.with_whom]
        day = self.script.day - timedelta(days=days_ago)
        first, agreed = self._first_day(life, service, day, at)
        free = self._free_time(life, service, who, first, at)
        visit = self.book_at(life, free, service, at=at, **agreed)
        if free.starts_at < self.script.instant(0, time(0)):
            self.live(life, visit, then=then)

    def book_at(
        self, life: Life, free: FreeTime, service: Service, *, at: datetime, room: Room | None = None, **agreed: object
    ) -> Appointment:
        return reception.book(
            patient=life.patient,
            service=service,
            practitioner=free.practitioner,
            starts_at=free.starts_at,
            site=self.house.site,
            room=room,
            by=self.house.actor(DESK),
            at=at,
            **agreed,
        )

    def _first_day(self, life: Life, service: Service, day: date, at: datetime) -> tuple[date, dict[str, object]]:
        """Return the wished day, or the first that the rules leave; an early one is agreed to by the practitioner."""
        refusal = restrictions.judge(life.patient, service_kind=service.kind, on=day, at=at)
        if refusal is None:
            return day, {}
        if refusal.overridable_by != "agree_early":
            return refusal.earliest, {}
        return day, {"agreed_by": self.house.users[life.comer.with_whom], "agreed_reason": EARLY_REASON}

    def _free_time(self, life: Life, service: Service, who: User, day: date, at: datetime) -> FreeTime:
        """Return a free time with the person who is wished for, else with anybody; the past stays past."""
        is_past = day < self.script.day
        days = min((self.script.day - day).days, 8) if is_past else 12
        for wanted in ([who], None):
            found = free_times.find(
                service=service,
                site=self.house.site,
                start=day,
                days=days,
                at=at,
                practitioners=wanted,
                patient=life.patient,
            )
            if found:
                return pick(_of_first_day(found, self.script), life.comer.name, day.toordinal() - at.toordinal())
        raise LookupError(f"no free time for {life.comer.name} from {day}")

    # --- the day of a visit -----------------------------------------------------------------------------------

    def live(
        self,
        life: Life,
        visit: Appointment,
        *,
        comes: int = -7,
        begins: int = 1,
        confirms: bool | None = None,
        then: Then | None = None,
    ) -> None:
        """Add what happens on the day: comes and begins are minutes after the start that was booked."""
        starts_at, desk = visit.starts_at, self.house.actor(DESK)
        if confirms is None:
            confirms = pick((True, True, False), visit.patient.name, visit.service.code)
        if confirms:
            said_at = max(starts_at - timedelta(hours=22), visit.booked_at + LATER)
            self.script.add(said_at, lambda at: self.step(reception.confirm, visit, desk, at))
        self.script.add(starts_at + minutes(comes), lambda at: self.step(reception.arrive, visit, desk, at))
        begins_at = starts_at + minutes(begins)
        if visit.service.kind == Service.Kind.NEEDLING:
            self.script.add(begins_at, lambda at: self._start(life, visit, at, then))
        else:
            self.script.add(begins_at, lambda at: self._talk(visit, at, then))

    def step(self, step: Callable, visit: Appointment, by, at: datetime, **more: object) -> None:
        fresh = _fresh(visit)
        step(fresh, version=fresh.version, by=by, at=at, **more)

    def _talk(self, visit: Appointment, at: datetime, then: Then | None) -> None:
        by = self.house.actor(visit.practitioner.short_name)
        self.step(reception.enter_room, visit, by, at)
        ends_at = visit.ends_at + (at - visit.starts_at) - minutes(3)

        def end(at: datetime) -> None:
            self.step(reception.finish_visit, visit, by, at)
            if then:
                then(visit, at)

        self.script.add(ends_at, end)

    def _consulted(self, life: Life, at: datetime) -> None:
        """The practitioner writes down what only clinicians need, and the course is booked."""
        comer, practitioner = life.comer, self.house.actor(life.comer.with_whom)
        life.patient = patients.edit(
            life.patient, version=life.patient.version, **comer.clinical, by=practitioner, at=at
        )
        desk, day = self.house.actor(DESK), self.script.day
        knowing.note_down(life.patient, comer, by=practitioner, desk=desk, day=day, at=at)
        if comer.held:
            source = f"clinician:{life.patient.uuid}"
            kinds = [Service.Kind.NEEDLING]
            restrictions.write(
                life.patient, source=source, service_kinds=kinds, not_before=None, words=comer.held, at=at
            )
        asking.everything(comer, life.patient, by=practitioner, at=at)
        if comer.plan:
            self.script.add(at, lambda at: turns.plan(life.patient, _plan(comer.plan), by=practitioner, at=at))
        if comer.course:
            self.script.add(at + LATER, lambda at: self._next_session(life, 0, at))

    # --- sessions ---------------------------------------------------------------------------------------------

    def _next_session(self, life: Life, index: int, at: datetime) -> None:
        course = life.comer.course
        self.book(
            life, _needling(course), course.done[index], at=at, then=lambda _visit, end: self._treated(life, index, end)
        )

    def _start(self, life: Life, visit: Appointment, at: datetime, then: Then | None) -> None:
        session = self._begin(life, visit, at)
        numbing = visit.service.code == "microneedling"
        by = self.house.actor(visit.practitioner.short_name)
        ended_at = at + (visit.ends_at - visit.starts_at) - minutes(4)
        if visit.starts_at >= self.script.instant(0, time(0)) and numbing:
            chart = charts.begun(session, self.lots, at=at + minutes(12))
            self.script.add(at + minutes(12), lambda at: self._save(session, chart, by, at))

        def end(at: datetime) -> None:
            self._save(session, charts.complete(session, self.lots, numbing=numbing), by, at)
            treatment.finish(_reread(session), ended_at=at, by=by, at=at)
            self._sign_later(life, session, at)
            if then:
                then(visit, at)

        self.script.add(ended_at, end)

    def _begin(self, life: Life, visit: Appointment, at: datetime) -> Session:
        running = courses.running_for(life.patient)
        plan = None if running else _plan(life.comer.course or FIRST_COURSE)
        by = self.house.actor(visit.practitioner.short_name)
        answers = asking.short_check()
        if running and (life.comer.name, courses.done_count(running) + 1) == NEW_MEDICINE:
            news = "Antibiotic for a tooth, finished ten days ago"
            answers |= {"MED_CHANGE": Given(True, note=news), "ACNE_ACTIVE": Given(True, reason="One spot, left out.")}
            asking.everything(life.comer, life.patient, by=by, at=at, MED_CHANGE=Reply("yes", note=news))
        elif asking.is_due(life.patient, at=at):
            asking.everything(life.comer, life.patient, by=by, at=at)
        self._agree(life.patient, by, at)
        visit = _fresh(visit)
        return treatment.start(
            visit,
            version=visit.version,
            identity_name=life.patient.name,
            identity_born_on=life.patient.born_on,
            answers=answers,
            course_plan=plan,
            by=by,
            at=at,
        )

    def _agree(self, patient: Patient, by, at: datetime) -> None:
        """Have the text read and signed by whoever has not yet."""
        if consents.standing(patient) is None:
            text = texts.current(language=patient.language)
            signature = Signature(how=Consent.How.TYPED, name=patient.name)
            consents.sign(patient, text=text, signature=signature, site=self.house.site, by=by, at=at)

    def _save(self, session: Session, chart: charts.Draft, by, at: datetime) -> None:
        fresh = _reread(session)
        treatment.save(fresh, chart, version=fresh.version, by=by, at=at)

    def _sign_later(self, life: Life, session: Session, at: datetime) -> None:
        by, name = self.house.actor(session.practitioner.short_name), life.comer.name
        told.tell(_reread(session), name, script=self.script, site=self.house.site, by=by, desk=self.house.actor(DESK))
        if name in NOT_SIGNED and at >= self.script.instant(4, time(0)):
            return
        wait = timedelta(hours=20) if name in SIGNED_NEXT_DAY else minutes(6)
        self.script.add(at + wait, lambda at: treatment.sign(_reread(session), by=by, at=at))
        harm.tell(_reread(session), name, script=self.script, site=self.house.site, by=by)
        if (name, session.number) in ADDENDA:
            days, reason, words = ADDENDA[name, session.number]
            self.script.add(
                at + timedelta(days=days),
                lambda at: treatment.add_addendum(_reread(session), reason=reason, words=words, by=by, at=at),
            )

    def _treated(self, life: Life, index: int, at: datetime) -> None:
        """After a session: the next one is booked at once or when it is time to, or the story takes another turn."""
        comer, course = life.comer, life.comer.course
        if index + 1 < len(course.done):
            waits = pick((LATER, timedelta(days=20, hours=1)), comer.name, index)
            self.script.add(at + waits, lambda at: self._next_session(life, index + 1, at))
            return
        if course.next_in is not None:
            self.script.add(at + LATER, lambda at: self.book(life, _needling(course), -course.next_in, at=at))
        if course.ends:
            self.script.add(self._desk_time(course.ended, comer.name), lambda at: self._end_course(life, at))
        for days_ago, turn in (
            (comer.missed, self._miss),
            (comer.called_off, self._call_off),
            (comer.turned_away, self._turn_away),
        ):
            if days_ago is not None:
                self.script.add(at + timedelta(days=3), lambda at, d=days_ago, turn=turn: turn(life, d, at))

    def _end_course(self, life: Life, at: datetime) -> None:
        told, known = life.comer.course, {"by": self.house.actor(life.comer.with_whom), "at": at}
        course = life.patient.courses.latest("opened_at")
        if told.ends == "paused":
            turns.pause(course, cause=told.cause, note=told.note, **known)
        elif told.ends == "early":
            turns.finish_early(course, note=told.note, **known)
        elif told.ends == "maintenance":
            turns.maintain(course, **known)
        else:
            with transaction.atomic():
                turns.lapse(course, note=told.note, **known)
                notices.reconcile(life.patient, at=at)

    # --- visits that came to nothing --------------------------------------------------------------------------

    def _booked_only(self, life: Life, code: str, days_ago: int, at: datetime) -> Appointment:
        service, who = self.house.services[code], self.house.users[life.comer.with_whom]
        day, _agreed = self._first_day(life, service, self.script.day - timedelta(days=days_ago), at)
        return self.book_at(life, self._free_time(life, service, who, day, at), service, at=at)

    def _miss(self, life: Life, days_ago: int, at: datetime) -> None:
        visit = self._booked_only(life, "review", days_ago, at)
        self.script.add(
            visit.starts_at + minutes(25),
            lambda at: self.step(reception.no_show, visit, self.house.actor(DESK), at),
        )

    def _call_off(self, life: Life, days_ago: int, at: datetime) -> None:
        visit = self._booked_only(life, _needling(life.comer.course), days_ago, at)
        self.script.add(
            visit.starts_at - timedelta(hours=44),
            lambda at: self.step(reception.cancel, visit, self.house.actor(DESK), at, reason="Has a cold; will call."),
        )

    def _turn_away(self, life: Life, days_ago: int, at: datetime) -> None:
        """The health check stops the session; the answer stays on the record, the visit is called off."""
        visit = self._booked_only(life, _needling(life.comer.course), days_ago, at)
        desk = self.house.actor(DESK)
        self.script.add(visit.starts_at - minutes(5), lambda at: self.step(reception.arrive, visit, desk, at))

        def stop(at: datetime) -> None:
            here, by = _fresh(visit), self.house.actor(visit.practitioner.short_name)
            sore = Given(True, note="Cold sore at the corner of the mouth")
            answers = asking.short_check(COLD_SORE_ACTIVE=sore)
            if asking.is_due(life.patient, at=at):
                asking.everything(life.comer, life.patient, by=by, at=at)
            try:
                treatment.start(
                    here,
                    version=here.version,
                    identity_name=life.patient.name,
                    identity_born_on=life.patient.born_on,
                    answers=answers,
                    course_plan=None,
                    by=by,
                    at=at,
                )
            except Refused:
                self.step(reception.cancel, visit, by, at, reason="Not today; will call when well.")

        self.script.add(visit.starts_at + minutes(2), stop)


FIRST_COURSE = Course(concern="uneven_tone", planned=4, done=())


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _needling(course: Course) -> str:
    return "microneedling" if course.numbing else "microneedling-no-numbing"


def _plan(course: Course) -> CoursePlan:
    concern = Concern.objects.get(code=course.concern)
    return CoursePlan(concern=concern, planned_sessions=course.planned, goal=course.goal)


def _fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.for_board().get(pk=visit.pk)


def _reread(session: Session) -> Session:
    return Session.objects.get(pk=session.pk)


def _of_first_day(found: list[FreeTime], script: Script) -> list[FreeTime]:
    first = wall_time.local(found[0].starts_at, script.zone).date()
    return [one for one in found if wall_time.local(one.starts_at, script.zone).date() == first]
