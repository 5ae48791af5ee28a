"""A session of a series that a rule stops: passed by somebody who may, with a reason and a row, or none is booked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.models import Appointment, Override
from booking.several import SomeRefused
from clinic.actors import Actor
from clinic.models import Role, RoleGrant
from patients import restrictions
from tests.visits.series_of import DONE, booked, times
from visits import series
from visits.series import Move, Time, Wanted, Written

WEEK = timedelta(days=7)
EARLY = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)  # Saturday, two days before the window opens
TOO_EARLY = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)  # ten days before it
SEVEN_PM = datetime(2026, 4, 6, 18, 0, tzinfo=UTC)  # on London's wall, an hour after the house has closed


@pytest.fixture
def as_prescriber(ana):
    """Ana, who prescribes too."""
    RoleGrant.objects.create(user=ana, role=Role.PRESCRIBER)
    return Actor.of(ana)


@pytest.fixture
def first_on(ana, wanted):
    """Book the first session at a time, and one in the window after it."""

    def book(starts_at, **agreed):
        both = [Time(starts_at, ana), Time(starts_at + 5 * WEEK, ana)]
        return series.book(wanted, both, at=DONE, **agreed)

    return book


def kept():
    rows = Override.objects.order_by("id").select_related("agreed_by", "recorded_by")
    return [(row.rule, row.reason, row.agreed_by.name, row.recorded_by.name) for row in rows]


def refused(act):
    """Return what stops each of the times by its place, and that none was booked."""
    before = Appointment.objects.count()
    with pytest.raises(SomeRefused) as stopped:
        act()
    assert Appointment.objects.count() == before
    return {place: (one.rule, one.overridable_by) for place, one in stopped.value.refusals.items()}


# --- booking ----------------------------------------------------------------------------------------------------------


def test_the_desk_names_the_practitioner_who_agrees_to_a_few_days_early(first_on, ana, dee):
    soon = EARLY - timedelta(days=1)  # Friday

    assert refused(lambda: first_on(soon, by=dee)) == {0: ("restriction.not_before", "agree_early")}
    booked = first_on(soon, agreed_by=ana, agreed_reason="Flies on Saturday", by=dee)

    assert [visit.starts_at for visit in booked] == [soon, soon + 5 * WEEK]
    assert kept() == [("restriction.not_before", "Flies on Saturday", "Ana Duarte", "Dee Marlowe")]


def test_sooner_than_that_a_prescriber_decides_and_is_not_named_by_others(first_on, dee, as_prescriber):
    named = {"agreed_by": as_prescriber.user, "agreed_reason": "She said so"}

    assert refused(lambda: first_on(TOO_EARLY, by=dee, **named)) == {0: ("restriction.not_before", "prescribe")}
    first_on(TOO_EARLY, by=as_prescriber, agreed_reason="Seen her today")

    assert kept() == [("restriction.not_before", "Seen her today", "Ana Duarte", "Ana Duarte")]


def test_no_reason_passes_nothing(first_on, ana, dee):
    assert refused(lambda: first_on(TOO_EARLY, agreed_by=ana, agreed_reason=" ", by=dee)) == {
        0: ("restriction.not_before", "prescribe")
    }


def test_a_session_outside_working_hours_is_passed_by_who_may(wanted, ana, dee, max_):
    def book(by):
        evening = [Time(SEVEN_PM, ana), Time(SEVEN_PM - timedelta(hours=9) + 5 * WEEK, ana)]
        return series.book(wanted, evening, agreed_reason="Ana stays on", by=by, at=DONE)

    assert refused(lambda: book(dee)) == {0: ("hours.outside", "book_outside_hours")}
    book(max_)

    assert kept() == [("hours.outside", "Ana stays on", "Max Feld", "Max Feld")]


@pytest.mark.parametrize(
    ("days", "capability"), [(25, "agree_early"), (24, "prescribe")], ids=["three days early", "four days early"]
)
def test_two_sessions_too_close_to_each_other_ask_for_the_same_word_as_one_too_soon(
    wanted, ana, dee, as_prescriber, days, capability
):
    first = times(series.propose(wanted, at=DONE))[0]
    both = [first, Time(first.starts_at + timedelta(days=days), ana)]
    by = dee if capability == "agree_early" else as_prescriber

    assert refused(lambda: series.book(wanted, both, by=dee, at=DONE)) == {1: ("series.spacing", capability)}
    series.book(wanted, both, agreed_by=ana, agreed_reason="Moves abroad", by=by, at=DONE)

    assert kept() == [("series.spacing", "Moves abroad", "Ana Duarte", by.user.name)]


def test_one_agreement_does_not_pass_what_another_must_and_then_none_is_booked(wanted, ana, dee):
    first = times(series.propose(wanted, at=DONE))[0]
    both = [Time(EARLY - timedelta(days=1), ana), Time(SEVEN_PM + 5 * WEEK, ana)]
    named = {"agreed_by": ana, "agreed_reason": "Flies on Saturday"}

    assert first.practitioner == ana
    assert refused(lambda: series.book(wanted, both, by=dee, at=DONE, **named)) == {
        1: ("hours.outside", "book_outside_hours")
    }
    assert kept() == []


def test_what_is_taken_is_passed_by_nobody(wanted, ana, tomasz, as_prescriber, microneedling, site):
    proposed = times(series.propose(wanted, at=DONE))
    taken = Wanted(tomasz, microneedling, site)
    series.book(taken, proposed[:1], by=as_prescriber, at=DONE)

    assert refused(lambda: series.book(wanted, proposed, agreed_reason="Sure", by=as_prescriber, at=DONE)) == {
        0: ("claim.taken", "")
    }


def test_a_series_before_the_first_talk_leaves_a_row_at_each_visit(tomasz, microneedling, site, ana, dee):
    site.consultation_first = True
    site.save()
    wanted = Wanted(tomasz, microneedling, site, sessions=3, from_day=date(2026, 3, 17))
    planned = times(series.propose(wanted, at=DONE, agrees=True))

    assert set(refused(lambda: series.book(wanted, planned, by=dee, at=DONE)).values()) == {
        ("consultation.first", "treat")
    }
    series.book(wanted, planned, agreed_by=ana, agreed_reason="Known to her", by=dee, at=DONE)

    assert kept() == [("consultation.first", "Known to her", "Ana Duarte", "Dee Marlowe")] * 3


# --- proposing --------------------------------------------------------------------------------------------------------


def test_a_written_time_before_the_window_is_shown_with_the_rule_it_breaks(wanted, ana):
    soon = EARLY - timedelta(days=1)

    first, second, _third = series.propose(wanted, at=DONE, chosen={2: Written(soon)}).sessions

    assert (first.chosen.starts_at, first.chosen.practitioner, first.why) == (soon, ana, "written")
    assert [(one.rule, one.overridable_by) for one in first.refusals] == [("restriction.not_before", "agree_early")]
    assert second.counted_from == soon.date()


def test_a_written_time_outside_hours_is_shown_with_that(wanted):
    first = series.propose(wanted, at=DONE, chosen={2: Written(SEVEN_PM)}).sessions[0]

    assert (first.chosen.starts_at, [one.rule for one in first.refusals]) == (SEVEN_PM, ["hours.outside"])


def test_a_written_time_that_breaks_no_rule_is_one_like_any_other(wanted):
    ten = datetime(2026, 4, 7, 9, 30, tzinfo=UTC)

    first = series.propose(wanted, at=DONE, chosen={2: Written(ten)}).sessions[0]

    assert (first.chosen.starts_at, first.why, first.refusals) == (ten, "", ())


def test_a_written_time_that_is_taken_leaves_the_session_open_and_says_so(
    wanted, ana, tomasz, microneedling, site, dee
):
    taken = times(series.propose(wanted, at=DONE))[0]
    series.book(Wanted(tomasz, microneedling, site), [taken], by=dee, at=DONE)

    first = series.propose(wanted, at=DONE, chosen={2: Written(taken.starts_at, ana.pk)}).sessions[0]

    assert (first.chosen, first.why, [one.rule for one in first.refusals]) == (None, "written", ["claim.taken"])


def test_a_colleague_takes_a_written_time_only_where_nobody_is_wished_for(mia, microneedling, site, course, ana, ben):
    microneedling.practitioners.add(ben)
    ana.shifts.filter(weekday=1).delete()
    tuesday = datetime(2026, 4, 7, 9, 0, tzinfo=UTC)

    found = [
        series.propose(
            Wanted(mia, microneedling, site, course, practitioner=wished), at=DONE, chosen={2: Written(tuesday)}
        ).sessions[0]
        for wished in (None, ana)
    ]

    told = [(one.chosen.practitioner, [refusal.rule for refusal in one.refusals]) for one in found]
    assert told == [(ben, []), (ana, ["hours.outside"])]


def test_what_stops_the_whole_series_is_planned_past_only_when_asked(wanted, mia):
    restrictions.write(
        mia, source="screening:x", service_kinds=["needling"], not_before=None, words="Ask first.", at=DONE
    )

    plain, agreed = (series.propose(wanted, at=DONE, agrees=agrees) for agrees in (False, True))

    assert (plain.refusal.rule, len(plain.sessions)) == ("restriction.needs_clinician", 0)
    assert (agreed.refusal.rule, len(agreed.bookable)) == ("restriction.needs_clinician", 3)


# --- moving -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(wanted, dee):
    """The three sessions left: Mondays 6 April, 11 May and 15 June at ten."""
    return booked(wanted, dee)


def moves_to(ana, *pairs):
    return [Move(visit, Time(starts_at, ana), visit.version) for visit, starts_at in pairs]


def stands(*visits):
    return [one.starts_at for one in Appointment.objects.filter(pk__in=[v.pk for v in visits]).order_by("pk")]


def test_a_move_of_all_to_a_few_days_early_names_the_practitioner_who_agrees(three, ana, dee):
    first, second, _third = three
    soon = EARLY - timedelta(days=1)
    moves = moves_to(ana, (first, soon), (second, soon + 5 * WEEK))

    assert refused(lambda: series.move(moves, by=dee, at=DONE)) == {0: ("restriction.not_before", "agree_early")}
    assert stands(*three) == [one.starts_at for one in three]
    moved = series.move(moves, agreed_by=ana, agreed_reason="Flies on Saturday", by=dee, at=DONE)

    assert [visit.starts_at for visit in moved] == [soon, soon + 5 * WEEK]
    assert kept() == [("restriction.not_before", "Flies on Saturday", "Ana Duarte", "Dee Marlowe")]


@pytest.mark.parametrize(
    ("days", "capability"), [(25, "agree_early"), (24, "prescribe")], ids=["three days early", "four days early"]
)
def test_one_moved_too_near_to_the_one_before_is_passed_by_who_may_with_a_row(
    three, ana, dee, as_prescriber, days, capability
):
    first, second, _third = three
    moves = moves_to(ana, (second, first.starts_at + timedelta(days=days)))
    by = dee if capability == "agree_early" else as_prescriber

    assert refused(lambda: series.move(moves, by=dee, at=DONE)) == {0: ("series.spacing", capability)}
    series.move(moves, agreed_by=ana, agreed_reason="Moves abroad", by=by, at=DONE)

    assert kept() == [("series.spacing", "Moves abroad", "Ana Duarte", by.user.name)]


def test_every_rule_that_a_move_of_all_passes_leaves_its_row(three, ana, as_prescriber):
    first, second, _third = three
    evening = SEVEN_PM.replace(month=3, day=27)  # Friday, early and late at once
    evening += timedelta(hours=1)  # London's clocks are an hour back still

    series.move(
        moves_to(ana, (first, evening), (second, evening + timedelta(days=27))),
        agreed_reason="Only then",
        by=as_prescriber,
        at=DONE,
    )

    assert sorted(rule for rule, *_who in kept()) == [
        "hours.outside",
        "hours.outside",
        "restriction.not_before",
        "series.spacing",
    ]


def test_what_is_taken_moves_nobody_whoever_agrees(three, ana, tomasz, microneedling, site, as_prescriber):
    first, second, _third = three
    taken = Time(second.starts_at + WEEK, ana)
    series.book(Wanted(tomasz, microneedling, site), [taken], by=as_prescriber, at=DONE)
    moves = moves_to(ana, (first, EARLY - timedelta(days=1)), (second, taken.starts_at))

    against = refused(lambda: series.move(moves, agreed_reason="Sure", by=as_prescriber, at=DONE))

    assert list(against.values()) == [("claim.taken", "")]
    assert (stands(*three), kept()) == ([one.starts_at for one in three], [])


def test_a_rest_that_was_agreed_to_is_not_asked_for_again_while_both_keep_their_days(three, ana, dee):
    first, second, _third = three
    near = moves_to(ana, (second, first.starts_at + timedelta(days=25)))
    (second,) = series.move(near, agreed_by=ana, agreed_reason="Moves abroad", by=dee, at=DONE)

    (moved,) = series.move(moves_to(ana, (second, second.starts_at + timedelta(minutes=30))), by=dee, at=DONE)

    assert moved.starts_at == first.starts_at + timedelta(days=25, minutes=30)
    assert len(kept()) == 1


def test_what_a_move_would_break_stands_at_its_row_before_anything_is_saved(three, ana):
    first = three[0]

    plan = series.replan(first, starts_at=EARLY - timedelta(days=1), at=DONE)
    late = series.replan(first, starts_at=SEVEN_PM, at=DONE)

    assert [one.rule for one in plan.first.refusals] == ["restriction.not_before"]
    assert [one.rule for one in late.first.refusals] == ["hours.outside"]
    assert [one.refusals for one in (*plan.rest, *late.rest)] == [()] * 4


def test_a_later_one_may_be_written_too_early_and_says_what_it_breaks(three, ana):
    first, second, _third = three
    to = first.starts_at + WEEK

    plan = series.replan(first, starts_at=to, at=DONE, chosen={3: Written(to + timedelta(days=25))})

    assert (plan.rest[0].visit, plan.rest[0].to.starts_at) == (second, to + timedelta(days=25))
    assert [(one.rule, one.overridable_by) for one in plan.rest[0].refusals] == [("series.spacing", "agree_early")]


def test_a_later_one_written_where_it_stands_itself_can_be_had(three):
    first, second, _third = three
    to = first.starts_at + WEEK + timedelta(days=1)

    plan = series.replan(first, starts_at=to, at=DONE, chosen={3: Written(second.starts_at + timedelta(minutes=30))})

    assert plan.rest[0].to.starts_at == second.starts_at + timedelta(minutes=30)
