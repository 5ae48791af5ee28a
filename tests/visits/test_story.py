"""The clinic's whole job once, told through the steps that every door calls."""

from datetime import date, timedelta

import pytest

from booking.models import Appointment
from clinic import wall_time
from clinic.refusals import Refused
from outbox.models import Notice
from patients.models import Restriction
from tests.factories import intake
from tests.factories import screening as full
from tests.factories import treatments as chart
from tests.factories.booking import SUNDAY, TEN, minutes
from treatments import courses
from treatments.courses import CoursePlan
from treatments.models import Concern, Session
from visits import notices, reception, treatment

State = Appointment.State


@pytest.fixture(autouse=True)
def clinical_values(db):
    chart.values()


@pytest.fixture
def house(site, microneedling):
    return {"site": site, "service": microneedling}


@pytest.fixture
def booked(mia, ana, dee, house):
    return reception.book(patient=mia, practitioner=ana, starts_at=TEN, by=dee, at=SUNDAY, **house)


@pytest.fixture
def started(booked, mia, dee, as_ana):
    full.up_to_date(mia, at=TEN)
    here = reception.arrive(booked, version=booked.version, by=dee, at=TEN)
    intake.agreed(mia, by=as_ana)
    return treatment.start(
        here,
        version=here.version,
        identity_name=mia.name,
        identity_born_on=mia.born_on,
        answers=chart.all_clear(),
        course_plan=CoursePlan(concern=Concern.objects.get(code="acne_scars"), planned_sessions=4),
        by=as_ana,
        at=TEN + minutes(5),
    )


@pytest.fixture
def ended(started, as_ana):
    at = TEN + minutes(70)
    session = treatment.save(started, chart.draft(started), version=started.version, by=as_ana, at=at)
    return treatment.finish(session, ended_at=at, by=as_ana, at=at)


def standing(patient, owner):
    return [
        (notice.kind, wall_time.local(notice.due_at, notice.site.zone).date())
        for notice in Notice.objects.filter(patient=patient, owner=owner, state=Notice.State.DUE).order_by("due_at")
    ]


CARE = [
    ("AFTER_0H", date(2026, 3, 2)),
    ("AFTER_24H", date(2026, 3, 3)),
    ("AFTER_48H", date(2026, 3, 4)),
    ("AFTER_72H", date(2026, 3, 5)),
    ("AFTER_5D", date(2026, 3, 7)),
    ("AFTER_7D", date(2026, 3, 9)),
    ("AFTER_21D", date(2026, 3, 23)),
]
FOLLOW_UPS = [
    ("FOLLOW_28D", date(2026, 3, 30)),
    ("FOLLOW_35D", date(2026, 4, 6)),
    ("FOLLOW_42D", date(2026, 4, 13)),
]


def test_ending_a_treatment_starts_aftercare_and_the_course_says_when_the_next_session_falls(ended, mia):
    course = courses.running_for(mia)

    assert standing(mia, "aftercare") == CARE + FOLLOW_UPS
    assert courses.done_count(course) == 1
    window = courses.window(course)
    assert (window.opens_on, window.best_on, window.closes_on) == (
        date(2026, 3, 30),
        date(2026, 4, 6),
        date(2026, 4, 13),
    )
    assert Appointment.objects.get(pk=ended.appointment_id).state == State.DONE


def test_a_visit_on_day_20_is_refused_with_the_window_and_the_reason(ended, mia, ana, dee, house):
    day_20 = TEN + timedelta(days=21)  # a Monday

    with pytest.raises(Refused) as refused:
        reception.book(patient=mia, practitioner=ana, starts_at=day_20, by=dee, at=ended.ended_at, **house)

    refusal = refused.value.refusal
    assert refusal.rule == "restriction.not_before"
    assert refusal.earliest == date(2026, 3, 30)
    assert refusal.overridable_by == "prescribe"
    assert Appointment.objects.count() == 1


def test_the_desk_may_book_three_days_early_only_with_a_practitioner_who_agrees_and_a_reason(
    ended, mia, ana, dee, house
):
    friday = TEN + timedelta(days=25)
    wish = {"patient": mia, "practitioner": ana, "starts_at": friday, "by": dee, "at": ended.ended_at, **house}

    for agreed in ({}, {"agreed_by": ana}, {"agreed_by": dee.user, "agreed_reason": "Flies on Saturday"}):
        with pytest.raises(Refused):
            reception.book(**wish, **agreed)
    visit = reception.book(**wish, agreed_by=ana, agreed_reason="Flies on Saturday")

    kept = visit.overrides.get()
    assert (kept.rule, kept.reason, kept.agreed_by, kept.recorded_by) == (
        "restriction.not_before",
        "Flies on Saturday",
        ana,
        dee.user,
    )


def test_a_visit_in_the_window_takes_the_place_of_the_follow_ups_and_cancelling_it_brings_them_back(
    ended, mia, ana, dee, house
):
    best = wall_time.days_later(TEN, 35, house["site"].zone)

    visit = reception.book(patient=mia, practitioner=ana, starts_at=best, by=dee, at=ended.ended_at, **house)

    assert standing(mia, "aftercare") == CARE
    assert {kind for kind, _day in standing(mia, "booking")} == {"CONFIRMATION", "PRE_7D", "PRE_24H"}
    withdrawn = Notice.objects.get(patient=mia, kind="FOLLOW_28D")
    assert (withdrawn.state, withdrawn.state_reason) == (Notice.State.WITHDRAWN, "The next visit is booked.")
    assert courses.place(visit) == "2 of 4"

    reception.cancel(visit, version=visit.version, reason="Ill", by=dee, at=ended.ended_at + minutes(10))

    assert standing(mia, "aftercare") == CARE + FOLLOW_UPS
    assert {kind for kind, _day in standing(mia, "booking")} <= {"CANCELLATION"}
    assert courses.place(visit) == ""


