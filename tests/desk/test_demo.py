"""The demo clinic, as it was told on a Monday in November at 14:04."""

from collections import Counter
from datetime import UTC, date, datetime, time
from io import StringIO
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from aftercare.models import Report
from booking import free_times
from booking.models import Appointment, Offer, Override, WaitlistEntry
from clinic import audit
from clinic.actors import Actor
from clinic.models import Device, Role, Room, Service, Site, User
from desk.demo import diary, telling
from desk.demo.house import PASSWORD
from intake.models import Screening
from ledger import packages
from ledger.models import Package
from outbox.models import Notice
from patients import patients, restrictions
from patients.models import Patient
from stock.models import Lot
from tests.plugins import database
from tests.told import the_demo_clinic
from treatments import courses, sessions
from treatments.models import Addendum, Course, Reaction, Session

DAY, LONDON = date(2026, 11, 23), ZoneInfo("Europe/London")
MOMENT = datetime(2026, 11, 23, 14, 4, tzinfo=UTC)
State = Appointment.State
SHORTEST = {"microneedling": 76, "consultation": 27, "review": 12}  # minutes from entering the room to the end


def tell(**options: object) -> str:
    said = StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


class TestTheDemoClinic(TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.said = the_demo_clinic(DAY)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        database.empty()

    def today(self):
        return Appointment.objects.filter(starts_at__date=DAY)

    def test_it_has_one_site_three_practitioners_rooms_and_devices_and_forty_patients(self):
        counts = [Site, Room, Device, Patient]
        assert [model.objects.count() for model in counts] == [1, 3, 3, 40]
        assert [user.name for user in User.objects.practitioners()] == ["Ana Lindqvist", "Ines Carvalho", "Kwame Osei"]
        assert User.objects.filter(grants__role=Role.PRESCRIBER).get().short_name == "Ana"

    def test_everybody_signs_in_with_the_password_that_was_printed(self):
        for user in User.objects.all():
            assert user.check_password(PASSWORD)
            assert user.email in self.said
        assert PASSWORD in self.said

    def test_one_patient_is_worried_one_report_is_in_hand_and_most_are_fine(self):
        waits = Report.objects.open().urgent_first().values_list("patient__name", "urgency", "taken_by__name")
        said = Counter(Report.objects.exclude(closed_at=None).values_list("outcome", flat=True))

        assert [(name, urgency, bool(by)) for name, urgency, by in waits] == [
            ("Chloë Tran", "same_day", False),
            ("Tomasz Wrona", "soon", True),
        ]
        assert said == {"fine": 4, "reassured": 1, "to_be_seen": 1}

    def test_one_mild_reaction_is_open_and_one_of_grade_two_was_closed(self):
        told = Reaction.objects.order_by("grade").values_list("patient__name", "grade", "outcome")

        assert list(told) == [("Lucy Penhale", 1, "resolving"), ("Ayşe Demir", 2, "resolved")]

    def test_today_shows_every_status(self):
        assert set(self.today().values_list("state", flat=True)) == set(State.values)

    def test_today_is_about_two_thirds_full(self):
        hands = Appointment.objects.filter(starts_at__date=DAY).exclude(state=State.CANCELLED)
        held = sum((visit.ends_at - visit.starts_at).total_seconds() for visit in hands) / 3600
        worked = sum(
            (shift.ends_at.hour * 60 + shift.ends_at.minute - shift.starts_at.hour * 60 - shift.starts_at.minute) / 60
            for user in User.objects.practitioners()
            for shift in user.shifts.filter(weekday=DAY.weekday())
        )

        assert 0.6 < held / worked < 0.85

    def test_a_review_stands_beside_the_numbing_of_another_visit(self):
        numbing = self.today().get(patient__name="Grace Whitfield")
        beside = self.today().get(patient__name="Tomasz Wrona")

        assert beside.practitioner == numbing.practitioner
        assert numbing.starts_at < beside.starts_at < beside.ends_at < numbing.ends_at

    def test_courses_stand_in_every_state_and_run_at_every_number(self):
        running = {courses.done_count(course) for course in Course.objects.going_on()}

        assert set(Course.objects.values_list("state", flat=True)) == set(Course.State.values)
        assert {1, 2, 3, 4, 5} <= running

    def test_every_session_but_a_few_is_sealed_and_says_what_was_signed(self):
        signed = Session.objects.exclude(signed_at=None)

        assert all(sessions.verify(session) for session in signed)
        assert {session.patient.name for session in Session.objects.unsigned()} == {"Chloë Tran", "Leila Haddad"}
        assert Addendum.objects.count() == 2

    def test_every_finished_session_has_two_to_five_zones(self):
        counts = {session.zone_passes.count() for session in Session.objects.ended()}

        assert min(counts) >= 2
        assert max(counts) == 5

    def test_no_two_sessions_of_a_course_are_nearer_than_the_rules_allow_without_an_override(self):
        nearer = []
        for course in Course.objects.all():
            ended = course.sessions.ended().order_by("ended_at").values_list("ended_at", flat=True)
            days = [at.astimezone(LONDON).date() for at in ended]
            apart = [(later - earlier).days for earlier, later in pairwise(days)]
            nearer += [days for days in apart if days < course.earliest_days]

        assert len(nearer) <= Override.objects.count()
        assert all(days >= 25 for days in nearer)

    def test_the_outbox_holds_every_kind_of_fate(self):
        fates = Counter(Notice.objects.values_list("state", "channel"))

        for fate in (("sent", "mail"), ("due", "mail"), ("withdrawn", "mail"), ("failed", "mail")):
            assert fates[fate]
        for fate in (("done", "sheet"), ("done", "call"), ("due", "call")):
            assert fates[fate]

    def test_no_mail_claims_to_have_left_the_house(self):
        reasons = set(Notice.objects.filter(state=Notice.State.SENT).values_list("state_reason", flat=True))

        assert reasons == {telling.HISTORY_WORDS}

    def test_the_mails_of_today_wait_for_the_worker(self):
        midnight = datetime(2026, 11, 23, tzinfo=UTC)

        assert Notice.objects.filter(state=Notice.State.SENT, due_at__gte=midnight).count() == 0
        assert Notice.objects.due(MOMENT).filter(due_at__gte=midnight).exists()
        assert not Notice.objects.due(MOMENT).filter(due_at__lt=midnight).exists()

    def test_mia_can_be_booked_and_treated_today(self):
        mia = Patient.objects.get(name="Mia Okafor")
        ana, needling = User.objects.get(short_name="Ana"), Service.objects.get(code="microneedling")
        free = free_times.find(
            service=needling, site=Site.objects.get(), start=DAY, days=1, at=MOMENT, practitioners=[ana], patient=mia
        )

        assert restrictions.judge(mia, service_kind=needling.kind, on=DAY, at=MOMENT) is None
        assert courses.running_for(mia) is None
        assert mia.email == "mia.okafor@post.example"
        assert mia.appointments.get().service.kind == Service.Kind.CONSULTATION
        assert [one.starts_at.astimezone(LONDON).time() for one in free] == [time(16, 30)]

    def test_four_wait_and_one_of_them_is_offered_a_time(self):
        held = Offer.objects.get()

        assert WaitlistEntry.objects.waiting().count() == 4
        assert (held.entry.patient.name, held.state) == ("Renée Lefèvre", Offer.State.OPEN)

    def test_the_shelf_has_lots_in_date_near_their_end_expired_and_set_aside(self):
        left = sorted((lot.expires_on - DAY).days for lot in Lot.objects.all())

        assert left[0] < 0 < left[-1]
        assert any(0 < days <= 30 for days in left)
        assert Lot.objects.exclude(quarantined_at=None).get().number == "CN-2505"

    def test_one_package_runs_one_expires_soon_and_one_is_used_up(self):
        left = dict(Package.objects.with_left().values_list("patient__name", "left"))
        assert left == {"José Ibáñez": 2, "Noor Rahman": 1, "Helen Voss": 0}
        assert [one.patient.name for one in packages.expiring(on=DAY)] == ["Noor Rahman"]

    def test_one_check_stopped_a_session_and_one_was_passed_with_a_reason(self):
        outcomes = Counter(Screening.objects.values_list("outcome", flat=True))

        assert (outcomes["blocked"], outcomes["passed"]) == (1, 1)

    def test_everybody_who_was_treated_has_answered_all_the_questions(self):
        treated = set(Session.objects.values_list("patient", flat=True))

        assert treated <= set(Screening.objects.full().values_list("patient", flat=True))

    def test_three_patients_need_a_clinician_before_anybody_books(self):
        words = restrictions.words_for_desk(Patient.objects.all(), on=DAY)

        held = [pk for pk, word in words.items() if word.kind == "needs_clinician"]
        turned_away = Screening.objects.get(outcome="blocked").patient.name
        lapsed = Course.objects.get(state=Course.State.LAPSED).patient.name
        assert sorted(Patient.objects.filter(pk__in=held).values_list("name", flat=True)) == sorted(
            ["Bea Quill", lapsed, turned_away]
        )

    def test_everything_that_happened_is_in_a_whole_trail(self):
        audit.seal_links(at=MOMENT, limit=100_000)

        assert audit.faults() == []

    def test_everybody_can_only_be_reached_in_a_drama(self):
        for patient in Patient.objects.all():
            assert patient.phone_digits == "" or patient.phone_digits.startswith("44113496")
            assert patient.email == "" or patient.email.endswith("@post.example")

    def test_telling_it_again_changes_nothing_and_prints_the_sign_ins(self):
        with override_settings(DEMO=True), CaptureQueriesContext(connection) as asked:
            said = tell(day=DAY)

        assert "dee@rowan.example" in said
        assert not [query for query in asked.captured_queries if not query["sql"].startswith("SELECT")]


@pytest.mark.django_db
def test_outside_demo_mode_it_refuses():
    with pytest.raises(CommandError, match="demo mode only"):
        tell(day=DAY)

    assert User.objects.count() == 0


@pytest.mark.django_db
@override_settings(DEMO=True)
def test_it_does_not_mix_with_a_real_clinic():
    patients.register(name="Somebody Real", phone="0113 496 0000", by=Actor.system("tests"), at=MOMENT)

    for force in (False, True):
        with pytest.raises(CommandError, match="not empty"):
            tell(day=DAY, force=force)


def test_somebody_waits_and_somebody_is_treated_at_every_minute_between():
    waiting, treated = set(), set()
    for entry in diary.TODAY:
        if entry.comes is None or entry.is_cancelled:
            continue
        start = entry.at.hour * 60 + entry.at.minute
        waiting |= set(range(start + entry.comes, start + entry.begins))
        treated |= set(range(start + entry.begins, start + entry.begins + SHORTEST[entry.service]))
    between = set(range(telling.FIRST.hour * 60, telling.LAST.hour * 60 + 1))

    assert (between - waiting, between - treated) == (set(), set())


@pytest.mark.parametrize(("clock", "told"), [("06:15", "11:00"), ("13:20", "13:20"), ("23:40", "16:00")])
def test_the_day_is_told_up_to_a_time_at_which_every_status_stands(clock, told):
    moment = telling.moment_of(DAY, time.fromisoformat(clock), LONDON)

    assert moment.astimezone(LONDON).strftime("%H:%M") == told
