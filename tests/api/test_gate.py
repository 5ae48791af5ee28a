"""Every operation of the door, tried without a key, with a key that lacks what it needs, and with one that has it."""

from datetime import timedelta

import pytest
import time_machine
from django.core import checks
from django.test import Client

from api import door
from clinic import keys, policy
from clinic.capabilities import CAPABILITIES
from clinic.models import ApiToken, RoleGrant, Site
from patients import restrictions
from tests.api.conftest import EVERYTHING, Machine, machine_of
from tests.factories.booking import HOUSE, SUNDAY, TEN, visit

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]

ADDRESSES = {route: at.callback for route, at in policy.every_url() if hasattr(at.callback, "capabilities")}
OPERATIONS = sorted(
    (method, route, needs) for route, view in ADDRESSES.items() for method, needs in view.capabilities.items()
)


@pytest.fixture
def record(mia, ana, consultation):
    """What the addresses are about."""
    return {"patient": mia.uuid, "appointment": visit(mia, consultation, ana).uuid}


def address(route, record):
    for name, found in record.items():
        route = route.replace(f"<uuidstr:{name}>", str(found))
    assert "<" not in route, f"tell this test what {route} is about"
    return f"/{route}"


def ask(method, at, key=""):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().generic(method, at, b"{}", content_type="application/json", headers=headers)


def test_the_document_and_the_addresses_name_the_same_operations_and_capabilities():
    paths = door.document()["paths"]
    said = [
        (method.upper(), path.lstrip("/"), one["x-capability"])
        for path, ways in paths.items()
        for method, one in ways.items()
    ]

    assert sorted(said) == sorted(
        (method, route.replace("<uuidstr:", "{").replace(">", "}"), needs) for method, route, needs in OPERATIONS
    )
    assert len(said) == 14


@pytest.mark.parametrize(("method", "route", "needs"), OPERATIONS)
def test_an_operation_is_open_to_a_key_that_allows_it_and_to_nothing_else(record, dee, max_, method, route, needs):
    at = address(route, record)
    the_rest = [one for one in EVERYTHING if one != needs]
    signed_in = Client()
    signed_in.force_login(max_.user)

    without = ask(method, at)
    wrong = ask(method, at, "stipple_" + "x" * 43)
    by_cookie = signed_in.generic(method, at, b"{}", content_type="application/json")
    lacking = ask(method, at, machine_of(dee.user, *the_rest, name="lacks").key)
    having = ask(method, at, machine_of(dee.user, needs, name="has").key)

    assert [one.status_code for one in (without, wrong, by_cookie, lacking)] == [401, 401, 401, 403]
    assert {one.headers["Content-Type"] for one in (without, wrong, by_cookie, lacking)} == {"application/problem+json"}
    assert without.headers["WWW-Authenticate"] == "Bearer"
    assert lacking.json()["detail"] == f"This key may not {CAPABILITIES[needs]}."
    assert having.status_code in {200, 201, 422}


@pytest.mark.parametrize(("method", "route", "needs"), OPERATIONS)
def test_other_methods_are_refused_with_those_there_are(record, method, route, needs):
    response = ask("DELETE", address(route, record))

    assert (response.status_code, response.json()["type"]) == (405, "urn:stipple:request.method")
    assert method in response.headers["Allow"].split(", ")


def test_what_the_person_lost_the_key_lost_too(dee):
    machine = machine_of(dee.user)
    assert machine.get("services").status_code == 503  # nobody has entered a clinic yet

    RoleGrant.objects.filter(user=dee.user).delete()

    refused = machine.get("services")
    assert refused.status_code == 403
    assert refused.json()["detail"] == (
        "You may not book, move and cancel visits. These roles may: Front desk, Practitioner, Prescriber, Manager."
    )


def test_an_ended_key_opens_nothing(machine):
    assert machine.get("services").status_code == 200

    keys.revoke(ApiToken.objects.get(), by=HOUSE, at=SUNDAY)

    assert machine.get("services").status_code == 401


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "bearer\u00a0x", "stipple_x"])
def test_any_other_authorization_is_none(site, header):
    assert Client().get("/api/v1/services", headers={"Authorization": header}).status_code == 401


def test_a_key_is_read_however_its_scheme_is_written(machine):
    response = machine.client.get("/api/v1/services", headers={"Authorization": f"bearer {machine.key}"})

    assert response.status_code == 200


@pytest.mark.parametrize("path", ["", "v1/", "v1/services/", "v2/services", "v1/appointments/17", "v1/%0A/x"])
def test_what_is_no_address_is_a_problem_too(site, path):
    response = Client().get(f"/api/{path}")

    assert (response.status_code, response.json()["type"]) == (404, "urn:stipple:request.not_there")


def test_a_host_that_the_house_does_not_know_is_told_to_machines_in_their_words(machine):
    stranger = {"Host": "O|y>b", "Authorization": f"Bearer {machine.key}"}

    told, page = Client().get("/api/v1/services", headers=stranger), Client().get("/patients/", headers=stranger)

    assert (told.status_code, told.json()["type"]) == (400, "urn:stipple:request.unreadable")
    assert told.headers["Cache-Control"] == "no-store"
    assert (page.status_code, page.headers["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_a_fault_of_ours_is_told_without_its_insides(machine, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the insides")

    monkeypatch.setattr(restrictions, "words_for_desk", broken)

    response = machine.get("patients")

    assert (response.status_code, response.json()["type"]) == (500, "urn:stipple:house.fault")
    assert b"insides" not in response.content


def test_answers_are_kept_nowhere_and_run_nothing(machine):
    response = machine.get("patients")

    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.cookies == {}


def test_a_key_may_ask_so_many_times_a_minute_and_then_waits(machine, dee, settings):
    settings.API_REQUESTS_A_MINUTE = 3
    other = machine_of(dee.user, name="other")

    assert [machine.get("services").status_code for _n in range(4)] == [200, 200, 200, 429]
    stopped = machine.get("services")
    assert stopped.json()["type"] == "urn:stipple:key.too_many"
    assert stopped.headers["Retry-After"] == "60"
    assert other.get("services").status_code == 200
    with time_machine.travel(SUNDAY + timedelta(seconds=60), tick=False):
        assert machine.get("services").status_code == 200


def test_the_document_is_open_and_holds_nothing_about_anybody(site, mia, ana):
    response = Client().get("/api/v1/openapi.json")

    assert response.status_code == 200
    assert response.json()["openapi"] == "3.1.0"
    assert not [name for name in ("Mia", "Ana", "Rowan") if name in response.content.decode()]
    assert Client().post("/api/v1/openapi.json").status_code == 405


def test_the_control_an_address_for_machines_must_name_capabilities_that_exist():
    with pytest.raises(KeyError):
        policy.for_machines(lambda request: None, {"GET": "fly"})
    assert policy.every_view_declares_who_may() == []
    assert checks.run_checks(tags=["policy"]) == []


def test_a_machine_does_not_need_anybody_signed_in_nor_a_token_against_forged_forms(machine, mia, ana, consultation):
    strict = Machine(machine.key, Client(enforce_csrf_checks=True))
    wish = {"service": "consultation", "practitioner": ana.pk, "patient": str(mia.uuid), "starts_at": TEN.isoformat()}

    assert strict.post("appointments", wish).status_code == 201
    assert Site.objects.count() == 1
