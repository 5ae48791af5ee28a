"""The gates before a session: each one stops it, with its reason, and writes nothing."""

from datetime import date, timedelta

import pytest

from booking import appointments, overrides
from clinic.actors import Actor
from clinic.refusals import Refused
from intake import consents, screenings, texts
from intake.screenings import Given
from patients import health, patients, restrictions
from patients.models import Medicine, Procedure
from tests.factories import booking, clinic, intake, treatments
from tests.factories import patients as people
from tests.factories.booking import TEN, minutes
from treatments import courses, sessions
from treatments.models import Session

pytestmark = pytest.mark.django_db


def refusal_of(call):
    with pytest.raises(Refused) as refused:
        call()
    assert Session.objects.count() == 0
    return refused.value.refusal


def test_a_session_begins_for_somebody_who_came_was_asked_and_agreed(visit, mia, ana, as_ana, room, pen):
    session = treatments.started(visit, by=as_ana)

    assert (session.patient, session.practitioner, session.room, session.device) == (mia, ana, room, pen)
    assert (session.started_at, session.identity_confirmed_at, session.ended_at) == (TEN, TEN, None)
    assert (session.course, session.number) == (None, None)
    assert (session.consent.text, session.beside) == (texts.current(), {})


def test_a_session_joins_the_running_course_as_its_next(visit, mia, as_ana):
    course = treatments.course(mia, by=as_ana)

    session = treatments.started(visit, by=as_ana)

    assert (session.course, session.number) == (course, 1)


@pytest.mark.parametrize("kind", [Medicine, Procedure])
def test_what_is_noted_in_the_record_after_the_health_questions_stops_the_session(visit, mia, as_ana, kind):
    here = treatments.arrived(visit)
    intake.agreed(mia, by=as_ana)
    health.note(kind, mia, name="Isotretinoin", by=as_ana, at=TEN + minutes(1))
    facts = {
        "identity_name": mia.name,
        "identity_born_on": mia.born_on,
        "screening": screenings.record(mia, answers=treatments.all_clear(), by=as_ana, at=TEN + minutes(2)),
    }

    refusal = refusal_of(lambda: sessions.start(here, by=as_ana, at=TEN + minutes(2), **facts))

    assert (refusal.rule, refusal.is_hard) == ("screening.full_new", True)


def test_nobody_is_treated_before_they_arrived(visit, mia, as_ana):
    facts = {
        "identity_name": mia.name,
        "identity_born_on": mia.born_on,
        "screening": screenings.record(mia, answers=treatments.all_clear(), by=as_ana, at=TEN),
    }
    intake.agreed(mia, by=as_ana)

    refusal = refusal_of(lambda: sessions.start(visit, by=as_ana, at=TEN, **facts))

    assert (refusal.rule, refusal.sentence) == (
        "start.not_arrived",
        "Mia Okafor is not marked as arrived. Mark that first, then start.",
    )


def test_somebody_in_the_room_already_is_started(visit, as_ana, mia):
    there = appointments.enter_room(treatments.arrived(visit), version=2, by=as_ana, at=TEN)
    screening = screenings.record(mia, answers=treatments.all_clear(), by=as_ana, at=TEN)
    intake.agreed(mia, by=as_ana)

    session = sessions.start(
        there,
        identity_name=mia.name,
        identity_born_on=mia.born_on,
        screening=screening,
        by=as_ana,
        at=TEN,
    )

    assert session.appointment == there


def test_a_visit_has_one_session(visit, as_ana, mia, session):
    screening = screenings.record(mia, answers=treatments.all_clear(), by=as_ana, at=TEN)

    with pytest.raises(Refused) as refused:
        sessions.start(
            visit,
            identity_name=mia.name,
            identity_born_on=mia.born_on,
            screening=screening,
            by=as_ana,
            at=TEN,
        )

    assert refused.value.refusal.rule == "start.again"
    assert list(Session.objects.all()) == [session]


def test_a_consultation_has_no_session(mia, consultation, ana, as_ana):
    visit = booking.visit(mia, consultation, ana)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana)).sentence == "Consultation has no session to record."


def test_without_a_date_of_birth_nobody_can_be_sure(microneedling, ana, as_ana):
    visit = booking.visit(people.patient("Grace Whitfield"), microneedling, ana)

    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana))

    assert (refusal.rule, refusal.sentence) == (
        "identity.born_unknown",
        "Grace Whitfield has no date of birth in the record. Ask for it, write it there, then start.",
    )


