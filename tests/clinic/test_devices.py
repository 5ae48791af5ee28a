"""Devices as the house keeps them: entered once, changed with a history, serviced, out of use and back."""

from datetime import date
from decimal import Decimal

import pytest

from clinic import devices
from clinic.models import AuditRow, Device, DeviceChange
from clinic.refusals import Refused, Stale
from tests.factories import clinic
from tests.factories.booking import HOUSE, TEN

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

PEN = {
    "name": "Pen 2",
    "kind": "pen",
    "maker": "Northlight",
    "model": "NL-2",
    "serial_number": "SN-2",
    "max_depth_mm": Decimal("2.5"),
    "step_mm": Decimal("0.25"),
    "service_due_on": date(2027, 6, 1),
}


@pytest.fixture
def site():
    return clinic.site()


def added(site, **other) -> Device:
    return devices.add(site, **(PEN | other), by=HOUSE, at=TEN)


def refused(call) -> tuple[str, str]:
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal.values["field"], str(no.value)


def test_a_device_is_entered_with_what_stands_on_it(site):
    pen = added(site, name="  Pen   2 ")

    assert (pen.name, pen.serial_number, pen.max_depth_mm, pen.cleared) == ("Pen 2", "SN-2", Decimal("2.50"), [])
    assert AuditRow.objects.get(verb="device.added").object_id == str(pen.pk)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"maker": ""}, "maker"),
        ({"model": ""}, "model"),
        ({"serial_number": ""}, "serial_number"),
        ({"max_depth_mm": Decimal("3.01")}, "max_depth_mm"),
        ({"max_depth_mm": None}, "max_depth_mm"),
        ({"step_mm": Decimal("0")}, "step_mm"),
        ({"step_mm": Decimal("2.75")}, "step_mm"),
    ],
)
def test_what_cannot_be_a_device_is_refused_at_its_field(site, wrong, field):
    assert refused(lambda: added(site, **wrong))[0] == field
    assert Device.objects.count() == 0


def test_one_serial_number_is_one_device(site):
    added(site)

    assert refused(lambda: added(site, name="Pen 3")) == (
        "serial_number",
        "A device of this maker and model has that serial number already. Look for it in the list.",
    )


def test_what_is_changed_is_kept_with_what_it_was_and_what_records_say_stays(site):
    pen = added(site)

    now = devices.change(pen, version=1, name="Pen A", max_depth_mm=Decimal("2"), maker="Other", by=HOUSE, at=TEN)

    assert (now.name, now.max_depth_mm, now.maker, now.version) == ("Pen A", Decimal("2.00"), "Northlight", 2)
    assert set(DeviceChange.objects.values_list("field", "was", "became")) == {
        ("name", "Pen 2", "Pen A"), ("max_depth_mm", "2.50", "2.00")
    }  # fmt: skip


def test_two_who_change_one_thing_are_told_and_two_who_change_two_are_not(site):
    pen = added(site)
    devices.change(pen, version=1, name="Pen A", by=HOUSE, at=TEN)

    with pytest.raises(Stale):
        devices.change(pen, version=1, name="Pen B", by=HOUSE, at=TEN)
    now = devices.change(pen, version=1, name="Pen 2", kind="stamp", by=HOUSE, at=TEN)

    assert (now.name, now.kind) == ("Pen A", "stamp")


def test_a_service_moves_the_day_on_with_what_was_done(site):
    pen = added(site)

    assert (
        refused(lambda: devices.record_service(pen, due_on=date(2027, 6, 1), reason="x", by=HOUSE, at=TEN))[0]
        == "due_on"
    )
    assert (
        refused(lambda: devices.record_service(pen, due_on=date(2028, 6, 1), reason=" ", by=HOUSE, at=TEN))[0]
        == "reason"
    )
    now = devices.record_service(pen, due_on=date(2028, 6, 1), reason="Northlight, 1 March", by=HOUSE, at=TEN)

    assert now.service_due_on == date(2028, 6, 1)
    assert DeviceChange.objects.get().reason == "Northlight, 1 March"


def test_a_device_goes_out_of_use_and_back_with_its_reasons(site):
    pen = added(site)

    out = devices.set_in_use(pen, is_in_use=False, reason="Fluid got in", by=HOUSE, at=TEN)
    devices.set_in_use(pen, is_in_use=False, reason="Again", by=HOUSE, at=TEN)
    assert out.quarantined_at == TEN
    back = devices.set_in_use(pen, is_in_use=True, reason="Dried and tested", by=HOUSE, at=TEN)

    assert back.quarantined_at is None
    assert list(DeviceChange.objects.order_by("id").values_list("reason", flat=True)) == [
        "Fluid got in", "Dried and tested"
    ]  # fmt: skip


def test_a_label_is_not_added_to_one_that_nobody_saw(site):
    pen = added(site)
    devices.change(pen, version=1, cleared=[{"words": "One"}], by=HOUSE, at=TEN)

    with pytest.raises(Stale):
        devices.must_be_as_read(pen, 1)
    devices.must_be_as_read(pen, 2)
