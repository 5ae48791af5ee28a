"""What a machine may change, through the very steps of the desk, and how it is told why not."""

import json
from datetime import timedelta

import pytest

from booking import diary
from booking.models import Appointment, Change, Override
from clinic.models import AuditRow, Service
from outbox.models import Notice
from patients import patients as people
from patients import restrictions
from patients.models import Patient
from tests.api.conftest import machine_of
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes, visit

State = Appointment.State


def problem(response, status, rule):
    """Return the problem document of a refusal, after a look at its form."""
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    told = response.json()
    assert (told["type"], told["status"]) == (f"urn:stipple:{rule}", status)
    assert told["title"]
    assert told["detail"]
    assert response.headers["Cache-Control"] == "no-store"
    return told


def test_a_visit_booked_by_a_machine_is_a_visit_like_any_other(machine, wish, mia, ana, room):
    response = machine.post("appointments", wish | {"note": "By the web site"})

    assert response.status_code == 201
    booked = Appointment.objects.get()
    assert response.json() == {
        "id": str(booked.uuid),
        "service": "consultation",
        "practitioner": ana.pk,
        "room": {"id": room.pk, "name": "Room 1"},
        "patient": str(mia.uuid),
        "starts_at": "2026-03-02T10:00:00+00:00",
        "ends_at": "2026-03-02T10:30:00+00:00",
        "needling_minutes": None,
        "state": "booked",
        "note": "By the web site",
        "tell_patient": True,
        "version": 1,
    }
    assert booked.claims.filter(is_active=True).count() == 3
    assert Notice.objects.filter(patient=mia, kind="CONFIRMATION").count() == 1


def test_history_and_trail_name_the_machine_and_its_person(machine, wish, dee):
    machine.post("appointments", wish)

    change = Change.objects.get()
    assert (change.by_name, change.by) == ("tests (Dee Marlowe)", dee.user)
    row = AuditRow.objects.get(verb="book")
    assert (row.actor_kind, row.actor_name, row.actor_id) == ("token", "tests (Dee Marlowe)", str(dee.user.pk))


def test_another_offset_is_the_same_instant(machine, wish):
    assert machine.post("appointments", wish | {"starts_at": "2026-03-02T15:30:00+05:30"}).status_code == 201

    assert Appointment.objects.get().starts_at == TEN


def test_a_time_that_is_gone_is_answered_with_the_nearest_free_ones(machine, wish, ana, room, consultation):
    visit(who.tomasz(), consultation, ana)

    told = problem(machine.post("appointments", wish), 409, "claim.taken")

    assert told["alternatives"] == [
        {
            "practitioner": ana.pk,
            "room": {"id": room.pk, "name": "Room 1"},
            "starts_at": f"2026-03-02T{start}:00+00:00",
            "ends_at": f"2026-03-02T{end}:00+00:00",
        }
        for start, end in (("09:15", "09:45"), ("09:30", "10:00"), ("10:30", "11:00"))
    ]
    assert machine.post("appointments", wish | {"starts_at": told["alternatives"][0]["starts_at"]}).status_code == 201


@pytest.mark.parametrize(
    ("starts_at", "rule"),
    [
        ("2026-03-02T10:07:00+00:00", diary.GRID),
        ("2026-03-02T22:00:00+00:00", diary.HOURS),
        ("2026-02-27T10:00:00+00:00", diary.PAST),
        ("2028-03-02T10:00:00+00:00", diary.ADVANCE),
    ],
)
def test_the_rules_of_the_diary_hold_for_machines(machine, wish, starts_at, rule):
    response = machine.post("appointments", wish | {"starts_at": starts_at})

    assert (response.status_code, response.json()["type"]) == (409, f"urn:stipple:{rule}")
    assert not Appointment.objects.exists()


@pytest.fixture
def mia_rests(mia):
    """Mia comes again from Friday on, and from Tuesday on if a practitioner agrees."""
    restrictions.write(
        mia, source="tests", service_kinds=[], not_before=(TEN + timedelta(days=3)).date(), soft_days=3,
        words="Too soon after the last session.", at=SUNDAY,
    )  # fmt: skip


def test_a_restriction_says_the_earliest_day_and_who_may_agree(machine, wish, mia_rests):
    told = problem(machine.post("appointments", wish), 409, "restriction.not_before")

    assert (told["earliest"], told["overridable_by"]) == ("2026-03-05", "agree_early")
    assert told["values"]["asked"] == "2026-03-02"


