"""The devices as Max and Ana see them: entered, serviced, their label read from the papers, out of use and back."""

from datetime import date

import pytest
from django.urls import reverse

from clinic.models import Device
from tests.desk.conftest import page_of
from tests.factories import clinic, treatments
from tests.journeys.paper import Paper
from treatments.labels import Indication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sunday")]

QUERIES = 5
TYPED = {
    "name": "Pen 7",
    "kind": "pen",
    "maker": "Northlight",
    "model": "NL-2",
    "serial_number": "SN-7",
    "max_depth_mm": "2,5",
    "step_mm": "0.25",
    "service_due_on": "30/11/2027",
}


@pytest.fixture
def paper(max_, site):
    return Paper(page_of(max_.user))


def at(pen) -> str:
    return reverse("desk:device_one", args=[pen.pk])


def test_a_house_without_devices_says_what_will_stand_there(paper):
    assert "No device is entered yet" in paper.open(reverse("desk:devices")).text


def test_a_device_is_entered_from_what_stands_on_it(manager, site):
    answer = manager.post(reverse("desk:device_add"), TYPED)

    pen = Device.objects.get(name="Pen 7")
    assert (answer.url, str(pen.max_depth_mm), pen.service_due_on) == (at(pen), "2.50", date(2027, 11, 30))


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": ""}, {"name": ["Write how the house calls it, such as Pen 2."]}),
        ({"max_depth_mm": "3.5"}, {"max_depth_mm": ["Write the deepest setting in mm: above 0, 3.00 at most."]}),
        ({"max_depth_mm": "deep"}, {"max_depth_mm": ["Write the deepest setting in mm: above 0, 3.00 at most."]}),
        ({"service_due_on": "soon"}, {"service_due_on": ["Write the day as 30/11/2027."]}),
    ],
)
def test_what_is_wrong_stands_at_its_field(manager, site, wrong, errors):
    page = manager.post(reverse("desk:device_add"), TYPED | wrong)

    assert (page.status_code, page.context["form"].errors) == (422, errors)
    assert page.context["form"]["serial_number"].value() == "SN-7"


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_as_much_with_thirty_devices_as_with_one(manager, site, count, django_assert_num_queries):
    for number in range(count):
        clinic.device(site, f"Pen {number}")
    manager.get(reverse("desk:devices"))

    with django_assert_num_queries(QUERIES):
        manager.get(reverse("desk:devices"))


def test_the_list_says_whose_service_is_overdue(paper, site):
    clinic.device(site, "Pen 8", service_due_on=date(2026, 2, 28))
    clinic.device(site, "Pen 9", service_due_on=date(2026, 3, 20))

    text = paper.open(reverse("desk:devices")).text

    assert ("Service overdue: neither booked nor chosen" in text, "Service due soon" in text) == (True, True)


def test_a_service_is_written_down_and_a_device_taken_out_and_back(paper, site):
    pen = clinic.device(site, "Pen 8", service_due_on=date(2026, 2, 28))
    assert "Overdue" in paper.open(at(pen)).text

    page = paper.press("Keep the service", {"due_on": "28/02/2027", "reason": "Northlight, 27 February"})
    assert ("Overdue" in page.text, "Northlight, 27 February" in page.text) == (False, True)
    page = paper.press("Take it out of use", {"reason": "Fluid got in"})
    assert "Out of use since 1 Mar 2026" in page.text
    page = paper.press("Use it again", {"reason": "Dried and tested"})

    pen.refresh_from_db()
    assert (pen.quarantined_at, pen.service_due_on) == (None, date(2027, 2, 28))
    assert "Dried and tested" in page.text


def test_a_label_is_entered_and_an_indication_taken_off_again(manager, site):
    treatments.values()
    pen = clinic.device(site)
    said = {"words": "Acne scars of the face in adults of 22 and over.", "concerns": ["acne_scars"], "zones": ["cheek"]}
    manager.post(
        reverse("desk:device_label", args=[pen.pk]),
        said | {"version": "1", "from_age": "22", "fitzpatrick": ["1", "2"], "deepest_mm": "1.5"},
    )

    pen.refresh_from_db()
    (kept,) = [Indication.read(row) for row in pen.cleared]
    assert (kept.concerns, kept.from_age, kept.fitzpatrick, str(kept.deepest_mm)) == (
        {"acne_scars"}, 22, {1, 2}, "1.5"
    )  # fmt: skip
    page = manager.get(at(pen)).content.decode()
    assert "from 22 years · skin types I, II · evaluated to 1.50 mm" in page

    manager.post(reverse("desk:device_unlabel", args=[pen.pk]), {"version": "2", "number": "0"})
    pen.refresh_from_db()
    assert pen.cleared == []
    assert "Acne scars of the face in adults of 22 and over." in manager.get(at(pen)).content.decode()


def test_a_label_that_changed_meanwhile_is_not_written_over(manager, site):
    treatments.values()
    pen = clinic.device(site)
    label = reverse("desk:device_label", args=[pen.pk])
    manager.post(label, {"words": "One", "version": "1"})

    page = manager.post(label, {"words": "Two", "version": "1"})

    pen.refresh_from_db()
    assert (page.status_code, [row["words"] for row in pen.cleared]) == (422, ["One"])
    assert page.context["form"]["words"].value() == "Two"


def test_a_practitioner_services_a_device_and_does_not_change_it(practice, site):
    pen = clinic.device(site)
    address = {way: reverse(f"desk:device_{way}", args=[pen.pk]) for way in ("out", "change", "label")}

    statuses = {way: practice.post(where, {"reason": "Fluid got in"}).status_code for way, where in address.items()}

    assert statuses == {"out": 302, "change": 403, "label": 403}
    assert "Change name and settings" not in practice.get(at(pen)).content.decode()


def test_a_device_of_another_site_is_not_found(manager, site):
    elsewhere = clinic.device(clinic.site(name="Elsewhere"), "Pen 5")

    assert manager.get(at(elsewhere)).status_code == 404
