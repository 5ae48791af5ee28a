"""What comes and what goes: what is left is the sum, a use is always written, and a wrong count is counted again."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic.refusals import Refused
from stock import lots, movements
from stock.models import Lot, Movement, Product
from tests.factories import stock
from tests.factories.booking import HOUSE, TEN

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]


@pytest.fixture
def lot(db):
    return stock.lot(stock.tip(), "C4-0871", received_count=12)


def rows(lot: Lot) -> list[tuple[str, int, str]]:
    return list(lot.movements.order_by("id").values_list("kind", "count", "reason"))


def refused(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    return str(no.value)


def test_what_is_received_stands_on_the_shelf(lot):
    assert (movements.left(lot), rows(lot)) == (12, [("received", 12, "")])


def test_a_second_delivery_of_a_lot_is_put_to_the_first(lot):
    again = lots.deliver(lot.product, number="c4-0871", expires_on=lot.expires_on, count=8, by=HOUSE, at=TEN)

    assert (again, movements.left(lot)) == (lot, 20)


def test_a_lot_with_another_expiry_was_misread_once(lot):
    other = lot.expires_on.replace(day=1)

    assert refused(
        lambda: lots.deliver(lot.product, number="C4-0871", expires_on=other, count=8, by=HOUSE, at=TEN)
    ) == ("Lot C4-0871 is on the shelf with use until 30 Nov 2027. Look at the pack again; one of both is wrong.")
    assert movements.left(lot) == 12


def test_a_count_is_what_is_there_whatever_was_written_before(lot):
    movements.correct(lot, counted=9, reason="Three in the drawer of room 2", by=HOUSE, at=TEN)
    same = movements.correct(lot, counted=9, reason="Counted again", by=HOUSE, at=TEN)

    assert (same, movements.left(lot)) == (None, 9)
    assert rows(lot)[1:] == [("corrected", -3, "Three in the drawer of room 2")]


def test_units_are_discarded_with_a_reason_and_not_more_than_there_are(lot):
    movements.discard(lot, 2, reason="Seal open", by=HOUSE, at=TEN)

    assert refused(lambda: movements.discard(lot, 11, reason="Seal open", by=HOUSE, at=TEN)) == (
        "By the count 10 units are left. If more are there, count again first."
    )
    assert movements.left(lot) == 10


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda lot: movements.correct(lot, counted=1, reason=" ", by=HOUSE, at=TEN),
            "Write why, in a few words.",
        ),
        (
            lambda lot: movements.correct(lot, counted=-1, reason="x", by=HOUSE, at=TEN),
            "Write how many units, from 0 to 9999.",
        ),
        (
            lambda lot: movements.discard(lot, 0, reason="x", by=HOUSE, at=TEN),
            "Write how many units, from 1 to 9999.",
        ),
        (
            lambda lot: movements.discard(lot, 1, reason="x" * 251, by=HOUSE, at=TEN),
            "Say it in at most 250 letters.",
        ),
        (lambda lot: lots.quarantine(lot, reason="", by=HOUSE, at=TEN), "Write why, in a few words."),
        (
            lambda lot: lots.deliver(lot.product, number=" ", expires_on=lot.expires_on, count=1, by=HOUSE, at=TEN),
            "Write the lot as it is printed on the pack, at most 60 letters.",
        ),
    ],
)
def test_what_cannot_be_is_said_and_moves_nothing(lot, call, sentence):
    assert refused(lambda: call(lot)) == sentence
    assert (movements.left(lot), lot.movements.count()) == (12, 1)


def test_a_session_uses_one_unit_of_each_lot_once_and_none_of_what_serves_many(lot):
    vial = stock.lot(stock.product("Vial", "serum", is_single_use=True), "V-1", received_count=3)
    cream, session = stock.cream(), uuid4()

    movements.use([lot, vial, vial, cream], session=session, by=HOUSE, at=TEN)

    assert [movements.left(one) for one in (lot, vial, cream)] == [11, 2, 0]
    assert set(Movement.objects.filter(session=session).values_list("lot", "count")) == {(lot.pk, -1), (vial.pk, -1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        movements.use([lot], session=session, by=HOUSE, at=TEN)


def test_a_use_is_written_when_the_count_says_that_nothing_is_left():
    empty = stock.cartridges()

    movements.use([empty], session=uuid4(), by=HOUSE, at=TEN)

    assert movements.left(empty) == -1


def test_a_lot_is_set_aside_and_released_with_the_reasons_beside_its_movements(lot):
    lots.quarantine(lot, reason="Two seals open", by=HOUSE, at=TEN)
    lots.quarantine(lot, reason="Again", by=HOUSE, at=TEN)
    assert not Lot.objects.usable(TEN.date()).exists()

    released = lots.release(lot, reason="The maker looked at it", by=HOUSE, at=TEN)

    assert released.quarantined_at is None
    assert rows(lot)[1:] == [("set_aside", 0, "Two seals open"), ("released", 0, "The maker looked at it")]


def test_a_kit_is_of_one_patient_and_a_serum_only_where_it_says_so():
    kinds = [("cartridge", False), ("prp_kit", True), ("serum", True), ("serum", False), ("skin_prep", True)]

    assert [Product(kind=kind, is_single_use=once).is_counted_by_use for kind, once in kinds] == [
        True, True, True, False, False
    ]  # fmt: skip


@pytest.mark.parametrize("sql", ["UPDATE stock_movement SET count = 99", "DELETE FROM stock_movement"])
def test_no_movement_is_changed_even_by_hand(lot, sql):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_is_left_of_many_lots_is_one_query(lot, django_assert_num_queries):
    for number in range(29):
        stock.lot(stock.tip(), f"C5-{number}", received_count=number + 1)

    with django_assert_num_queries(1):
        found = {one.number: one.left for one in Lot.objects.with_left()}

    assert (len(found), found["C4-0871"], found["C5-28"]) == (30, 12, 29)
