"""What a plan says in a course of four: less from the second session on, reviews and maintenance after the last."""

from datetime import timedelta

import pytest

from aftercare import plans
from aftercare.models import Step
from booking import closures
from outbox import deliveries
from outbox.models import Notice
from patients import patients
from tests.factories import aftercare, booking, treatments
from tests.factories.aftercare import in_line, standing
from tests.factories.booking import TEN, minutes
from treatments import courses, reactions
from treatments.models import Session

END = TEN + minutes(70)
REVIEWS = ["SERIES_REVIEW_30", "SERIES_REVIEW_90", "SERIES_REVIEW_180"]


def days(count):
    return timedelta(days=count)


def again(mia, microneedling, ana, as_ana, course, *, after):
    """Return Mia's next session, so many days after the first, its messages in the outbox."""
    visit = booking.visit(mia, microneedling, ana, starts_at=TEN + days(after), at=TEN + days(after - 1))
    session = treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)
    aftercare.begun(session)
    return session


def kinds_of(session):
    return set(Notice.objects.filter(subject=f"session:{session.pk}", state="due").values_list("kind", flat=True))


def reason(kind):
    return Notice.objects.get(kind=kind).state_reason


@pytest.fixture
def finished(first_session, course, mia, as_ana):
    """Mia's course, come to its end with the first session."""
    aftercare.begun(first_session)
    courses.finish_early(course, note="She is content", by=as_ana, at=END)
    in_line(mia, at=END)
    return course


# --- not too much -------------------------------------------------------------------------------------------


def test_the_second_session_of_a_course_says_less(first_session, mia, microneedling, ana, as_ana, course):
    aftercare.begun(first_session)

    second = again(mia, microneedling, ana, as_ana, course, after=35)

    care = {kind for kind in kinds_of(second) if kind.startswith("AFTER")}
    assert care == {"AFTER_0H", "AFTER_24H", "AFTER_72H", "AFTER_7D", "AFTER_21D"}


def test_a_step_under_a_condition_is_for_those_alone_for_whom_it_holds(first_session, mia, as_ana):
    Step.objects.filter(code="AFTER_5D").update(only_if=["cold_sores"])
    aftercare.begun(first_session)
    assert "AFTER_5D" not in kinds_of(first_session)

    patients.edit(mia, version=mia.version, by=as_ana, at=END, has_cold_sores=True)
    mia.refresh_from_db()
    in_line(mia, at=END)

    assert "AFTER_5D" in kinds_of(first_session)


# --- late -----------------------------------------------------------------------------------------------------


def test_after_days_of_silence_the_newest_speaks_and_carries_what_the_older_ones_said(first_session, mia, smtp_server):
    aftercare.begun(first_session)
    at = END + timedelta(hours=73)

    in_line(mia, at=at)
    deliveries.send_due(clock=lambda: at)

    assert [mail["Subject"] for mail in smtp_server.messages] == ["Three days after your visit"]
    assert reason("AFTER_48H") == "A newer message takes its place."
    words = smtp_server.messages[0].get_body(["plain"]).get_content()
    assert "SPF 30" in words
    assert "pick" in words


def test_in_good_time_each_speaks_for_itself(first_session, mia, smtp_server):
    aftercare.begun(first_session)

    for hours in (0, 24, 48, 72):
        deliveries.send_due(clock=lambda hours=hours: END + timedelta(hours=hours))

    assert [mail["Subject"] for mail in smtp_server.messages] == [
        "After your visit on Mon 2 March",
        "One day after your visit",
        "Two days after your visit",
        "Three days after your visit",
    ]
    assert "earlier message" not in smtp_server.messages[3].get_body(["plain"]).get_content()


def test_what_is_overtaken_does_not_leave_even_unplanned(first_session):
    aftercare.begun(first_session)
    row = Notice.objects.get(kind="AFTER_48H")

    assert plans.still_wanted(row, at=END + timedelta(hours=71)) == ""
    assert plans.still_wanted(row, at=END + timedelta(hours=72)) == "A newer message takes its place."


