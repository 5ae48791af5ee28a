"""What was done already is told with the lot that was used; while it is done, nobody gets at a lot that is not good."""

from datetime import date

import pytest

from stock import lots, products
from tests.desk.charting.typed import FULL, findings, problems
from tests.factories import stock, treatments
from tests.factories.booking import HOUSE, TEN, minutes
from treatments import recalls, sessions
from treatments.models import Incident, Session
from visits import treatment

OVER = TEN + minutes(70)
EXPIRED = "C4-0 · expired 1 Mar 2026 · Tip 3.00"
WITHOUT_LOT = FULL | {"cartridge_lot": ""}


@pytest.fixture
def expired(shelf):
    return stock.cartridges("C4-0", date(2026, 3, 1))


@pytest.fixture
def told(session):
    """Mia's session, as one that is written down afterwards."""
    Session.objects.filter(pk=session.pk).update(is_afterwards=True)
    return Session.objects.select_related("appointment__site").get(pk=session.pk)


def group(sheet, name="cartridge_lot"):
    """Return what a choice offers as not good to use now."""
    (select,) = sheet.all("select", name=name)
    groups = [node for node in select.nodes if node.tag == "optgroup"]
    assert [node.attrs["label"] for node in groups] == ["Not good to use now"][: len(groups)]
    return [one.text for node in groups for one in node.nodes]


def test_they_stand_in_a_group_of_their_own_with_the_reason_beside_each(
    tablet, chart, told, expired, shelf, as_ana, site
):
    old = stock.cartridges("C4-OLD", date(2023, 1, 1))
    aside, recalled = stock.cartridges("C4-1"), stock.cartridges("C4-2")
    gone = stock.lot(stock.product("Tip of old", "cartridge", needle_length_mm="2.00", needle_count=9), "C4-3")
    lots.quarantine(aside, reason="Torn box", by=HOUSE, at=TEN)
    recalls.open(recalled, site=site, reason="Needles bend", by=as_ana, at=TEN)
    products.set_in_use(gone.product, is_stocked=False, by=HOUSE, at=TEN)

    page = tablet.open(chart)

    assert sorted(group(page)) == [
        EXPIRED,
        "C4-1 · set aside · Tip 3.00",
        "C4-2 · recalled · Tip 3.00",
        "C4-3 · no longer used here · Tip of old",
    ]
    assert (group(page, "serums-0-lot"), str(old.pk) in page.choices("cartridge_lot").values()) == ([], False)


def test_choosing_one_warns_asks_a_reason_at_the_signature_and_leaves_an_incident(
    tablet, chart, review, told, expired, as_ana, ten
):
    ten.move_to(OVER)
    tablet.open(chart)

    page = tablet.press("Save", WITHOUT_LOT | {"cartridge_lot": EXPIRED})

    assert (page.status, problems(page)) == (200, [])
    assert (
        "Lot C4-0: expired 1 Mar 2026. If it was so when it was used, the signature asks how that came to be."
        in page.text
    )
    assert page.value("cartridge_lot") == str(expired.pk)
    over = treatment.finish(Session.objects.get(), ended_at=OVER, by=as_ana, at=OVER)
    sign = [("version", str(over.version)), ("sign", "1")]
    assert tablet.post(review, [*sign, ("reason", "")]).status == 422

    tablet.post(review, [*sign, ("reason", "It was the last box.")])

    incident = Incident.objects.get()
    assert (incident.reason, [one["rule"] for one in incident.stopped_by]) == ("It was the last box.", ["lot.expired"])


def test_the_control_in_the_usual_flow_none_is_offered(tablet, chart, expired):
    page = tablet.open(chart)

    assert (group(page), str(expired.pk) in page.choices("cartridge_lot").values()) == ([], False)


@pytest.mark.parametrize("field", ["cartridge_lot", "serums-0-lot", "creams-0-lot", "skin_prep_lot"])
def test_the_control_in_the_usual_flow_the_server_refuses_each_of_them(tablet, chart, session, field):
    make = {"c": stock.cartridges, "s": stock.serum, "creams-0-lot": stock.cream, "skin_prep_lot": stock.skin_prep}
    lot = make.get(field, make[field[0]])("X-0", date(2026, 3, 1))
    tablet.open(chart)

    page = tablet.press("Save", {field: str(lot.pk)} | ({"creams-0-on_at": "10:00"} if "creams" in field else {}))

    assert page.status == 422
    assert [one for one in problems(page) if one.startswith("Lot X-0 expired on 1 Mar 2026; nothing was saved.")]
    assert Session.objects.get().version == session.version


def test_the_control_in_the_usual_flow_the_action_refuses_it_too(session, as_ana, expired):
    with pytest.raises(sessions.DraftRefused) as refused:
        treatments.saved(session, by=as_ana, cartridge_lot=expired)

    assert refused.value.refusal.rule == "lot.expired"


def test_what_is_good_says_nothing(tablet, chart, told):
    tablet.open(chart)

    page = tablet.press("Save", FULL)

    assert [one for one in findings(page) if "the signature asks" in one] == []
