from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from booking import claims, tasks, turns
from booking.claims import Hold
from booking.models import Claim
from clinic import guards
from tests.booking.held import overlaps
from tests.factories.booking import SUNDAY, TEN, minutes


def take(resource, start=0, end=30, **fields):
    hold = Hold(resource, TEN + minutes(start), TEN + minutes(end))
    known = {"kind": Claim.Kind.CLOSURE}
    return claims.take(turns.lock([resource], at=SUNDAY), [hold], **(known | fields))


@pytest.fixture
def room_1(room):
    return ("room", room.pk)


@pytest.mark.parametrize(
    ("start", "end", "is_free"),
    [(30, 60, True), (-30, 0, True), (29, 60, False), (-30, 1, False), (10, 20, False), (-10, 40, False)],
    ids=["right after", "right before", "a minute early", "a minute long", "inside", "around"],
)
def test_holds_may_touch_and_never_overlap(room_1, start, end, is_free):
    take(room_1)

    if is_free:
        take(room_1, start, end)
    else:
        with pytest.raises(claims.Taken):
            take(room_1, start, end)

    assert (Claim.objects.count(), overlaps()) == (2 if is_free else 1, [])


def test_all_is_held_or_nothing(room_1, pen):
    take(("device", pen.pk))
    both = [Hold(room_1, TEN, TEN + minutes(30)), Hold(("device", pen.pk), TEN, TEN + minutes(30))]

    with pytest.raises(claims.Taken):
        claims.take(turns.lock([room_1, ("device", pen.pk)], at=SUNDAY), both, kind=Claim.Kind.CLOSURE)

    assert [claim.device_id for claim in Claim.objects.all()] == [pen.pk]


def test_nothing_is_held_that_was_not_locked(room_1, pen):
    with pytest.raises(ValueError, match=f"not locked: .*{pen.pk}"):
        claims.take(
            turns.lock([room_1], at=SUNDAY),
            [Hold(("device", pen.pk), TEN, TEN + minutes(30))],
            kind=Claim.Kind.CLOSURE,
        )


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_an_error():
    with pytest.raises(transaction.TransactionManagementError):
        turns.lock([("room", 1)], at=SUNDAY)


def test_resources_have_lock_keys_of_their_own():
    keys = {turns.lock_key((name, pk)) for name in ("practitioner", "room", "device", "patient") for pk in range(99)}

    assert len(keys) == 4 * 99


def test_a_hold_that_ran_out_makes_way(room_1):
    take(room_1, kind=Claim.Kind.HOLD, expires_at=SUNDAY)

    [fresh] = take(room_1)

    assert list(Claim.objects.filter(is_active=True)) == [fresh]


def test_a_hold_that_still_runs_stands(room_1):
    take(room_1, kind=Claim.Kind.HOLD, expires_at=SUNDAY + minutes(1))

    with pytest.raises(claims.Taken):
        take(room_1)


def test_tidying_lets_go_of_what_ran_out_and_of_nothing_else(room_1):
    take(room_1, 60, 90)
    take(room_1, 30, 60, kind=Claim.Kind.HOLD, expires_at=SUNDAY + minutes(1))
    take(room_1, kind=Claim.Kind.HOLD, expires_at=SUNDAY)

    assert (claims.tidy(at=SUNDAY), claims.tidy(at=SUNDAY)) == (1, 0)
    assert Claim.objects.filter(is_active=True).count() == 2


