"""Private calendars, read back by the library that other programs read calendars with."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from booking import appointments, feeds
from booking.models import Feed
from clinic import keys
from clinic.models import AuditRow, User
from tests.factories import clinic as house
from tests.factories import patients as who
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit


def read_back(feed, at=SUNDAY):
    return icalendar.Calendar.from_ical(feeds.read(feed, at=at).written())


def events(feed, at=SUNDAY):
    return list(read_back(feed, at=at).walk("VEVENT"))


@pytest.fixture
def of_ana(site, ana, max_):
    feed, _key = feeds.make(site=site, practitioner=ana, by=max_, at=SUNDAY)
    return feed


@pytest.fixture
def of_the_room(site, room, max_):
    feed, _key = feeds.make(site=site, room=room, by=max_, at=SUNDAY)
    return feed


def test_a_visit_as_a_calendar_reads_it(of_ana, mia, ana, consultation):
    booked = visit(mia, consultation, ana, note="Comes by bus")

    [event] = events(of_ana)

    assert {name: event.decoded(name) for name in event if name != "STATUS"} == {
        "UID": str(booked.uuid),
        "SEQUENCE": 0,
        "SUMMARY": "Consultation",
        "LOCATION": "Room 1, Rowan Skin Clinic",
        "DTSTART": TEN,
        "DTEND": TEN + minutes(30),
        "DTSTAMP": SUNDAY,
        "CREATED": SUNDAY,
        "LAST-MODIFIED": SUNDAY,
        "TRANSP": "OPAQUE",
    }
    assert event["STATUS"] == "CONFIRMED"
    assert read_back(of_ana)["X-WR-CALNAME"] == "Ana Duarte · Rowan Skin Clinic"


def test_times_are_written_in_utc_whatever_the_clinic_s_clock_shows(of_ana, mia, ana, consultation):
    in_summer = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)  # 10:00 in London
    visit(mia, consultation, ana, starts_at=in_summer)

    assert b"DTSTART:20260401T090000Z" in feeds.read(of_ana, at=SUNDAY).written().split(b"\r\n")


def test_a_moved_visit_stays_one_event_with_a_higher_sequence(of_ana, mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    before = events(of_ana)

    appointments.move(booked, starts_at=TEN + minutes(60), version=1, by=HOUSE, at=SUNDAY)

    after = events(of_ana)
    told = [[(one["UID"], one.decoded("DTSTART"), one["SEQUENCE"]) for one in found] for found in (before, after)]
    assert told == [[(str(booked.uuid), TEN, 0)], [(str(booked.uuid), TEN + minutes(60), 1)]]


def test_another_length_is_a_higher_sequence(of_ana, mia, ana, microneedling):
    booked = visit(mia, microneedling, ana)
    [before] = events(of_ana)
    longer = before.decoded("DTEND") + minutes(15)

    appointments.move(booked, starts_at=TEN, needling_minutes=45, version=1, by=HOUSE, at=SUNDAY)

    [after] = events(of_ana)
    assert (after.decoded("DTSTART"), after.decoded("DTEND"), after["SEQUENCE"]) == (TEN, longer, 1)


def test_another_room_is_a_higher_sequence_and_a_note_is_none(of_ana, site, mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    noted = appointments.change_note(booked, note="Comes by bus", version=1, by=HOUSE, at=SUNDAY)
    assert [(str(one["LOCATION"]), one["SEQUENCE"]) for one in events(of_ana)] == [("Room 1, Rowan Skin Clinic", 0)]

    consultation.rooms.set([house.room(site, "Room 2")])
    appointments.move(noted, starts_at=TEN, version=2, by=HOUSE, at=SUNDAY)

    [event] = events(of_ana)
    assert (str(event["LOCATION"]), event["SEQUENCE"]) == ("Room 2, Rowan Skin Clinic", 1)
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (TEN, TEN + minutes(30))


def test_a_cancelled_visit_arrives_as_cancelled(of_ana, mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    appointments.cancel(booked, version=1, reason="Has a cold", by=HOUSE, at=SUNDAY + minutes(5))

    [event] = events(of_ana)
    assert (event["UID"], event["STATUS"], event["TRANSP"]) == (str(booked.uuid), "CANCELLED", "TRANSPARENT")
    assert event["SEQUENCE"] == 1
    assert event.decoded("LAST-MODIFIED") == SUNDAY + minutes(5)
    assert b"cold" not in feeds.read(of_ana, at=SUNDAY).written()


def test_a_visit_that_went_to_a_colleague_stands_in_the_colleague_s_calendar(
    of_ana, site, mia, ana, ben, consultation, max_
):
    consultation.practitioners.add(ben)
    of_ben, _key = feeds.make(site=site, practitioner=ben, by=max_, at=SUNDAY)
    booked = visit(mia, consultation, ana)

    appointments.move(booked, starts_at=TEN, practitioner=ben, version=1, by=HOUSE, at=SUNDAY)

    assert events(of_ana) == []
    assert [one["UID"] for one in events(of_ben)] == [str(booked.uuid)]


def test_a_room_says_who_treats_in_it(of_the_room, mia, ana, consultation):
    visit(mia, consultation, ana)

    [event] = events(of_the_room)

    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("Consultation", "With Ana Duarte")


def test_no_patient_is_named_unless_the_clinic_turned_initials_on(of_ana, site, mia, ana, consultation):
    visit(mia, consultation, ana)
    written = feeds.read(of_ana, at=SUNDAY).written().decode()
    lines = [line for line in written.splitlines() if not line.startswith(("LAST-MODIFIED", "PRODID"))]
    assert [part for part in ("Mia", "Okafor", mia.reference, "MO") if part in "\n".join(lines)] == []

    site.feeds_show_initials = True
    site.save()

    [event] = events(Feed.objects.get(pk=of_ana.pk))
    assert event["SUMMARY"] == "Consultation · MO"


def test_a_calendar_reaches_thirty_days_back_and_half_a_year_ahead(of_ana, mia, ana, consultation):
    consultation.maximum_advance_days = 400
    consultation.save()
    today = TEN + timedelta(days=100)  # a Wednesday
    for days in (-33, -30, 180, 181):
        visit(mia, consultation, ana, starts_at=(today + timedelta(days=days)).replace(hour=14))

    found = [one.decoded("DTSTART").date() for one in events(of_ana, at=today)]

    assert [(day - today.date()).days for day in found] == [-30, 180]


def test_the_tag_changes_with_what_is_written_and_with_nothing_else(of_ana, mia, ana, consultation, room):
    def tag(at=SUNDAY):
        return feeds.read(of_ana, at=at).tag

    empty = tag()
    booked = visit(mia, consultation, ana)
    one = tag()
    assert empty != one
    assert tag(at=SUNDAY + timedelta(hours=5)) == one

    room.name = "Room A"
    room.save()
    assert tag() != one
    named = tag()
    appointments.confirm(booked, version=1, by=HOUSE, at=SUNDAY + minutes(1))
    assert tag() != named


def test_the_calendar_of_who_lost_a_visit_has_changed_too(of_ana, mia, ana, ben, consultation):
    consultation.practitioners.add(ben)
    booked = visit(mia, consultation, ana)
    later = SUNDAY + minutes(30)

    appointments.move(booked, starts_at=TEN, practitioner=ben, version=1, by=HOUSE, at=later)

    assert feeds.read(of_ana, at=SUNDAY + minutes(40)).changed_at == later


def test_a_key_opens_its_calendar_until_a_new_one_is_made_or_it_ends(site, ana, max_):
    first, old = feeds.make(site=site, practitioner=ana, by=max_, at=SUNDAY)
    assert feeds.of_key(old) == first
    assert keys.digest_of(old) == first.digest
    assert old not in str(Feed.objects.values().get())

    second, new = feeds.make(site=site, practitioner=ana, by=max_, at=SUNDAY)
    assert (feeds.of_key(old), feeds.of_key(new)) == (None, second)
    assert feeds.standing(site) == [second]

    assert feeds.revoke(second, by=max_, at=SUNDAY)
    assert not feeds.revoke(second, by=max_, at=SUNDAY)
    assert feeds.of_key(new) is None
    assert [row.verb for row in AuditRow.objects.filter(object_kind="booking.feed").order_by("pk")] == [
        "make_feed",
        "revoke_feed",
        "make_feed",
        "revoke_feed",
    ]


def test_the_calendar_of_somebody_who_left_is_closed(site, ana, max_):
    _feed, key = feeds.make(site=site, practitioner=ana, by=max_, at=SUNDAY)
    assert feeds.of_key(key) is not None

    ana.is_active = False
    ana.save()

    assert feeds.of_key(key) is None


@pytest.mark.parametrize("kind", ["room", "chair"])
def test_the_calendar_of_a_room_opens_only_while_whoever_made_it_works_here(site, max_, kind):
    _feed, key = feeds.make(site=site, room=house.room(site, "Place 1", kind=kind), by=max_, at=SUNDAY)
    assert feeds.of_key(key) is not None

    User.objects.filter(pk=max_.user.pk).update(is_active=False)

    assert feeds.of_key(key) is None
    assert feeds.standing(site) == []


def test_a_practitioner_s_own_calendar_stays_when_the_manager_who_made_it_leaves(of_ana, site, max_):
    User.objects.filter(pk=max_.user.pk).update(is_active=False)

    assert feeds.standing(site) == [of_ana]


@pytest.mark.parametrize("visits", [1, 3])
def test_reading_a_calendar_takes_two_questions(of_the_room, ana, consultation, visits, django_assert_num_queries):
    for number in range(visits):
        visit(who.patient(f"Patient {number}"), consultation, ana, starts_at=TEN + minutes(30 * number))
    feed = feeds.Feed.objects.select_related("site", "practitioner", "room").get()

    with django_assert_num_queries(2):
        feeds.read(feed, at=SUNDAY).written()


def test_another_site_s_visits_stand_elsewhere(of_ana, mia, ana, consultation):
    elsewhere = house.site(name="Elm Clinic")
    ana.shifts.update(site=elsewhere)
    room = house.room(elsewhere, "Room 9")
    consultation.rooms.add(room)

    visit(mia, consultation, ana, room=room)

    assert events(of_ana) == []


# --- a numbing chair --------------------------------------------------------------------------------------------------


@pytest.fixture
def chair(microneedling, site):
    """Mia sits in it for forty-five minutes, from ten minutes after she has come; the room is free meanwhile."""
    microneedling.phases.filter(kind="numbing").update(holds_room=False, holds_chair=True, minutes=45)
    chair = house.room(site, "Chair 1", kind="chair")
    microneedling.rooms.add(chair)
    return chair


def spans(feed):
    return [(one.decoded("DTSTART"), one.decoded("DTEND"), str(one["STATUS"])) for one in events(feed)]


def test_a_numbing_chair_has_a_visit_for_as_long_as_somebody_sits_in_it(chair, site, max_, mia, ana, microneedling):
    of_the_chair, _key = feeds.make(site=site, room=chair, by=max_, at=SUNDAY)
    booked = visit(mia, microneedling, ana)

    [event] = events(of_the_chair)
    assert (event["LOCATION"], event["DESCRIPTION"]) == ("Chair 1, Rowan Skin Clinic", "With Ana Duarte")
    assert spans(of_the_chair) == [(TEN + minutes(10), TEN + minutes(55), "CONFIRMED")]

    moved = appointments.move(booked, starts_at=TEN + minutes(60), version=1, by=HOUSE, at=SUNDAY)
    assert spans(of_the_chair) == [(TEN + minutes(70), TEN + minutes(115), "CONFIRMED")]

    appointments.cancel(moved, version=2, reason="Ill", by=HOUSE, at=SUNDAY)
    assert [(one["UID"], str(one["STATUS"])) for one in events(of_the_chair)] == [(str(booked.uuid), "CANCELLED")]


def test_a_visit_without_the_chair_does_not_stand_in_its_calendar(
    chair, of_the_room, site, max_, mia, ana, consultation
):
    of_the_chair, _key = feeds.make(site=site, room=chair, by=max_, at=SUNDAY)

    visit(mia, consultation, ana)

    assert (events(of_the_chair), len(events(of_the_room))) == ([], 1)