def test_a_patient_without_email_gets_sheets_and_calls_instead(tomasz, ana, dee, as_ana, house):
    visit = reception.book(patient=tomasz, practitioner=ana, starts_at=TEN, by=dee, at=SUNDAY, **house)
    full.up_to_date(tomasz, at=TEN)
    here = reception.arrive(visit, version=visit.version, by=dee, at=TEN)
    intake.agreed(tomasz, by=as_ana)
    session = treatment.start(
        here,
        version=here.version,
        identity_name=tomasz.name,
        identity_born_on=tomasz.born_on,
        answers=chart.all_clear(),
        course_plan=CoursePlan(concern=Concern.objects.get(code="acne_scars"), planned_sessions=3),
        by=as_ana,
        at=TEN,
    )
    at = TEN + minutes(70)
    session = treatment.save(session, chart.draft(session), version=session.version, by=as_ana, at=at)
    treatment.finish(session, ended_at=at, by=as_ana, at=at)

    channels = dict(Notice.objects.filter(owner="aftercare").values_list("kind", "channel"))
    assert len(channels) == len(CARE + FOLLOW_UPS)
    assert channels["AFTER_0H"] == Notice.Channel.SHEET
    assert channels["FOLLOW_28D"] == Notice.Channel.CALL
    assert Notice.Channel.MAIL not in channels.values()


def test_signing_rewords_what_is_unsent_and_leaves_its_times(ended, mia, as_ana):
    before = standing(mia, "aftercare")

    treatment.sign(ended, by=as_ana, at=ended.ended_at + minutes(5))

    assert standing(mia, "aftercare") == before
    assert Session.objects.get(pk=ended.pk).is_signed


def test_a_check_that_stops_the_session_is_kept(booked, mia, dee, as_ana):
    here = reception.arrive(booked, version=booked.version, by=dee, at=TEN)

    intake.agreed(mia, by=as_ana)
    with pytest.raises(Refused) as refused:
        treatment.start(
            here,
            version=here.version,
            identity_name=mia.name,
            identity_born_on=mia.born_on,
            answers=chart.all_clear(INFECTION=chart.Given(is_yes=True)),
            course_plan=None,
            by=as_ana,
            at=TEN,
        )

    assert refused.value.refusal.rule == "screening.blocked"
    assert [screening.outcome for screening in mia.screenings.all()] == ["blocked"]
    assert Session.objects.count() == 0
    assert Appointment.objects.get().state == State.ARRIVED


def test_somebody_new_is_registered_and_booked_together_or_not_at_all(ana, dee, house, booked):
    with pytest.raises(Refused):
        reception.book_new(
            name="Noor", email="n@x.example", practitioner=ana, starts_at=TEN, by=dee, at=SUNDAY, **house
        )
    visit = reception.book_new(
        name="Noor Rahman",
        phone="0113 496 0123",
        practitioner=ana,
        starts_at=TEN + minutes(240),
        by=dee,
        at=SUNDAY,
        **house,
    )

    assert visit.patient.name == "Noor Rahman"
    assert not type(visit.patient).objects.filter(email="n@x.example").exists()


def test_a_missed_visit_leaves_its_place_in_the_course(ended, mia, ana, dee, house):
    best = wall_time.days_later(TEN, 35, house["site"].zone)
    visit = reception.book(patient=mia, practitioner=ana, starts_at=best, by=dee, at=ended.ended_at, **house)

    missed = reception.no_show(visit, version=visit.version, by=dee, at=best + minutes(30))

    assert courses.place(missed) == ""
    assert ("FOLLOW_42D", date(2026, 4, 13)) in standing(mia, "aftercare")
    back = reception.revert(missed, version=missed.version, by=dee, at=best + minutes(31))
    assert courses.place(back) == "2 of 4"
    assert Restriction.objects.filter(patient=mia).count() == 1


def test_a_visit_that_everybody_forgot_does_not_silence_the_call_back(ended, mia, ana, dee, house):
    best = wall_time.days_later(TEN, 35, house["site"].zone)
    reception.book(patient=mia, practitioner=ana, starts_at=best, by=dee, at=ended.ended_at, **house)

    notices.reconcile(mia, at=best + timedelta(days=2))

    assert ("FOLLOW_42D", date(2026, 4, 13)) in standing(mia, "aftercare")


def test_a_message_tried_again_says_what_the_record_says_now(ended, mia, as_ana, max_):
    row = Notice.objects.get(patient=mia, kind="AFTER_24H")
    Notice.objects.filter(pk=row.pk).update(
        state=Notice.State.FAILED, settled_at=ended.ended_at, body_text="old words", state_reason="550 no such user"
    )

    row.refresh_from_db()
    notices.try_again(row, by=max_, at=ended.ended_at + minutes(30))

    row.refresh_from_db()
    assert row.state == Notice.State.DUE
    assert "old words" not in row.body_text