def test_a_session_told_days_later_is_cared_for_from_there_on(first_session):
    aftercare.begun(first_session, at=END + days(3))

    assert {kind for kind in standing() if kind.startswith("AFTER")} == {
        "AFTER_72H",
        "AFTER_5D",
        "AFTER_7D",
        "AFTER_21D",
    }


# --- asked to come --------------------------------------------------------------------------------------------


def test_who_wants_no_reminder_gets_none_and_is_cared_for_all_the_same(first_session, mia, as_ana):
    aftercare.begun(first_session)

    patients.edit(mia, version=mia.version, by=as_ana, at=END, wants_recall_mail=False)
    mia.refresh_from_db()
    in_line(mia, at=END)

    assert reason("FOLLOW_28D") == "The patient wants no reminder of the next visit."
    assert {kind for kind in standing() if kind.startswith("FOLLOW")} == set()
    assert "AFTER_21D" in standing()


def test_where_the_window_opens_while_the_site_is_shut_the_invitation_comes_before(first_session, mia, site, dee):
    aftercare.begun(first_session)
    shut = {"starts_at": TEN + days(25) + minutes(240), "ends_at": TEN + days(33)}
    closures.add(kind="closure", site=site, by=dee, at=TEN, **shut)

    in_line(mia, at=END)

    assert standing()["FOLLOW_28D"].date() == (TEN + days(25)).date()  # shut from the afternoon on
    assert standing()["FOLLOW_35D"].date() == (TEN + days(35)).date()
    words = Notice.objects.get(kind="FOLLOW_28D").body_text
    assert "We are closed from Mon 30 March to Fri 3 April." in " ".join(words.split())


# --- after the course -------------------------------------------------------------------------------------------


def test_nothing_is_reviewed_while_the_course_goes_on(first_session):
    aftercare.begun(first_session)

    assert not standing().keys() & {*REVIEWS, "MAINT_DUE"}


def test_a_course_that_ended_is_reviewed_on_the_days_of_its_plan(finished):
    assert [standing()[kind].date() for kind in REVIEWS] == [(TEN + days(n)).date() for n in (30, 90, 180)]


def test_a_course_with_days_of_its_own_is_reviewed_on_those(finished, mia):
    type(finished).objects.filter(pk=finished.pk).update(review_days=[45, 120])

    in_line(mia, at=END)

    assert [standing()[kind].date() for kind in REVIEWS[:2]] == [(TEN + days(n)).date() for n in (45, 120)]
    assert reason("SERIES_REVIEW_180") == "The course is not planned to be reviewed then."


def test_a_review_that_is_booked_is_not_asked_for(finished, mia, review, ana):
    booking.visit(mia, review, ana, starts_at=TEN + days(35), at=END)

    in_line(mia, at=END)

    assert reason("SERIES_REVIEW_30") == "A review is booked."
    assert "SERIES_REVIEW_90" in standing()


def test_an_open_reaction_holds_reviews_back_and_its_end_lets_them_go_on(finished, mia, as_ana):
    reaction = treatments.reacted(Session.objects.get(), grade=2, by=as_ana)
    in_line(mia, at=END + minutes(5))
    assert not standing().keys() & set(REVIEWS)

    known = {"version": reaction.version, "outcome": "resolved", "words": "Calm again"}
    reactions.close(reaction, **known, by=as_ana, at=END + minutes(10))
    in_line(mia, at=END + minutes(10))

    assert standing().keys() >= set(REVIEWS)


def test_a_course_that_ran_its_length_is_invited_to_maintenance_unless_booked(finished, mia, microneedling, ana):
    type(finished).objects.filter(pk=finished.pk).update(state="finished")
    in_line(mia, at=END)
    assert standing()["MAINT_DUE"].date() == (TEN + days(90)).date()

    booking.visit(mia, microneedling, ana, starts_at=TEN + days(91), at=END)
    in_line(mia, at=END)

    assert reason("MAINT_DUE") == "The next visit is booked."


def test_a_new_course_ends_the_invitations_of_the_old_one(finished, mia, as_ana):
    type(finished).objects.filter(pk=finished.pk).update(state="finished")
    treatments.course(mia, by=as_ana)

    in_line(mia, at=END)

    assert "MAINT_DUE" not in standing()
