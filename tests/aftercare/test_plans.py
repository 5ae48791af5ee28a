from datetime import UTC, date, datetime, timedelta

import pytest

from aftercare import plans
from aftercare.models import Plan, Protocol, Step, StepWords
from booking import appointments
from clinic.models import AuditRow
from outbox import deliveries
from outbox.models import Notice
from patients import patients
from patients.models import Patient
from tests.factories import aftercare, booking, treatments
from tests.factories.aftercare import in_line, standing
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import courses
from treatments.models import Session
from visits import notices as visit_notices
from visits import reception

State, Channel = Notice.State, Notice.Channel
END = TEN + minutes(70)
DAY_28, DAY_35, DAY_42 = (datetime(2026, month, day, 10, 10, tzinfo=UTC) for month, day in ((3, 30), (4, 6), (4, 13)))
DAY_28_AT_ELEVEN = DAY_28.replace(minute=0)
FOLLOW_UPS = ["FOLLOW_28D", "FOLLOW_35D", "FOLLOW_42D"]
NEXT_MORNING = END + timedelta(hours=23)


def hours(count):
    return timedelta(hours=count)


def state_of(kind):
    return Notice.objects.values_list("state", "state_reason").get(kind=kind)


def book_next(mia, microneedling, ana, *, starts_at=DAY_28_AT_ELEVEN, at=NEXT_MORNING):
    return booking.visit(mia, microneedling, ana, starts_at=starts_at, at=at)


def test_the_end_of_a_treatment_puts_ten_messages_into_the_outbox_each_at_its_hour(first_session):
    aftercare.begun(first_session)

    assert standing() == {
        "AFTER_0H": END,
        "AFTER_24H": END + hours(24),
        "AFTER_48H": END + hours(48),
        "AFTER_72H": END + hours(72),
        "AFTER_5D": END + timedelta(days=5),
        "AFTER_7D": END + timedelta(days=7),
        "AFTER_21D": END + timedelta(days=21),
        "FOLLOW_28D": DAY_28,  # from here on London is an hour ahead of UTC
        "FOLLOW_35D": DAY_35,
        "FOLLOW_42D": DAY_42,
    }


def test_a_message_is_stale_after_a_day_or_a_week(first_session):
    aftercare.begun(first_session)

    lengths = {row.kind: row.not_after - row.due_at for row in Notice.objects.all()}
    assert {kind for kind, length in lengths.items() if length == hours(24)} == {"AFTER_0H", "AFTER_24H", "AFTER_48H"}
    assert {length for length in lengths.values()} == {hours(24), hours(168)}


def test_the_first_message_leaves_at_once_with_the_words_of_the_house(first_session, smtp_server):
    aftercare.begun(first_session)

    deliveries.send_due(clock=lambda: END)

    mail = smtp_server.messages[0]
    words = mail.get_body(["plain"]).get_content()
    assert [message["Subject"] for message in smtp_server.messages] == ["After your visit on Mon 2 March"]
    assert "Dear Mia," in words
    assert "0113 496 0000" in words
    assert "{" not in words


def test_starting_twice_is_starting_once(first_session):
    plan = aftercare.begun(first_session)

    again = plans.start(first_session, by=HOUSE, at=END + hours(1))

    assert (again, again.started_at) == (plan, END)
    assert Plan.objects.count() == 1
    assert AuditRow.objects.filter(verb="aftercare.started").count() == 1


def test_deriving_twice_changes_nothing(first_session, mia):
    aftercare.begun(first_session)

    tally = in_line(mia, at=END + hours(1))

    assert (tally.kept, tally.changed) == (10, 0)


