"""Weeks that change from a day on, single days that differ, and what is refused."""

from datetime import UTC, date, datetime, time

import pytest

from clinic import hours
from clinic.models import AuditRow, Shift, SpecialDay
from clinic.refusals import Refused

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday
TODAY, JUNE, JULY = date(2026, 3, 10), date(2026, 6, 1), date(2026, 7, 1)
EARLY, LATE, ALL_DAY = (time(9), time(13)), (time(14), time(18)), (time(9), time(18))
FULL = ((EARLY, LATE),) * 5 + ((), ())  # Monday to Friday, as the factory enters Ana
MORNINGS = ((EARLY,),) * 5 + ((), ())
SATURDAYS = ((),) * 5 + ((EARLY,), ())


@pytest.fixture
def set_week(ana, site, max_):
    def change(pattern, from_day=JUNE, who=ana):
        return hours.set_week(who, site=site, from_day=from_day, pattern=pattern, by=max_, at=NOW)

    return change


@pytest.fixture
def set_day(ana, site, max_):
    def change(on, *spans, who=ana, words=""):
        hours.set_day(who, site=site, on=on, spans=spans, words=words, by=max_, at=NOW)

    return change


def week_on(who, site, day):
    return hours.pattern_on(hours.of(who, site=site), day)


def days(who):
    return [(day.on, day.starts_at, day.ends_at) for day in SpecialDay.objects.filter(practitioner=who)]


def test_a_new_week_holds_from_its_day_and_the_old_one_until_the_day_before(ana, site, set_week):
    change = set_week(MORNINGS)

    assert (change.is_new, change.replaced) == (True, ())
    assert week_on(ana, site, date(2026, 5, 31)) == FULL
    assert week_on(ana, site, JUNE) == MORNINGS
    assert week_on(ana, site, date(2031, 1, 1)) == MORNINGS


def test_a_week_of_nothing_is_a_change_to_come(ana, site, set_week):
    set_week(hours.NEVER)

    assert hours.changes_after(hours.of(ana, site=site), TODAY) == [(JUNE, hours.NEVER)]


def test_a_new_week_takes_the_place_of_changes_planned_after_it(ana, site, set_week):
    set_week(MORNINGS, JULY)

    change = set_week(SATURDAYS, JUNE)

    assert change.replaced == (JULY,)
    assert hours.changes_after(hours.of(ana, site=site), TODAY) == [(JUNE, SATURDAYS)]


def test_a_change_for_the_same_day_is_corrected(ana, site, set_week):
    set_week(MORNINGS)

    assert set_week(SATURDAYS).replaced == (JUNE,)
    assert hours.changes_after(hours.of(ana, site=site), TODAY) == [(JUNE, SATURDAYS)]


def test_a_later_change_leaves_the_earlier_one(ana, site, set_week):
    set_week(MORNINGS, JUNE)
    set_week(SATURDAYS, JULY)

    assert hours.changes_after(hours.of(ana, site=site), TODAY) == [(JUNE, MORNINGS), (JULY, SATURDAYS)]


def test_the_same_week_again_changes_nothing(ana, site, set_week):
    before = list(Shift.objects.values())

    assert set_week(FULL).is_new is False
    assert list(Shift.objects.values()) == before
    assert AuditRow.objects.count() == 0


def test_the_same_week_again_still_ends_a_planned_change(ana, site, set_week):
    set_week(MORNINGS, JULY)

    assert set_week(FULL, JUNE).replaced == (JULY,)
    assert hours.changes_after(hours.of(ana, site=site), TODAY) == []


def test_the_order_in_which_spans_are_typed_does_not_matter(ana, site, set_week):
    set_week([[LATE, EARLY], [], [], [], [], [], []])

    assert week_on(ana, site, JUNE)[0] == (EARLY, LATE)


def test_a_week_may_change_from_today_on(ana, site, set_week):
    set_week(MORNINGS, TODAY)

    assert week_on(ana, site, TODAY) == MORNINGS


def test_a_week_does_not_change_in_the_past(ana, site, set_week):
    with pytest.raises(Refused) as refused:
        set_week(MORNINGS, date(2026, 3, 9))

    assert refused.value.refusal.rule == "hours.past"
    assert week_on(ana, site, date(2026, 3, 9)) == FULL


def test_today_is_the_day_on_the_clinics_wall(site, max_):
    site.time_zone = "Pacific/Auckland"  # there it is Wednesday already
    late_on_tuesday = NOW.replace(hour=12)

    with pytest.raises(Refused):
        hours.set_week(None, site=site, from_day=TODAY, pattern=hours.NEVER, by=max_, at=late_on_tuesday)


def test_spans_that_overlap_are_refused_with_the_day_and_the_spans(ana, site, set_week):
    with pytest.raises(Refused) as refused:
        set_week([[], [], [EARLY, (time(12, 30), time(18))], [], [], [], []])

    assert str(refused.value) == "Wednesday: 9:00–13:00 and 12:30–18:00 overlap. Make one of them shorter."
    assert refused.value.refusal.values == {"weekday": 2}
    assert week_on(ana, site, JUNE) == FULL


def test_spans_that_only_touch_are_fine(ana, site, set_week):
    touching = ((EARLY, (time(13), time(18))),) + ((),) * 6

    set_week(touching)

    assert week_on(ana, site, JUNE) == touching