def test_a_practitioner_who_agrees_is_kept_with_the_reason(machine, wish, mia_rests, ana, dee):
    agreed = {"agreed_by": ana.pk, "agreed_reason": "Flies on Thursday"}

    assert machine.post("appointments", wish | agreed | {"agreed_by": dee.user.pk}).status_code == 409
    assert machine.post("appointments", wish | agreed).status_code == 201

    kept = Override.objects.get()
    assert (kept.agreed_by, kept.recorded_by, kept.reason) == (ana, dee.user, "Flies on Thursday")


@pytest.mark.parametrize(
    ("change", "where", "sentence"),
    [
        (
            {"starts_at": "2026-03-02T10:00:00"},
            ["body", "starts_at"],
            "Write the time with its offset from UTC, as in 2026-03-02T10:00:00+00:00.",
        ),
        ({"starts_at": 5}, ["body", "starts_at"], "Write the time as in 2026-03-02T10:00:00+00:00."),
        ({"starts_at": "2026-03-02"}, ["body", "starts_at"], "Write the time as in 2026-03-02T10:00:00+00:00."),
        (
            {"starts_at": "9999-12-31T23:59:59-14:00"},
            ["body", "starts_at"],
            "The house keeps times of the years 2000 to 2199.",
        ),
        ({"practitioner": None}, ["body", "practitioner"], "Input should be a valid integer."),
        (
            {"practitioner": 987},
            ["body", "practitioner"],
            "Nobody with this id treats here; GET /api/v1/practitioners lists who does.",
        ),
        (
            {"service": "facial"},
            ["body", "service"],
            "No service with this id is offered; GET /api/v1/services lists them.",
        ),
        (
            {"patient": "00000000-0000-0000-0000-000000000000"},
            ["body", "patient"],
            "There is no patient with this id; GET /api/v1/patients finds them.",
        ),
        ({"agreed_by": 987}, ["body", "agreed_by"], "Nobody with this id works here."),
        ({"shoe_size": 43}, ["body", "shoe_size"], "Nothing is known by this name."),
        ({"note": "a\x00b"}, ["body", "note"], "Write this on one line, without control characters."),
    ],
)
def test_a_request_that_is_not_right_says_where_and_what(machine, wish, change, where, sentence):
    told = problem(machine.post("appointments", wish | change), 422, "request.invalid")

    assert told["errors"] == [{"where": where, "detail": sentence}]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_said_to_be_unreadable(machine, wish, body):
    problem(machine.post("appointments", body), 400, "request.unreadable")


def test_a_request_without_a_body_is_told_so(machine, wish):
    told = problem(machine.post("appointments", b""), 422, "request.invalid")

    assert told["errors"] == [{"where": ["body"], "detail": "This is needed."}]


def test_several_things_to_put_right_are_told_together(machine):
    told = problem(machine.post("appointments/00000000-0000-0000-0000-000000000000/cancel"), 422, "request.invalid")

    assert told["detail"] == "version: This is needed. reason: This is needed."


def test_a_service_that_is_not_offered_cannot_be_booked(machine, wish):
    Service.objects.update(is_offered=False)

    assert machine.post("appointments", wish).status_code == 422


def moved(machine, booked, **change):
    wish = {"starts_at": "2026-03-02T11:00:00+00:00", "version": booked.version} | change
    return machine.patch(f"appointments/{booked.uuid}", wish)