def test_a_patient_without_e_mail_gets_sheets_and_dated_calls(house_values, tomasz, microneedling, ana, as_ana):
    course = treatments.course(tomasz, by=as_ana)
    visit = booking.visit(tomasz, microneedling, ana)
    session = treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)

    aftercare.begun(session)

    channels = dict(Notice.objects.values_list("kind", "channel"))
    assert {kind for kind, channel in channels.items() if channel == Channel.CALL} == set(FOLLOW_UPS)
    assert {kind for kind, channel in channels.items() if channel == Channel.SHEET} == channels.keys() - set(FOLLOW_UPS)
    assert standing()["FOLLOW_28D"] == DAY_28


# --- follow-ups --------------------------------------------------------------------------------------------


def test_a_booked_visit_withdraws_the_follow_ups_and_says_why(first_session, mia, microneedling, ana):
    aftercare.begun(first_session)
    book_next(mia, microneedling, ana)

    tally = in_line(mia, at=NEXT_MORNING)

    assert (tally.withdrawn, tally.reworded, tally.kept) == (3, 1, 6)  # day 21 invites nobody any more
    assert {state_of(kind) for kind in FOLLOW_UPS} == {(State.WITHDRAWN, "The next visit is booked.")}


def test_cancelling_it_brings_the_follow_ups_back_as_they_were(first_session, mia, microneedling, ana):
    aftercare.begun(first_session)
    before = standing()
    visit = book_next(mia, microneedling, ana)
    in_line(mia, at=NEXT_MORNING)
    appointments.cancel(visit, version=visit.version, reason="She is away", by=HOUSE, at=NEXT_MORNING)

    tally = in_line(mia, at=NEXT_MORNING)

    assert (tally.revived, standing()) == (3, before)


def test_a_consultation_is_no_next_session(first_session, mia, consultation, ana):
    aftercare.begun(first_session)
    book_next(mia, consultation, ana)

    assert in_line(mia, at=NEXT_MORNING).changed == 0


def test_a_visit_that_nobody_came_to_brings_the_follow_ups_back(first_session, mia, microneedling, ana):
    aftercare.begun(first_session)
    visit = book_next(mia, microneedling, ana)
    in_line(mia, at=NEXT_MORNING)
    missed_at = visit.starts_at + hours(1)
    appointments.no_show(visit, version=visit.version, by=HOUSE, at=missed_at)

    in_line(mia, at=missed_at)

    assert [kind for kind in standing() if kind in FOLLOW_UPS] == FOLLOW_UPS


def test_the_next_session_takes_over_the_follow_ups(first_session, mia, microneedling, ana, as_ana, course):
    aftercare.begun(first_session)
    visit = book_next(mia, microneedling, ana)
    second = treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)

    aftercare.begun(second)

    by_session = {row.subject: row.state_reason for row in Notice.objects.filter(kind="FOLLOW_28D", owner=plans.OWNER)}
    assert by_session == {
        f"session:{first_session.pk}": "A later session took its place.",
        f"session:{second.pk}": "",
    }
    assert standing()["FOLLOW_28D"] == second.ended_at + timedelta(days=28)


def test_a_finished_course_asks_nobody_back(first_session, mia, course, as_ana):
    aftercare.begun(first_session)
    type(course).objects.filter(pk=course.pk).update(planned_sessions=1)
    courses.settle(course.__class__.objects.get(pk=course.pk), by=as_ana, at=END)

    in_line(mia, at=NEXT_MORNING)

    assert state_of("FOLLOW_28D") == (State.WITHDRAWN, "No further session is planned in this course.")
    assert state_of("AFTER_21D") == (State.DUE, "")


def test_a_session_outside_a_course_is_cared_for_and_not_followed_up(house_values, mia, microneedling, ana, as_ana):
    visit = booking.visit(mia, microneedling, ana)

    aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana), by=as_ana))

    assert len(standing()) == 7
    assert not set(FOLLOW_UPS) & standing().keys()


def test_follow_ups_come_when_the_courses_own_window_opens(first_session, mia, course):
    type(course).objects.filter(pk=course.pk).update(earliest_days=21, target_days=24, latest_days=30)

    aftercare.begun(first_session)

    assert [standing()[kind].date() for kind in FOLLOW_UPS] == [
        first_session.ended_at.date() + timedelta(days=days) for days in (21, 24, 30)
    ]