@pytest.mark.parametrize("span", [(time(9), time(9)), (time(18), time(9))])
def test_a_span_without_length_is_refused(set_week, span):
    with pytest.raises(Refused) as refused:
        set_week([[span], [], [], [], [], [], []])

    assert refused.value.refusal.rule == "hours.empty"


def test_a_week_has_seven_days(set_week):
    with pytest.raises(ValueError, match="seven days"):
        set_week([[EARLY]])


def test_the_opening_hours_change_alone(ana, site, set_week):
    set_week(((ALL_DAY,),) * 6 + ((),), who=None)

    assert week_on(None, site, JUNE)[5] == (ALL_DAY,)
    assert week_on(None, site, TODAY)[5] == ()
    assert week_on(ana, site, JUNE) == FULL


def test_one_persons_week_leaves_her_colleagues_alone(ben, site, set_week):
    set_week(MORNINGS)

    assert week_on(ben, site, JUNE) == FULL


def test_the_trail_names_who_changed_whose_week_and_no_times(ana, set_week, max_):
    set_week(MORNINGS)

    row = AuditRow.objects.get()
    assert (row.verb, row.object_kind, row.object_id) == ("hours.week_set", "clinic.user", str(ana.pk))
    assert (row.actor_name, sorted(row.fields)) == (max_.name, ["from_day", "pattern"])
    assert "09:00" not in str(row.fields)


def test_a_planned_change_is_taken_back(ana, site, max_, set_week):
    set_week(MORNINGS)

    hours.take_back(ana, site=site, from_day=JUNE, by=max_, at=NOW)

    assert hours.changes_after(hours.of(ana, site=site), TODAY) == []
    assert week_on(ana, site, date(2031, 1, 1)) == FULL


def test_taking_back_one_change_keeps_the_next(ana, site, max_, set_week):
    set_week(hours.NEVER, JUNE)
    set_week(SATURDAYS, JULY)

    hours.take_back(ana, site=site, from_day=JUNE, by=max_, at=NOW)

    assert hours.changes_after(hours.of(ana, site=site), TODAY) == [(JULY, SATURDAYS)]
    assert week_on(ana, site, date(2026, 6, 30)) == FULL


def test_what_was_not_planned_cannot_be_taken_back(ana, site, max_):
    with pytest.raises(Refused) as refused:
        hours.take_back(ana, site=site, from_day=JUNE, by=max_, at=NOW)

    assert refused.value.refusal.rule == "hours.unchanged"


def test_one_day_has_other_hours(ana, set_day):
    set_day(JUNE, LATE, EARLY)

    assert days(ana) == [(JUNE, *EARLY), (JUNE, *LATE)]


def test_a_day_without_hours_is_a_day_off(ana, set_day):
    set_day(JUNE, words="Training")

    assert days(ana) == [(JUNE, None, None)]
    assert SpecialDay.objects.get().words == "Training"


def test_a_day_that_is_set_again_has_the_last_hours_only(ana, set_day):
    set_day(JUNE)
    set_day(JUNE, EARLY)

    assert days(ana) == [(JUNE, *EARLY)]


def test_a_day_of_the_site_is_nobodys_own(ana, set_day):
    set_day(JUNE, EARLY, who=ana)
    set_day(JUNE, who=None)

    assert (days(ana), days(None)) == ([(JUNE, *EARLY)], [(JUNE, None, None)])


def test_a_day_goes_back_to_its_week(ana, site, max_, set_day):
    set_day(JUNE)
    set_day(JULY)

    hours.clear_day(ana, site=site, on=JUNE, by=max_, at=NOW)

    assert days(ana) == [(JULY, None, None)]
    assert list(AuditRow.objects.values_list("verb", flat=True)) == ["hours.day_set"] * 2 + ["hours.day_cleared"]


def test_clearing_an_ordinary_day_leaves_no_trace(ana, site, max_):
    hours.clear_day(ana, site=site, on=JUNE, by=max_, at=NOW)

    assert AuditRow.objects.count() == 0


def test_days_that_are_over_stay_as_they_were(ana, site, max_, set_day):
    yesterday = date(2026, 3, 9)
    with pytest.raises(Refused):
        set_day(yesterday)
    with pytest.raises(Refused):
        hours.clear_day(ana, site=site, on=yesterday, by=max_, at=NOW)

    assert days(ana) == []


def test_overlapping_hours_of_a_day_are_refused(ana, set_day):
    with pytest.raises(Refused):
        set_day(JUNE, EARLY, ALL_DAY)

    assert days(ana) == []


def test_everybodys_week_is_read_in_two_queries(ana, ben, site, set_week, django_assert_num_queries):
    set_week(MORNINGS)

    with django_assert_num_queries(2):
        rows = hours.read(site, [ana, ben])

    assert hours.pattern_on(rows[None], TODAY) == ((ALL_DAY,),) * 5 + ((), ())
    assert hours.pattern_on(rows[ana.pk], JUNE) == MORNINGS
    assert hours.pattern_on(rows[ben.pk], JUNE) == FULL


def test_single_days_to_come_are_listed_the_sites_first(ana, site, set_day):
    set_day(JUNE, EARLY, who=ana)
    set_day(JUNE, who=None)
    set_day(date(2026, 4, 1), who=ana)

    listed = hours.special_days(site, from_day=date(2026, 5, 1))

    assert [(day.on, day.practitioner) for day in listed] == [(JUNE, None), (JUNE, ana)]