def test_a_moved_visit_stays_the_same_visit(machine, mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    response = moved(machine, booked)

    told = response.json()
    assert (response.status_code, told["id"], told["version"]) == (200, str(booked.uuid), 2)
    assert (told["starts_at"], told["practitioner"]) == ("2026-03-02T11:00:00+00:00", ana.pk)
    assert [one.starts_at for one in Appointment.objects.all()] == [TEN + minutes(60)]


def test_whoever_comes_second_reads_what_changed(machine, mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    assert moved(machine, booked).status_code == 200

    told = problem(moved(machine, booked, starts_at="2026-03-02T12:00:00+00:00"), 409, "visit.stale")

    assert told["changed"]["starts_at"] == {
        "was": "2026-03-02T10:00:00+00:00",
        "now": "2026-03-02T11:00:00+00:00",
    }
    assert Appointment.objects.get().starts_at == TEN + minutes(60)


def test_a_visit_cannot_be_moved_onto_another(machine, mia, ana, consultation):
    booked = visit(mia, consultation, ana)
    visit(who.tomasz(), consultation, ana, starts_at=TEN + minutes(60))

    told = problem(moved(machine, booked), 409, "claim.taken")

    assert len(told["alternatives"]) == 3


def test_a_cancelled_visit_gives_its_time_back(machine, wish, mia, ana, consultation):
    booked = visit(who.tomasz(), consultation, ana)
    address = f"appointments/{booked.uuid}/cancel"
    assert machine.post(address, {"version": 1}).status_code == 422
    problem(machine.post(address, {"reason": "  ", "version": 1}), 422, "cancel.reason")

    response = machine.post(address, {"reason": "Has a cold", "version": 1, "called_off_by": "clinic"})

    assert (response.status_code, response.json()["state"]) == (200, "cancelled")
    assert Appointment.objects.get().cancelled_by == "clinic"
    assert machine.post("appointments", wish).status_code == 201
    problem(machine.post(address, {"reason": "Has a cold", "version": 2}), 409, "visit.state")


def test_a_visit_is_confirmed_and_received_and_missed_by_the_rules_of_the_desk(machine, mia, ana, consultation):
    booked = visit(mia, consultation, ana)

    def step(verb, version):
        return machine.post(f"appointments/{booked.uuid}/{verb}", {"version": version})

    assert step("confirm", 1).json()["state"] == "confirmed"
    problem(step("arrive", 2), 409, "visit.not_today")
    told = problem(step("no-show", 2), 409, "visit.not_begun")
    assert told["earliest"] == "2026-03-02T10:00:00+00:00"


def test_somebody_new_is_entered_as_the_desk_enters_them(machine):
    response = machine.post("patients", {"name": "  Zoë  Ångström ", "phone": "0113 496 0555", "born_on": "1988-02-29"})

    assert response.status_code == 201
    entered = Patient.objects.get()
    assert response.json() == {
        "id": str(entered.uuid),
        "reference": "R-10001",
        "name": "Zoë Ångström",
        "born_on": "1988-02-29",
        "phone": "+441134960555",
        "email": "",
        "word": {"kind": "clear", "text": "Clear", "not_before": None},
    }
    assert AuditRow.objects.get(verb="register").actor_kind == "token"


@pytest.mark.parametrize(
    ("change", "rule", "where"),
    [
        ({"phone": ""}, "patient.not_reachable", None),
        ({"phone": "12"}, "patient.phone", ["body", "phone"]),
        ({"email": "nobody"}, "patient.email", ["body", "email"]),
        ({"born_on": "1850-01-01"}, "patient.born_on", ["body", "born_on"]),
    ],
)
def test_somebody_who_cannot_be_entered_is_told_of_in_a_sentence(machine, change, rule, where):
    told = problem(machine.post("patients", {"name": "Jo", "phone": "0113 496 0555"} | change), 422, rule)

    assert [wrong["where"] for wrong in told.get("errors", [])] == ([where] if where else [])
    assert not Patient.objects.exists()


def test_the_dead_are_not_booked(machine, wish, mia, as_ana):
    people.edit(mia, version=mia.version, by=as_ana, at=SUNDAY, died_on=SUNDAY.date())

    problem(machine.post("appointments", wish), 409, "patient.died")


def test_more_than_the_house_takes_is_refused(machine, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    problem(machine.post("patients", {"name": "Jo", "email": "x" * 2000}), 413, "request.too_big")


def test_a_note_that_a_machine_sends_is_kept_as_it_came(machine, wish):
    machine.post("appointments", json.dumps(wish | {"note": "<b>‘Zoë’</b>"}).encode())

    assert Appointment.objects.get().note == "<b>‘Zoë’</b>"


def test_the_keys_of_two_machines_are_two_names_in_the_history(machine, wish, dee, mia, ana, consultation):
    other = machine_of(dee.user, name="telephone")
    booked = machine.post("appointments", wish).json()

    other.post(f"appointments/{booked['id']}/cancel", {"reason": "Rang up", "version": 1})

    assert [change.by_name for change in Change.objects.order_by("pk")] == [
        "tests (Dee Marlowe)",
        "telephone (Dee Marlowe)",
    ]