# --- protocol, stopping, striking --------------------------------------------------------------------------


def test_a_plan_keeps_the_version_it_began_with(first_session, mia):
    plan = aftercare.begun(first_session)
    Protocol.objects.update(is_current=False)
    Protocol.objects.create(name="Microneedling", version=2, is_current=True, published_at=END)

    tally = in_line(mia, at=NEXT_MORNING)

    plan.refresh_from_db()
    assert (plan.protocol.version, tally.changed) == (1, 0)


def test_a_stopped_plan_takes_back_what_it_has_not_said(first_session, mia, as_ana):
    plan = aftercare.begun(first_session)

    plans.stop(plan, because="She is treated elsewhere now.", by=as_ana, at=NEXT_MORNING)
    plans.stop(plan, because="Again", by=as_ana, at=NEXT_MORNING + hours(1))
    in_line(mia, at=NEXT_MORNING)

    assert standing() == {}
    assert set(Notice.objects.values_list("state_reason", flat=True)) == {"She is treated elsewhere now."}
    assert AuditRow.objects.filter(verb="aftercare.stopped").count() == 1


def test_a_record_entered_in_error_says_nothing_more(first_session, mia):
    aftercare.begun(first_session)
    Session.objects.filter(pk=first_session.pk).update(struck_at=NEXT_MORNING)

    in_line(mia, at=NEXT_MORNING)

    assert set(Notice.objects.values_list("state", "state_reason")) == {
        (State.WITHDRAWN, "The treatment record was entered in error.")
    }


def gone_since(mia, day, at):
    """Note on the record that she no longer comes, or that she does; the outbox follows, as at the desk."""
    mia.refresh_from_db()
    reception.change_patient(mia, version=mia.version, by=HOUSE, at=at, archived_on=day)


def test_who_no_longer_comes_is_cared_for_and_not_asked_back(first_session, mia):
    aftercare.begun(first_session)

    gone_since(mia, date(2026, 3, 3), NEXT_MORNING)

    assert standing().keys().isdisjoint(FOLLOW_UPS)
    assert {"AFTER_48H", "AFTER_7D", "AFTER_21D"} <= standing().keys()
    assert {state_of(kind) for kind in FOLLOW_UPS} == {(State.WITHDRAWN, "The patient no longer comes.")}


def test_who_comes_again_is_asked_back_as_before(first_session, mia):
    aftercare.begun(first_session)
    gone_since(mia, date(2026, 3, 3), NEXT_MORNING)

    gone_since(mia, None, NEXT_MORNING + hours(1))

    assert [standing()[kind] for kind in FOLLOW_UPS] == [DAY_28, DAY_35, DAY_42]


def test_a_visit_of_who_no_longer_comes_is_still_told(first_session, mia, consultation, ana):
    gone_since(mia, date(2026, 3, 3), NEXT_MORNING)

    visit = booking.visit(mia, consultation, ana, starts_at=DAY_28_AT_ELEVEN, at=NEXT_MORNING)
    visit_notices.reconcile(mia, at=NEXT_MORNING)

    mia.refresh_from_db()
    told = set(Notice.objects.open().filter(subject=f"appointment:{visit.pk}").values_list("kind", flat=True))
    assert ("PRE_24H" in told, mia.archived_on) == (True, date(2026, 3, 3))


def test_who_no_longer_comes_is_not_asked_back_at_the_last_look_either(first_session, mia, smtp_server):
    aftercare.begun(first_session)
    Notice.objects.exclude(kind="FOLLOW_28D").delete()
    Patient.objects.filter(pk=mia.pk).update(archived_on=date(2026, 3, 3))  # and nobody brought the outbox in line

    deliveries.send_due(clock=lambda: DAY_28)

    assert state_of("FOLLOW_28D") == (State.WITHDRAWN, "The patient no longer comes.")
    assert smtp_server.messages == []


