"""The rules of booking as Max sets them."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from booking.models import Claim
from clinic.models import Phase, Room, Service
from clinic.services import RESOURCES, Stretch
from desk.board import sheet_files
from tests.factories.booking import TEN, visit

RULES = "desk:booking_rules"


def service_page(service: Service) -> str:
    return reverse("desk:rules_service", args=[service.code])


def as_shown(response, **typed) -> dict:
    """Return the form of a page as it stands, with some fields typed over; None takes a tick away."""
    said = {}
    for form in [response.context["form"], *response.context.get("phases", [])]:
        for field in form:
            value = field.value()
            value = [getattr(one, "pk", one) for one in value] if isinstance(value, (list, tuple)) else value
            if hasattr(value, "values_list"):
                value = list(value.values_list("pk", flat=True))
            if value is not None and value is not False and value != "":
                said[field.html_name] = "on" if value is True else value
    if "phases" in response.context:
        count = len(response.context["phases"].forms)
        said |= {"phases-TOTAL_FORMS": count, "phases-INITIAL_FORMS": response.context["phases"].initial_form_count()}
    said |= typed
    return {name: value for name, value in said.items() if value is not None}


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def stretches(service: Service) -> list[Stretch]:
    return [Stretch.of(phase) for phase in Service.objects.get(pk=service.pk).phases.order_by("position")]


# --- the site --------------------------------------------------------------------------------------------


def test_max_sets_the_rules_of_the_site(manager, site):
    page = manager.get(reverse(RULES))

    response = manager.post(reverse(RULES), as_shown(page, travel_minutes="45", policy_words="Call us a day before."))

    site.refresh_from_db()
    assert (response.headers["Location"], told(response)) == (reverse(RULES), ["Saved."])
    assert (site.travel_minutes, site.policy_words) == (45, "Call us a day before.")


def test_a_box_that_is_not_ticked_is_no(manager, site):
    site.consultation_first = True
    site.save()

    manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES)), consultation_first=None))

    site.refresh_from_db()
    assert site.consultation_first is False


def test_max_lets_the_evenings_sheets_be_saved_without_names(manager, site):
    manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES)), sheets_show_initials="on"))

    site.refresh_from_db()
    assert (site.sheets_show_initials, site.feeds_show_initials) == (True, False)


@pytest.mark.parametrize(("wanted", "is_left"), [("on", False), (None, True)])
def test_a_sheet_that_was_saved_with_names_goes_as_soon_as_max_wants_none(
    manager, site, ana, settings, tmp_path, wanted, is_left
):
    settings.VAR_DIR = tmp_path
    sheet_files.keep(site, at=datetime(2016, 3, 7, 20, 0, tzinfo=UTC))
    named = sheet_files.path_of(site, date(2016, 3, 8))
    was_there = named.exists()
    manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES)), sheets_show_initials=wanted))

    assert (was_there, named.exists()) == (True, is_left)


def test_what_patients_read_of_the_opening_hours_stands_beside_them_and_is_changed(manager, site):
    manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES)), hours_words="Mon to Sat 8:00 to 20:00"))

    opening = manager.get(reverse("desk:hours_week", args=["site"])).content.decode()
    assert "Patients read “Mon to Sat 8:00 to 20:00” in their messages." in opening


def test_the_same_rules_again_change_nothing(manager):
    response = manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES))))

    assert told(response) == ["Nothing was changed."]


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"offer_minutes": "4"}, {"offer_minutes": ["Write a whole number from 5 to 2880."]}),
        ({"travel_minutes": "soon"}, {"travel_minutes": ["Write a whole number from 0 to 480."]}),
        ({"hours_words": ""}, {"hours_words": ["Write the opening hours as patients read them."]}),
        ({"late_cancel_hours": ""}, {"late_cancel_hours": ["Write a whole number from 0 to 336."]}),
        ({"country": "ES"}, {"region": ["Choose a region of that country."]}),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_stays_typed(manager, site, typed, errors):
    response = manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES)), **typed))

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, errors)
    assert {name: form[name].value() for name in typed} == typed
    site.refresh_from_db()
    assert (site.offer_minutes, site.country) == (120, "GB")


def test_regions_of_the_chosen_country_are_offered(manager, site):
    response = manager.post(reverse(RULES), as_shown(manager.get(reverse(RULES)), country="ES"))

    assert ("MD", "Madrid") in response.context["form"].fields["region"].choices
    manager.post(reverse(RULES), as_shown(response, country="ES", region="MD"))
    site.refresh_from_db()
    assert (site.country, site.region) == ("ES", "MD")


# --- rooms, chairs, devices ------------------------------------------------------------------------------


def add(client, kind: str, name: str, key: str = ""):
    said = {"do": "add", "kind": kind, "name": name, "form_key": key or str(uuid.uuid4())}
    return client.post(reverse("desk:rules_places"), said)


def test_three_chairs_are_three_rows(manager, site):
    for name in ("Chair 1", "Chair 2", "Chair 3"):
        add(manager, Room.Kind.CHAIR, name)

    chairs = manager.get(reverse(RULES)).context["chairs"]
    assert [(chair.name, chair.is_open) for chair in chairs] == [
        ("Chair 1", True),
        ("Chair 2", True),
        ("Chair 3", True),
    ]


def test_pressing_twice_adds_one_room(manager, site):
    key = str(uuid.uuid4())
    for _press in range(2):
        assert add(manager, Room.Kind.ROOM, "Room 7", key).status_code == 302

    assert Room.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Write a name, such as Room 2 or Chair 1."),
        ("Room 1", "There is a “Room 1” already. Choose another name."),
    ],
)
def test_a_room_without_a_name_of_its_own_is_refused(manager, room, name, sentence):
    response = add(manager, Room.Kind.ROOM, name)

    assert (response.status_code, response.context["place_form"].errors) == (422, {"name": [sentence]})
    assert Room.objects.count() == 1


def test_a_room_with_visits_goes_out_of_use_and_they_stay(manager, mia, ana, microneedling, room):
    visit(mia, microneedling, ana, starts_at=TEN.replace(day=9))
    assert [one.coming for one in manager.get(reverse(RULES)).context["rooms"]] == [1]

    response = manager.post(reverse("desk:rules_places"), {"do": "close", "which": room.pk})

    room.refresh_from_db()
    assert (room.is_open, told(response)) == (False, ["Room 1 is out of use. Booked visits stay."])
    assert Claim.objects.filter(room=room, is_active=True).count() > 0

    manager.post(reverse("desk:rules_places"), {"do": "open", "which": room.pk})
    room.refresh_from_db()
    assert room.is_open is True


def test_a_pen_goes_out_of_use_and_back(manager, pen):
    at = reverse("desk:rules_places")

    manager.post(at, {"do": "take_out", "which": pen.pk})
    assert [one.is_in_use for one in manager.get(reverse(RULES)).context["devices"]] == [False]

    manager.post(at, {"do": "take_in", "which": pen.pk})
    assert [one.is_in_use for one in manager.get(reverse(RULES)).context["devices"]] == [True]


@pytest.mark.parametrize("said", [{}, {"do": "burn"}, {"do": "close", "which": "9999"}, {"do": "close", "which": "x"}])
def test_what_is_not_there_is_not_found(manager, said):
    assert manager.post(reverse("desk:rules_places"), said).status_code == 404


# --- a service -------------------------------------------------------------------------------------------


def test_saving_a_service_as_it_stands_changes_nothing(manager, microneedling):
    response = manager.post(service_page(microneedling), as_shown(manager.get(service_page(microneedling))))

    assert (response.headers["Location"], told(response)) == (reverse(RULES), ["Nothing was changed."])


def test_what_a_service_does_beside_the_needling_is_ticked_for_a_needling_alone(manager, microneedling, review):
    page = manager.get(service_page(microneedling))
    manager.post(service_page(microneedling), as_shown(page, beside=["prp"]))

    microneedling.refresh_from_db()
    assert microneedling.beside == ["prp"]
    assert "beside" not in manager.get(service_page(review)).context["form"].fields


def test_a_service_gets_a_name_a_grid_and_a_notice(manager, review):
    typed = {"name": "Check-up", "start_grid_minutes": "5", "minimum_notice_minutes": "60", "is_offered": None}

    manager.post(service_page(review), as_shown(manager.get(service_page(review)), **typed))

    review.refresh_from_db()
    assert (review.name, review.start_grid_minutes, review.minimum_notice_minutes, review.is_offered) == (
        "Check-up",
        5,
        60,
        False,
    )


def test_numbing_moves_to_a_chair(manager, microneedling, site):
    add(manager, Room.Kind.CHAIR, "Chair 1")
    page = manager.get(service_page(microneedling))
    chair = Room.objects.get(kind=Room.Kind.CHAIR)

    typed = {"phases-1-chair": "on", "phases-1-room": None, "chairs": [chair.pk]}
    manager.post(service_page(microneedling), as_shown(page, **typed))

    assert stretches(microneedling)[1] == Stretch(Phase.Kind.NUMBING, 30, frozenset({"chair", "patient"}))
    assert {room.name for room in microneedling.rooms.all()} == {"Room 1", "Chair 1"}


def test_a_phase_is_added_in_the_middle_and_one_is_taken_out(manager, microneedling):
    page = manager.get(service_page(microneedling))
    typed = {
        "phases-0-kind": "",
        "phases-5-kind": Phase.Kind.TALK,
        "phases-5-minutes": "5",
        "phases-5-patient": "on",
        "phases-5-ORDER": "2",
    }

    manager.post(service_page(microneedling), as_shown(page, **typed))

    assert [(one.kind, one.minutes) for one in stretches(microneedling)] == [
        (Phase.Kind.NUMBING, 30),
        (Phase.Kind.TALK, 5),
        (Phase.Kind.NEEDLING, 30),
        (Phase.Kind.CALM, 10),
        (Phase.Kind.CLEAN_DOWN, 10),
    ]


def test_visits_booked_before_keep_what_they_hold(manager, mia, ana, microneedling):
    visit(mia, microneedling, ana, starts_at=TEN.replace(day=9))
    before = list(Claim.objects.order_by("pk").values())

    manager.post(
        service_page(microneedling), as_shown(manager.get(service_page(microneedling)), **{"phases-2-minutes": "60"})
    )

    assert stretches(microneedling)[2].minutes == 60
    assert list(Claim.objects.order_by("pk").values()) == before


def test_a_visit_that_nobody_comes_to_is_refused_and_stays_typed(manager, review):
    page = manager.get(service_page(review))

    response = manager.post(service_page(review), as_shown(page, **{"phases-0-patient": None, "name": "Empty"}))

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == ["A visit needs at least one phase that holds the patient."]
    assert response.context["form"]["name"].value() == "Empty"
    assert response.content.decode().count('class="errbox"') == 1
    review.refresh_from_db()
    assert (review.name, stretches(review)[0].holds) == ("Review", frozenset({"practitioner", "room", "patient"}))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"phases-0-minutes": "0"}, "Write a whole number from 1 to 480."),
        ({"phases-0-minutes": ""}, "Write how many minutes this phase takes."),
    ],
)
def test_a_phase_takes_its_minutes(manager, review, typed, sentence):
    response = manager.post(service_page(review), as_shown(manager.get(service_page(review)), **typed))

    assert (response.status_code, response.context["phases"].errors[0]) == (422, {"minutes": [sentence]})
    assert sentence in response.content.decode()


def test_what_keeps_a_service_from_being_booked_is_said(manager, microneedling):
    page = manager.get(service_page(microneedling))

    manager.post(service_page(microneedling), as_shown(page, devices=None))

    assert "no device in use" in manager.get(service_page(microneedling)).content.decode()
    assert "no device in use" in manager.get(reverse(RULES)).content.decode()


def test_every_resource_has_a_box(manager, review):
    (row, _one_more) = manager.get(service_page(review)).context["phases"]

    assert [box.name for box in row.boxes] == list(RESOURCES)


def test_a_service_nobody_knows_is_not_found(manager):
    assert manager.get(reverse("desk:rules_service", args=["massage"])).status_code == 404


def test_the_rules_cost_the_same_for_one_service_and_for_three(manager, request, review, django_assert_num_queries):
    with django_assert_num_queries(11):
        manager.get(reverse(RULES))
    for name in ("consultation", "microneedling"):
        request.getfixturevalue(name)
    with django_assert_num_queries(11):
        manager.get(reverse(RULES))
