"""What a manager sets: the site's rules, the services of the menu, rooms, chairs and devices."""

import pytest
from django.core.exceptions import ValidationError

from clinic import places, services, sites
from clinic.models import AuditRow, Phase, Room, Service
from clinic.refusals import Refused
from clinic.services import Stretch
from tests.factories import clinic as house
from tests.factories.booking import TEN


def as_it_stands(service: Service, **changes):
    """Return everything that is said of a service, with some of it changed."""
    stands = {
        "phases": [Stretch.of(phase) for phase in service.phases.order_by("position")],
        "practitioners": service.practitioners.all(),
        "rooms": service.rooms.all(),
        "devices": service.devices.all(),
        "name": service.name,
        "is_offered": service.is_offered,
        "start_grid_minutes": service.start_grid_minutes,
        "minimum_notice_minutes": service.minimum_notice_minutes,
        "maximum_advance_days": service.maximum_advance_days,
    }
    return stands | changes


def stretch(kind, minutes, *holds):
    return Stretch(kind, minutes, frozenset(holds))


# --- the site --------------------------------------------------------------------------------------------


def test_only_what_changed_is_kept_and_named_in_the_trail(site, max_):
    changed = sites.set_rules(site, travel_minutes=45, offer_minutes=120, policy_words="Late? Call.", by=max_, at=TEN)

    site.refresh_from_db()
    assert changed == ["travel_minutes", "policy_words"]
    assert (site.travel_minutes, site.policy_words) == (45, "Late? Call.")
    assert sorted(AuditRow.objects.get().fields) == ["policy_words", "travel_minutes"]


def test_the_same_rules_again_leave_no_trace(site, max_):
    assert sites.set_rules(site, travel_minutes=30, by=max_, at=TEN) == []
    assert AuditRow.objects.count() == 0


@pytest.mark.parametrize(
    ("country", "region", "field"), [("XX", "", "country"), ("", "ENG", "country"), ("ES", "ENG", "region")]
)
def test_a_place_without_known_holidays_is_refused(site, max_, country, region, field):
    with pytest.raises(Refused) as refused:
        sites.set_rules(site, country=country, region=region, by=max_, at=TEN)

    assert refused.value.refusal.values == {"field": field}


def test_a_place_that_is_known_is_kept(site, max_):
    assert sites.set_rules(site, country="ES", region="MD", by=max_, at=TEN) == ["country", "region"]


def test_an_offer_is_held_for_five_minutes_at_least(site, max_):
    with pytest.raises(ValidationError):
        sites.set_rules(site, offer_minutes=4, by=max_, at=TEN)

    site.refresh_from_db()
    assert site.offer_minutes == 120


# --- services --------------------------------------------------------------------------------------------


def test_a_service_is_renamed_and_starts_on_another_grid(review, max_):
    said = as_it_stands(review, name="Check-up", start_grid_minutes=5)

    assert services.change(review, **said, by=max_, at=TEN) == ["name", "start_grid_minutes"]
    review.refresh_from_db()
    assert (review.name, review.start_grid_minutes) == ("Check-up", 5)


def test_the_same_service_again_leaves_no_trace(microneedling, max_):
    assert services.change(microneedling, **as_it_stands(microneedling), by=max_, at=TEN) == []
    assert AuditRow.objects.count() == 0


def test_phases_are_written_in_their_order(review, max_):
    phases = [
        stretch(Phase.Kind.NUMBING, 20, "chair", "patient"),
        stretch(Phase.Kind.TALK, 15, "practitioner", "room", "patient"),
    ]

    assert services.change(review, **as_it_stands(review, phases=phases), by=max_, at=TEN) == ["phases"]
    kept = [Stretch.of(phase) for phase in Service.objects.get(pk=review.pk).phases.order_by("position")]
    assert kept == phases


def test_a_visit_that_nobody_comes_to_is_refused(review, max_):
    with pytest.raises(Refused) as refused:
        services.change(review, **as_it_stands(review, phases=[stretch(Phase.Kind.TALK, 15, "room")]), by=max_, at=TEN)

    assert str(refused.value) == "A visit needs at least one phase that holds the patient."
    assert [phase.holds_patient for phase in review.phases.all()] == [True]


def test_a_visit_is_at_most_a_day_long(review, max_):
    phases = [stretch(Phase.Kind.TALK, 480, "patient")] * 3 + [stretch(Phase.Kind.CALM, 1, "patient")]

    with pytest.raises(Refused) as refused:
        services.change(review, **as_it_stands(review, phases=phases), by=max_, at=TEN)

    assert refused.value.refusal.rule == "service.too_long"


def test_who_gives_it_and_where_follow_the_ticks(review, ben, site, max_):
    second = house.room(site, "Room 2")

    changed = services.change(review, **as_it_stands(review, practitioners=[ben], rooms=[second]), by=max_, at=TEN)

    assert changed == ["practitioners", "rooms"]
    assert (list(review.practitioners.all()), list(review.rooms.all())) == ([ben], [second])


def test_what_the_phases_hold_and_nobody_ticked_is_missing(microneedling, max_):
    assert services.missing(microneedling) == []

    services.change(microneedling, **as_it_stands(microneedling, devices=[], practitioners=[]), by=max_, at=TEN)

    assert services.missing(Service.objects.get(pk=microneedling.pk)) == ["practitioner", "device"]


def test_a_closed_room_and_a_pen_out_of_use_are_missing_too(microneedling, room, pen, max_):
    places.set_open(room, is_open=False, by=max_, at=TEN)
    places.set_in_use(pen, is_in_use=False, by=max_, at=TEN)

    assert services.missing(microneedling) == ["room", "device"]


# --- rooms, chairs and devices ---------------------------------------------------------------------------


def test_a_new_chair_goes_where_chairs_are_used(site, review, microneedling, max_):
    phases = [
        stretch(Phase.Kind.NUMBING, 20, "chair", "patient"),
        stretch(Phase.Kind.TALK, 15, "practitioner", "room", "patient"),
    ]
    services.change(review, **as_it_stands(review, phases=phases), by=max_, at=TEN)

    chair = places.add(site, kind=Room.Kind.CHAIR, name="Chair 1", by=max_, at=TEN)

    assert list(chair.services.all()) == [review]


def test_a_new_room_is_used_by_nothing_yet(site, review, max_):
    room = places.add(site, kind=Room.Kind.ROOM, name="  Room   9 ", by=max_, at=TEN)

    assert (room.name, room.is_open, list(room.services.all())) == ("Room 9", True, [])


def test_a_name_is_given_once(site, room, max_):
    with pytest.raises(Refused) as refused:
        places.add(site, kind=Room.Kind.CHAIR, name="room 1", by=max_, at=TEN)

    assert str(refused.value) == "There is a “room 1” already. Choose another name."


def test_a_room_is_closed_and_opened_and_each_is_in_the_trail_once(room, max_):
    for is_open in (False, False, True):
        places.set_open(room, is_open=is_open, by=max_, at=TEN)

    assert Room.objects.get().is_open is True
    assert list(AuditRow.objects.values_list("verb", flat=True)) == ["room.closed", "room.opened"]


def test_a_pen_goes_out_of_use_and_keeps_the_hour(pen, max_):
    places.set_in_use(pen, is_in_use=False, by=max_, at=TEN)
    places.set_in_use(pen, is_in_use=False, by=max_, at=TEN.replace(hour=12))

    pen.refresh_from_db()
    assert pen.quarantined_at == TEN

    places.set_in_use(pen, is_in_use=True, by=max_, at=TEN)

    pen.refresh_from_db()
    assert pen.quarantined_at is None