# --- the last look -----------------------------------------------------------------------------------------


def test_what_was_not_planned_again_is_still_stopped_at_the_last_look(
    first_session, mia, microneedling, ana, smtp_server
):
    aftercare.begun(first_session)
    Notice.objects.exclude(kind="FOLLOW_28D").delete()
    book_next(mia, microneedling, ana)  # and nobody brought the outbox in line

    deliveries.send_due(clock=lambda: DAY_28 - minutes(60))
    deliveries.send_due(clock=lambda: DAY_28)

    assert state_of("FOLLOW_28D") == (State.WITHDRAWN, "The next visit is booked.")
    assert smtp_server.messages == []


def test_a_message_of_no_plan_is_not_sent(first_session):
    aftercare.begun(first_session)
    row = Notice.objects.get(kind="AFTER_0H")
    Plan.objects.all().delete()

    assert plans.still_wanted(row, at=END) == "It is no longer part of the plan."


def test_a_message_that_is_due_later_now_does_not_leave_at_its_old_time(first_session):
    aftercare.begun(first_session)
    row = Notice.objects.get(kind="AFTER_24H")
    Session.objects.filter(pk=first_session.pk).update(ended_at=END + hours(2))

    assert plans.still_wanted(row, at=row.due_at) == "Its time has changed."
    assert plans.still_wanted(row, at=row.due_at + hours(2)) == ""


# --- healing -----------------------------------------------------------------------------------------------


def test_healing_puts_back_what_was_lost_and_leaves_the_rest(first_session):
    aftercare.begun(first_session)
    before = standing()
    Notice.objects.filter(kind__in=["AFTER_48H", "FOLLOW_42D"]).delete()

    first, second = plans.heal(at=END + hours(1)), plans.heal(at=END + hours(1))

    assert (first.inserted, first.kept, first.changed) == (2, 8, 2)
    assert (second.changed, standing()) == (0, before)


def test_one_patients_trouble_does_not_stop_the_healing_of_the_next(
    first_session, mia, microneedling, ana, as_ana, site, caplog
):
    other = patients.register(
        name="Ioana Pop",
        email="ioana@post.example",
        born_on=date(1990, 1, 1),
        language="ro",
        by=HOUSE,
        at=TEN,
    )
    StepWords.objects.create(step=Step.objects.get(code="AFTER_21D"), language="en-x", letter="broken")
    aftercare.begun(first_session)
    visit = booking.visit(other, microneedling, ana, starts_at=TEN + timedelta(days=1))
    aftercare.begun(treatments.ended(treatments.started(visit, by=as_ana), by=as_ana))
    patients.edit(mia, version=mia.version, by=HOUSE, at=END, language="en-x")
    Notice.objects.all().delete()

    tally = plans.heal(at=TEN + timedelta(days=2))

    assert tally.inserted == 7
    assert set(Notice.objects.values_list("patient__name", flat=True)) == {"Ioana Pop"}
    assert [record.message for record in caplog.records] == [
        f"What aftercare has to say to patient {mia.pk} could not be derived again"
    ]


def test_a_plan_of_long_ago_is_left_in_peace(first_session):
    aftercare.begun(first_session)
    Notice.objects.all().delete()

    assert plans.heal(at=END + timedelta(days=60)).changed == 0


@pytest.mark.parametrize("count", [1, 3])
def test_deriving_costs_few_questions_for_each_plan(
    house_values, mia, microneedling, ana, as_ana, count, django_assert_max_num_queries
):
    for week in range(count):
        visit = booking.visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=7 * week))
        plans.start(treatments.ended(treatments.started(visit, by=as_ana), by=as_ana), by=HOUSE, at=visit.starts_at)

    with django_assert_max_num_queries(7):  # first whether any plan runs, last what has left and is planned
        said = plans.desired(mia, at=TEN + timedelta(days=15))

    assert [one.kind for one in said].count("AFTER_21D") == count
