"""Entered in error: struck and kept, and what followed is taken back; moved to the right patient, it is whole there."""

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.actors import Actor
from clinic.refusals import Refused
from outbox.models import Notice
from patients.models import Restriction
from stock import movements
from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from treatments import courses, drafts, sessions, striking
from treatments.models import Course, Session
from visits import striking as errors
from visits import treatment

ELEVEN, NOON = TEN + minutes(60), TEN + minutes(120)
WHY = "Written on the wrong tablet."


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


@pytest.fixture
def toms(tomasz, microneedling, ana):
    """Tomasz' visit on the same day, an hour and a half after Mia's."""
    return booking.visit(tomasz, microneedling, ana, starts_at=TEN + minutes(90))


def ended(visit, *, by, **fields) -> Session:
    session = treatments.started(visit, by=by)
    kept = treatments.saved(session, by=by, **fields)
    return treatment.finish(kept, ended_at=ELEVEN, by=by, at=ELEVEN)


def signed(visit, *, by, **fields) -> Session:
    return treatment.sign(ended(visit, by=by, **fields), by=by, at=ELEVEN)


def moved(session, visit, *, by, at=NOON) -> Session:
    visit.refresh_from_db()
    who = {"identity_name": visit.patient.name, "identity_born_on": visit.patient.born_on}
    return errors.move(session, visit, version=visit.version, **who, reason=WHY, by=by, at=at)


def open_kinds(patient) -> list[str]:
    return sorted(Notice.objects.filter(patient=patient, state=Notice.State.DUE).values_list("kind", flat=True))


# --- struck -----------------------------------------------------------------------------------------------------


def test_a_struck_record_is_kept_as_it_was_signed_and_counts_for_nothing(visit, mia, as_ana):
    course = treatments.course(mia, by=as_ana)
    session = signed(visit, by=as_ana)

    errors.strike(session, reason=WHY, by=as_ana, at=NOON)

    kept = Session.objects.get(pk=session.pk)
    assert (kept.struck_at, kept.strike.reason, kept.strike.struck_by) == (NOON, WHY, as_ana.user)
    assert sessions.verify(kept)
    assert courses.done_count(course) == 0
    assert not Restriction.objects.filter(source=f"session:{session.uuid}:spacing", lifted_at=None).exists()


def test_nothing_more_is_sent_about_a_treatment_that_was_not(visit, mia, as_ana):
    session = ended(visit, by=as_ana)
    assert "AFTER_24H" in open_kinds(mia)

    errors.strike(session, reason=WHY, by=as_ana, at=ELEVEN)

    assert [kind for kind in open_kinds(mia) if kind.startswith(("AFTER", "FOLLOW"))] == []


def test_the_last_session_of_a_course_struck_lets_the_course_run_again(visit, mia, as_ana):
    course = treatments.course(mia, by=as_ana)
    Course.objects.filter(pk=course.pk).update(planned_sessions=1)
    session = ended(visit, by=as_ana)
    assert Course.objects.get().state == Course.State.FINISHED

    errors.strike(session, reason=WHY, by=as_ana, at=NOON)

    assert Course.objects.get().state == Course.State.RUNNING


def test_a_struck_draft_is_written_no_further(visit, as_ana):
    session = treatments.started(visit, by=as_ana)
    errors.strike(session, reason=WHY, by=as_ana, at=NOON)

    with pytest.raises(sessions.Struck):
        treatments.saved(session, by=as_ana)


def test_the_visit_of_a_struck_session_may_have_another(visit, as_ana):
    session = treatments.started(visit, by=as_ana)
    errors.strike(session, reason=WHY, by=as_ana, at=NOON)

    again = treatments.started(visit, by=as_ana, at=NOON)

    assert [one.pk for one in Session.objects.standing().filter(appointment=visit)] == [again.pk]


@pytest.mark.parametrize(("reason", "words"), [("  ", "Say what was wrong"), ("x" * 4001, "at most 4000")])
def test_a_strike_says_why(visit, as_ana, reason, words):
    session = treatments.started(visit, by=as_ana)

    with pytest.raises(striking.ReasonMissing, match=words):
        errors.strike(session, reason=reason, by=as_ana, at=NOON)

    assert Session.objects.get().struck_at is None


def test_nobody_strikes_twice(visit, as_ana):
    session = treatments.started(visit, by=as_ana)
    errors.strike(session, reason=WHY, by=as_ana, at=NOON)

    with pytest.raises(striking.StruckBefore):
        errors.strike(session, reason=WHY, by=as_ana, at=NOON)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE treatments_session SET struck_at = started_at",
        "UPDATE treatments_strike SET reason = 'nothing'",
        "DELETE FROM treatments_strike",
    ],
)
def test_by_hand_nothing_is_struck_and_no_strike_is_altered(visit, as_ana, sql):
    session = signed(visit, by=as_ana)
    if "treatments_strike" in sql:
        errors.strike(session, reason=WHY, by=as_ana, at=NOON)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- moved ------------------------------------------------------------------------------------------------------


def test_a_session_moved_is_whole_in_the_right_record_with_its_real_times(visit, toms, mia, as_ana):
    session = ended(visit, by=as_ana, needling_started_at=TEN + minutes(30), needling_ended_at=TEN + minutes(50))

    right = moved(session, toms, by=as_ana)

    wrong = Session.objects.get(pk=session.pk)
    assert (right.patient, right.started_at, right.is_signed, right.ended_at) == (toms.patient, TEN, False, None)
    assert (wrong.patient, wrong.struck_at, wrong.strike.moved_to) == (mia, NOON, right)
    assert drafts.of(right) == drafts.of(wrong)
    assert right.cartridge == wrong.cartridge
    assert WHY in right.incidents.get().reason


def test_the_right_patient_hears_what_is_to_be_done_and_the_wrong_one_nothing_more(visit, toms, mia, as_ana):
    session = ended(visit, by=as_ana)
    right = moved(session, toms, by=as_ana, at=ELEVEN + minutes(5))

    treatment.finish(right, ended_at=ELEVEN, by=as_ana, at=ELEVEN + minutes(6))

    assert "AFTER_24H" in open_kinds(toms.patient)
    assert "AFTER_24H" not in open_kinds(mia)


def test_a_unit_is_counted_once_whoever_it_was_for(visit, toms, as_ana):
    session = signed(visit, by=as_ana)
    lot = session.cartridge.lot
    before = movements.left(lot)

    right = moved(session, toms, by=as_ana)
    treatment.finish(right, ended_at=ELEVEN, by=as_ana, at=NOON)
    treatment.sign(Session.objects.get(pk=right.pk), by=as_ana, at=NOON)

    assert movements.left(lot) == before


def test_only_who_did_it_moves_it(visit, toms, as_ana, ben):
    session = ended(visit, by=as_ana)

    with pytest.raises(Refused, match="Ana Duarte did this session"):
        moved(session, toms, by=Actor.of(ben))


def test_a_move_to_somebody_who_is_not_who_was_named_changes_nothing(visit, toms, as_ana):
    session = ended(visit, by=as_ana)

    with pytest.raises(Refused):
        errors.move(
            session,
            toms,
            version=toms.version,
            identity_name="Somebody Else",
            identity_born_on=toms.patient.born_on,
            reason=WHY,
            by=as_ana,
            at=NOON,
        )

    assert (Session.objects.get().struck_at, Session.objects.count()) == (None, 1)