@pytest.mark.parametrize(
    "wrong",
    [{"identity_name": "Mia Okafar"}, {"identity_name": ""}, {"identity_born_on": date(1994, 5, 20)}],
)
def test_name_and_date_of_birth_must_both_be_those_of_the_record(visit, as_ana, wrong):
    assert refusal_of(lambda: treatments.started(visit, by=as_ana, **wrong)).rule == "identity.not_confirmed"


def test_a_name_is_the_same_in_other_letters(visit, as_ana):
    assert treatments.started(visit, by=as_ana, identity_name="mia OKAFOR").patient == visit.patient


def test_identity_can_be_judged_before_anything_is_asked(mia):
    with pytest.raises(Refused) as refused:
        sessions.confirm_identity(mia, name="Mia Okafor", born_on=None)

    assert refused.value.refusal.rule == "identity.not_confirmed"


def test_a_session_begins_on_the_eighteenth_birthday(microneedling, ana, as_ana):
    young = people.patient("Noor Haddad", born_on=date(2008, 3, 3))
    first = booking.visit(young, microneedling, ana)
    second = booking.visit(young, microneedling, ana, starts_at=TEN + timedelta(days=1))

    refusal = refusal_of(lambda: treatments.started(first, by=as_ana, agrees=False))
    assert (refusal.rule, refusal.sentence) == (
        "age.no_guardian",
        "Sessions begin at 18 years, here on 3 March 2026. Before that a prescriber decides, once a guardian stands in "
        "the record with a phone number or an e-mail address.",
    )
    assert treatments.started(second, by=as_ana).patient == young


def test_an_answer_that_stops_the_session_is_said_with_its_question(visit, mia, as_ana):
    asked = screenings.record(mia, answers=treatments.all_clear(INFECTION=Given(True)), by=as_ana, at=TEN)

    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana, screening=asked))

    assert (refusal.rule, refusal.title, refusal.overridable_by) == ("screening.blocked", "No session today.", "")
    assert refusal.sentence == (
        "Is there a skin infection in the area today: bacterial, fungal or viral, warts included? "
        "No session today. Only a changed answer clears it."
    )


def test_a_check_of_yesterday_does_not_count(visit, mia, as_ana):
    asked = screenings.record(mia, answers=treatments.all_clear(), by=as_ana, at=TEN - timedelta(days=1))

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, screening=asked)).rule == "screening.not_fresh"


def test_a_check_of_somebody_else_does_not_count(visit, tomasz, as_ana):
    asked = screenings.record(tomasz, answers=treatments.all_clear(), by=as_ana, at=TEN)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, screening=asked)).rule == "screening.not_fresh"


def test_a_check_that_a_colleague_made_does_not_count(visit, mia, as_ana, ben):
    asked = screenings.record(mia, answers=treatments.all_clear(), by=Actor.of(ben), at=TEN)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, screening=asked)).rule == "screening.not_fresh"


def test_a_check_serves_one_session(session, mia, microneedling, ana, as_ana):
    later = booking.visit(mia, microneedling, ana, starts_at=TEN + minutes(300))

    with pytest.raises(Refused) as refused:
        treatments.started(later, by=as_ana, screening=session.screening)

    assert refused.value.refusal.rule == "screening.not_fresh"


def test_without_a_signed_consent_nothing_begins(visit, as_ana):
    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana, agrees=False))

    assert (refusal.rule, refusal.sentence, refusal.values) == (
        "consent.missing",
        "Mia Okafor signs first: Microneedling.",
        {"purposes": ["procedure"]},
    )


def test_a_consent_taken_back_does_not_count(visit, mia, as_ana):
    consents.withdraw(intake.signed(mia, by=as_ana), by=as_ana, at=TEN)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, agrees=False)).rule == "consent.missing"


def test_a_consent_to_older_words_does_not_count(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    intake.republished(TEN, as_ana)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, agrees=False)).rule == "consent.missing"


def test_what_is_done_beside_the_needling_is_signed_by_itself(visit, mia, as_ana):
    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana, beside=["prp", "off_label"]))
    assert refusal.sentence == "Mia Okafor signs first: Off-label use, Microneedling with PRP."

    for purpose in ("prp", "off_label"):
        intake.signed(mia, by=as_ana, purpose=purpose)
    session = treatments.started(visit, by=as_ana, beside=["prp", "off_label"])

    signed = {purpose: consents.standing(mia, purpose).record_digest for purpose in ("off_label", "prp")}
    assert session.beside == signed


