"""The recovery page says what the letters say: on the right day, for this treatment, and never too early."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftercare import recovery, recovery_days
from clinic import wall_time
from tests.factories import booking, treatments
from tests.factories.booking import TEN, minutes
from treatments import sessions

END = TEN + minutes(70)  # Monday 2 March, 11:10
HOUR = timedelta(hours=1)


@pytest.fixture
def shallow(house_values, mia, microneedling, ana, as_ana):
    """Return Mia's signed session of half a millimetre."""
    visit = booking.visit(mia, microneedling, ana)
    zones = (treatments.row("cheek", "0.50"),)
    ended = treatments.ended(treatments.started(visit, by=as_ana), by=as_ana, zones=zones)
    sessions.sign(ended, by=as_ana, at=END + minutes(1))
    return sessions.Session.objects.get()


def on(session, at):
    return recovery.today(session, site=session.appointment.site, at=at)


def english(parts):
    return [one.en for one in parts]


def short(day):
    return [one.short.en for one in day.waits_in_short]


def test_two_days_after_it_says_what_the_picture_says(shallow, mia):
    mia.fitzpatrick = 2
    mia.save()
    day = on(sessions.Session.objects.get(), END + 40 * HOUR)

    assert day.number == 2
    assert day.normal.en.startswith("Soreness, warmth and redness settle. Light flaking may start.")
    assert english(day.do) == [
        "Gentle cleanser and moisturiser",
        "Mineral sunscreen, SPF 30 or more",
        "Let flakes fall by themselves",
    ]
    assert short(day) == ["Exercise, heat", "Retinoids, acids"]


def test_nothing_is_allowed_a_minute_before_its_hour(shallow):
    before, after = on(shallow, END + 24 * HOUR - minutes(1)), on(shallow, END + 24 * HOUR + minutes(15))

    assert short(before) == ["Sunscreen", "Make-up", "Exercise, heat"]
    assert english(before.do)[1] == "Stay in the shade, wear a hat"
    assert short(after) == ["Exercise, heat", "Retinoids, acids"]
    assert "unscreen" in english(after.do)[1]


def test_the_first_screen_names_three_that_wait_and_the_page_all_of_them(shallow):
    day = on(shallow, END)

    assert (len(day.waits_in_short), len(day.waits)) == (3, 4)
    assert [one.from_at for one in day.waits] == sorted(one.from_at for one in day.waits)


def test_after_deep_work_make_up_waits_and_warmth_may_last(first_session):
    day = on(first_session, END + 47 * HOUR)

    assert "Make-up" in short(day)
    assert day.normal == recovery_days.DEEP_NORMAL


def test_until_the_record_is_signed_the_latest_permissions_stand(house_values, mia, microneedling, ana, as_ana):
    visit = booking.visit(mia, microneedling, ana)
    unsigned = treatments.ended(
        treatments.started(visit, by=as_ana), by=as_ana, zones=(treatments.row("cheek", "0.50"),)
    )

    assert "Make-up" in short(on(unsigned, END + 47 * HOUR))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"avoids_nsaids": False}, recovery_days.IBUPROFEN),
        ({"has_cold_sores": True}, recovery_days.COLD_SORES),
        ({"fitzpatrick": 5}, recovery_days.PIGMENT),
        ({"fitzpatrick": 2, "has_pigment_history": True}, recovery_days.PIGMENT),
    ],
)
def test_what_holds_for_this_patient_is_said_to_them_alone(shallow, mia, fields, words):
    plain = {"avoids_nsaids": True, "has_cold_sores": False, "fitzpatrick": 2, "has_pigment_history": False}
    type(mia).objects.update(**plain)
    without = on(sessions.Session.objects.get(), END).notes
    type(mia).objects.update(**fields)

    assert (words in without, words in on(sessions.Session.objects.get(), END).notes) == (False, True)


def test_bruises_are_named_where_plasma_was_used(shallow):
    shallow.adjunct = "prp"

    assert recovery_days.BRUISES in on(shallow, END).notes


@pytest.mark.parametrize("number", range(30))
@pytest.mark.parametrize(
    ("zone", "ended_at"),
    [
        ("Europe/London", datetime(2026, 3, 2, 11, 10, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 3, 27, 23, 40, tzinfo=UTC)),  # the clocks go forward on day 2
        ("Europe/Madrid", datetime(2026, 10, 23, 20, 30, tzinfo=UTC)),  # and back on day 2
        ("America/New_York", datetime(2026, 3, 7, 3, 30, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 4, 3, 9, 0, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 6, 1, 18, 29, tzinfo=UTC)),
    ],
)
def test_the_day_is_that_of_the_wall_whatever_the_clocks_do(zone, ended_at, number):
    class There:
        pass

    site = There()
    site.zone = ZoneInfo(zone)
    treated_on = wall_time.local(ended_at, site.zone).date()
    first, last = wall_time.day_bounds(treated_on + timedelta(days=number), site.zone)
    if number == 0:
        first = ended_at
    seen = {recovery.day_number(ended_at, at=at, site=site) for at in (first, last - timedelta(seconds=1))}

    assert seen == {number}


def test_there_are_at_most_three_to_do_and_three_to_wait_for_on_any_day(shallow):
    for number in range(40):
        day = on(shallow, END + timedelta(days=number))
        assert (1 <= len(day.do) <= 3, len(day.waits_in_short) <= 3, bool(day.normal.en)) == (True, True, True)


def test_every_thing_said_cites_a_fact_that_stands_in_the_tables(settings):
    known = set(re.findall(r"^\| (C-\d+) ", (settings.BASE_DIR / "docs" / "clinical.md").read_text(), re.MULTILINE))

    for words in recovery_days.every_word():
        assert set() < set(words.facts) <= known, words.en


def test_every_thing_said_is_there_in_spanish_with_the_same_numbers():
    for words in recovery_days.every_word():
        assert words.es not in ("", words.en)
        assert sorted(re.findall(r"\d+", words.es)) == sorted(re.findall(r"\d+", words.en)), words.en


def test_redness_is_never_named_alone():
    for words in recovery_days.every_word():
        if "redness" in words.en.lower():
            assert re.search(r"warm|sore|tight|tender", words.en.lower()), words.en