def test_the_task_tidies_by_the_clock(room_1):
    take(room_1, kind=Claim.Kind.HOLD, expires_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert tasks.tidy() == 1


# --- the database itself ---------------------------------------------------------------------------------


def blind_hold(resource, start=0, end=30, **fields):
    """Write a claim with no question asked."""
    name, pk = resource
    known = {"kind": "closure", "starts_at": TEN + minutes(start), "ends_at": TEN + minutes(end)}
    return Claim.objects.create(**{f"{name}_id": pk}, **(known | fields))


@pytest.fixture(params=["practitioner", "room", "device", "patient"])
def anything(request, ana, room, pen, mia):
    return request.param, {"practitioner": ana, "room": room, "device": pen, "patient": mia}[request.param].pk


@pytest.mark.parametrize(("start", "end"), [(0, 30), (29, 60), (-30, 1), (10, 20), (-10, 40)])
def test_the_database_refuses_an_overlap_on_any_resource(anything, start, end):
    blind_hold(anything)

    with pytest.raises(IntegrityError), transaction.atomic():
        blind_hold(anything, start, end)


def test_the_database_lets_holds_touch_and_lets_inactive_ones_overlap(anything):
    blind_hold(anything)
    blind_hold(anything, 30, 60)
    blind_hold(anything, is_active=False)

    assert Claim.objects.count() == 3


def test_the_database_sees_an_overlap_of_parts_of_a_second(room_1):
    blind_hold(room_1, ends_at=TEN + timedelta(minutes=30, microseconds=1))

    with pytest.raises(IntegrityError), transaction.atomic():
        blind_hold(room_1, 30, 60)
    blind_hold(room_1, starts_at=TEN + timedelta(minutes=30, microseconds=1), ends_at=TEN + minutes(60))


def test_the_database_sees_an_overlap_with_a_claim_of_a_whole_day(room_1):
    blind_hold(room_1, ends_at=TEN + timedelta(hours=24))

    with pytest.raises(IntegrityError), transaction.atomic():
        blind_hold(room_1, 24 * 60 - 1, 24 * 60 + 30)


@pytest.mark.parametrize(
    "change",
    [{"is_active": True}, {"is_active": True, "starts_at": TEN + minutes(10)}],
    ids=["made active", "made active elsewhere in the same time"],
)
def test_the_database_refuses_to_wake_a_claim_over_another(room_1, change):
    blind_hold(room_1)
    sleeping = blind_hold(room_1, is_active=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=sleeping.pk).update(**change)


def test_the_database_refuses_to_stretch_a_claim_into_another(room_1):
    blind_hold(room_1)
    after = blind_hold(room_1, 30, 60)

    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=after.pk).update(starts_at=TEN + minutes(29))


def test_the_database_refuses_to_hand_a_claim_to_a_resource_that_is_held(room_1, site):
    other = site.rooms.create(name="Room 2")
    blind_hold(room_1)
    elsewhere = blind_hold(("room", other.pk))

    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=elsewhere.pk).update(room=room_1[1])


def test_a_claim_may_be_changed_where_it_stands_alone(room_1):
    own = blind_hold(room_1)

    Claim.objects.filter(pk=own.pk).update(starts_at=TEN + minutes(10), words="Shorter")

    own.refresh_from_db()
    assert (own.starts_at, own.words) == (TEN + minutes(10), "Shorter")


def test_a_collision_that_only_the_database_sees_is_the_same_refusal(room_1, monkeypatch):
    """Control of the check in front of the guard: without it the guard answers, in the same words."""
    take(room_1)
    monkeypatch.setattr(claims, "is_held", lambda holds, *, at: False)

    with pytest.raises(claims.Taken) as taken, transaction.atomic():
        take(room_1)

    assert isinstance(taken.value.__cause__, IntegrityError)
    assert Claim.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_a_blind_hold_overlaps(room_1):
    """Control: what the database refuses above happens when the guard is lifted."""
    blind_hold(room_1)

    with guards.lifted("claim_no_overlap"):
        blind_hold(room_1)
        assert len(overlaps()) == 1
        Claim.objects.last().delete()


def test_other_faults_of_a_claim_are_not_called_taken(room_1, ana):
    hold = Hold(room_1, TEN, TEN - minutes(1))

    with pytest.raises(IntegrityError):
        claims.take(turns.lock([room_1], at=SUNDAY), [hold], kind=Claim.Kind.CLOSURE)


def test_a_crowd_is_told_from_other_trouble():
    locked, broken = OperationalError("database is locked"), OperationalError("disk I/O error")

    assert [turns.was_crowded(error) for error in (locked, broken)] == [True, False]


@pytest.mark.postgres
def test_waiting_for_a_turn_ends_after_three_seconds(room_1):
    turns.lock([room_1], at=SUNDAY)

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("3s",)