def test_what_a_service_always_does_is_signed_for_without_being_planned_again(visit, microneedling, mia, as_ana):
    microneedling.beside = ["prp"]
    microneedling.save()
    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana))
    assert (refusal.rule, refusal.values) == ("consent.missing", {"purposes": ["prp"]})

    intake.signed(mia, by=as_ana, purpose="prp")
    assert list(treatments.started(visit, by=as_ana).beside) == ["prp"]


def test_time_to_think_lies_between_the_signature_and_the_needle(visit, mia, site, as_ana):
    site.consent_cooling_days = 2
    site.save()
    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana))

    assert (refusal.rule, refusal.earliest) == ("consent.cooling", date(2026, 3, 4))
    assert refusal.sentence == "This clinic leaves 2 days between the signature and the treatment."


def test_a_consent_that_was_slept_on_long_enough_counts(visit, mia, site, as_ana):
    site.consent_cooling_days = 2
    site.save()
    intake.signed(mia, by=as_ana, at=TEN - timedelta(days=2))

    assert treatments.started(visit, by=as_ana).patient == mia


def test_a_paper_that_was_slept_on_counts_from_its_own_day_though_scanned_in_today(visit, mia, site, as_ana):
    site.consent_cooling_days = 2
    site.save()
    intake.signed(mia, by=as_ana, how="paper", paper=intake.picture("JPEG"), signed_on=date(2026, 2, 28))

    assert treatments.started(visit, by=as_ana).patient == mia


def test_a_restriction_stops_the_session_too(visit, mia, as_ana):
    restrictions.write(
        mia, source="test:spacing", service_kinds=["needling"], not_before=date(2026, 3, 20), words="Rest.", at=TEN
    )

    refusal = refusal_of(lambda: treatments.started(visit, by=as_ana))

    assert (refusal.rule, refusal.earliest) == ("restriction.not_before", date(2026, 3, 20))


def test_a_restriction_that_was_passed_for_this_visit_stops_nothing(visit, mia, ana, as_ana):
    restrictions.write(
        mia,
        source="test:spacing",
        service_kinds=["needling"],
        not_before=date(2026, 3, 4),
        soft_days=3,
        words="Rest.",
        at=TEN,
    )
    overrides.record(visit, rule="restriction.not_before", reason="Wedding", agreed_by=ana, by=as_ana, at=TEN)

    assert treatments.started(visit, by=as_ana).patient == mia


def test_the_first_gate_that_stops_is_the_one_that_is_named(microneedling, ana, as_ana):
    visit = booking.visit(people.patient("Grace Whitfield"), microneedling, ana)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, agrees=False)).rule == "identity.born_unknown"


def test_a_device_that_may_not_be_used_today_is_not_put_on_the_chart(visit, pen, as_ana):
    pen.service_due_on = date(2026, 3, 1)
    pen.save()

    assert treatments.started(visit, by=as_ana).device is None


def test_a_course_is_planned_before_the_first_session(mia, as_ana):
    with pytest.raises(Refused) as refused:
        treatments.course(mia, by=as_ana, planned_sessions=7)

    assert refused.value.refusal.sentence == "A course usually has 3 to 6 sessions. Write why this one has 7."
    assert courses.running_for(mia) is None


def test_a_patient_has_one_running_course(mia, as_ana):
    first = treatments.course(mia, by=as_ana)

    with pytest.raises(courses.CourseRunning):
        treatments.course(mia, by=as_ana, concern="fine_lines")

    assert courses.running_for(mia) == first


def test_an_edited_name_must_be_confirmed_as_it_stands_now(visit, mia, as_ana):
    patients.edit(mia, version=mia.version, name="Mia Brandt", by=as_ana, at=TEN)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, agrees=False)).rule == "identity.not_confirmed"


def test_a_prescriber_may_pass_what_a_practitioner_may_not(visit, mia, as_ana, site):
    severe = treatments.all_clear(ACNE_SEVERE=Given(True, reason="Dermatologist agreed in writing"))
    by_ana = screenings.record(mia, answers=severe, by=as_ana, at=TEN)
    doctor = Actor.of(clinic.user("Vera Lindt", "practitioner", "prescriber"))
    by_vera = screenings.record(mia, answers=severe, by=doctor, at=TEN)

    assert refusal_of(lambda: treatments.started(visit, by=as_ana, screening=by_ana)).rule == "screening.blocked"
    visit.refresh_from_db()
    assert treatments.started(visit, by=doctor, screening=by_vera).screening == by_vera
