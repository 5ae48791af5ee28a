"""What a machine may read: the menu, who treats, who comes, what is free, and the visits."""

from datetime import timedelta

import pytest

from booking.models import Appointment
from clinic.models import OpeningHours, Service, Shift
from patients import patients as people
from patients import restrictions
from tests.factories import clinic as house
from tests.factories import patients as who
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes, visit
from visits import merging, reception


def test_the_services_that_are_offered(machine, ana, microneedling, review):
    Service.objects.filter(pk=review.pk).update(is_offered=False)

    response = machine.get("services")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert response.json() == {
        "items": [
            {
                "id": "microneedling",
                "name": "Microneedling",
                "kind": "needling",
                "minutes": 80,
                "starts_every_minutes": 15,
                "shortest_notice_minutes": 0,
                "longest_advance_days": 365,
                "practitioners": [ana.pk],
            }
        ],
        "next": None,
    }


def test_the_people_who_treat(machine, ana, consultation, dee):
    assert machine.get("practitioners").json()["items"] == [
        {"id": ana.pk, "name": "Ana Duarte", "short_name": "Ana", "services": ["consultation"]}
    ]


def test_a_patient_is_told_as_the_desk_knows_them_and_no_further(machine, mia, as_ana):
    people.edit(mia, version=mia.version, by=as_ana, at=SUNDAY, skin_concerns="latex", has_cold_sores=True)

    [found] = machine.get("patients", q="okaf").json()["items"]

    assert found == {
        "id": str(mia.uuid),
        "reference": mia.reference,
        "name": "Mia Okafor",
        "born_on": "1994-05-21",
        "phone": "+441134960417",
        "email": "mia.okafor@post.example",
        "word": {"kind": "clear", "text": "Clear", "not_before": None},
    }
    assert machine.get(f"patients/{mia.uuid}").json() == found


def test_the_word_about_a_patient_says_no_more_than_the_desk_reads(machine, mia):
    restrictions.write(
        mia, source="tests", service_kinds=[], not_before=(TEN + timedelta(days=28)).date(), words="Blood.", at=SUNDAY
    )

    assert machine.get("patients", q="okafor").json()["items"][0]["word"] == {
        "kind": "not_before",
        "text": "Not before 30 Mar",
        "not_before": "2026-03-30",
    }


def test_pages_of_patients_lead_on_to_the_next(machine):
    for number in range(5):
        who.patient(f"Patient {number}")

    first = machine.get("patients", limit=2).json()
    second = machine.follow(first["next"]).json()
    third = machine.follow(second["next"]).json()

    names = [[one["name"] for one in page["items"]] for page in (first, second, third)]
    assert names == [["Patient 0", "Patient 1"], ["Patient 2", "Patient 3"], ["Patient 4"]]
    assert third["next"] is None


def free_starts(machine, **query):
    response = machine.get("free-times", **({"service": "consultation"} | query))
    assert response.status_code == 200, response.content
    return [one["starts_at"] for one in response.json()["items"]]


def test_free_times_are_those_that_can_be_booked(machine, mia, ana, room, consultation):
    visit(who.tomasz(), consultation, ana)  # Monday at ten

    answer = machine.get(
        "free-times", service="consultation", **{"from": "2026-03-02", "to": "2026-03-02"}, practitioner=ana.pk
    ).json()

    assert answer["next"] is None
    assert answer["items"][0] == {
        "practitioner": ana.pk,
        "room": {"id": room.pk, "name": "Room 1"},
        "starts_at": "2026-03-02T09:00:00+00:00",
        "ends_at": "2026-03-02T09:30:00+00:00",
    }
    starts = [one["starts_at"] for one in answer["items"]]
    assert "2026-03-02T09:30:00+00:00" in starts
    assert {"2026-03-02T09:45:00+00:00", "2026-03-02T10:00:00+00:00", "2026-03-02T10:15:00+00:00"} & set(
        starts
    ) == set()
    for item in answer["items"][::8]:
        body = {"service": "consultation", "patient": str(mia.uuid)}
        body |= {name: item[name] for name in ("practitioner", "starts_at")}
        booked = machine.post("appointments", body)
        assert booked.status_code == 201, booked.content
        called_off = machine.post(f"appointments/{booked.json()['id']}/cancel", {"reason": "A try", "version": 1})
        assert called_off.status_code == 200


def test_free_times_carry_the_offset_of_the_clinic_across_a_change_of_clocks(machine, consultation):
    """In London the clocks go forward on Sunday 29 March."""
    starts = free_starts(machine, **{"from": "2026-03-27", "to": "2026-03-30"})

    assert [starts[0], starts[-1]] == ["2026-03-27T09:00:00+00:00", "2026-03-30T17:30:00+01:00"]


def test_free_times_between_two_instants(machine, consultation):
    query = {"from": "2026-03-02T10:15:00+00:00", "to": "2026-03-02T12:00:00+01:00"}

    assert free_starts(machine, **query) == [f"2026-03-02T10:{minute}:00+00:00" for minute in (15, 30, 45)]


def test_an_offset_whose_plus_was_not_quoted_is_still_understood(machine, consultation):
    path = "free-times?service=consultation&from=2026-03-02T10:45:00+00:00&to=2026-03-02T11:00:00+00:00"

    assert [one["starts_at"] for one in machine.get(path).json()["items"]] == ["2026-03-02T10:45:00+00:00"]


def test_free_times_for_a_patient_respect_their_rest_and_their_other_visits(machine, mia, ana, consultation):
    tuesday = (TEN + timedelta(days=1)).date()
    restrictions.write(mia, source="tests", service_kinds=[], not_before=tuesday, words="Rest.", at=SUNDAY)

    whole = free_starts(machine, **{"from": "2026-03-02", "to": "2026-03-03"})
    of_mia = free_starts(machine, patient=mia.uuid, **{"from": "2026-03-02", "to": "2026-03-03"})

    assert (whole[0], of_mia[0]) == ("2026-03-02T09:00:00+00:00", "2026-03-03T09:00:00+00:00")


def test_nothing_is_free_for_a_patient_about_whom_a_clinician_decides_first(machine, mia, consultation):
    restrictions.write(mia, source="tests", service_kinds=[], not_before=None, words="Ask.", at=SUNDAY)

    assert free_starts(machine, patient=mia.uuid, **{"from": "2026-03-02", "to": "2026-03-31"}) == []


def test_a_longer_needling_leaves_fewer_times(machine, microneedling):
    """Ana's morning ends at 13:00; the needling and the calm after it take 40 minutes, or 70."""
    day = {"service": "microneedling", "from": "2026-03-02T09:00:00+00:00", "to": "2026-03-02T13:00:00+00:00"}

    assert free_starts(machine, **day)[-1] == "2026-03-02T11:30:00+00:00"
    assert free_starts(machine, needling_minutes=60, **day)[-1] == "2026-03-02T11:00:00+00:00"


def test_free_times_come_in_pages(machine, consultation):
    monday = {"service": "consultation", "from": "2026-03-02", "to": "2026-03-02"}
    first = machine.get("free-times", limit=3, **monday).json()
    second = machine.follow(first["next"]).json()

    starts = [one["starts_at"] for page in (first, second) for one in page["items"]]
    assert starts == free_starts(machine, **monday)[:6]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"from": "2026-03-02", "to": "2026-05-03"}, "Ask for at most 62 days at once."),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "“to” lies before “from”."),
        (
            {"from": "2026-03-02T10:00:00", "to": "2026-03-03"},
            "Write the time with its offset from UTC, as in 2026-03-02T10:00:00+00:00.",
        ),
        ({"from": "02/03/2026", "to": "2026-03-03"}, "Write the day as in 2026-03-02."),
        ({"from": "0001-01-01", "to": "2026-03-03"}, "The house keeps days of the years 2000 to 2199."),
        (
            {"from": "2026-03-02", "to": "2026-03-02", "service": "facial"},
            "No service with this id is offered; GET /api/v1/services lists them.",
        ),
        (
            {"from": "2026-03-02", "to": "2026-03-02", "practitioner": 987},
            "Nobody with this id treats here; GET /api/v1/practitioners lists who does.",
        ),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_to_put_right(machine, consultation, query, sentence):
    response = machine.get("free-times", **({"service": "consultation"} | query))

    assert response.status_code == 422
    assert response.json()["detail"] == sentence


def test_sixty_two_days_are_not_too_many(machine, consultation):
    assert (
        free_starts(machine, limit=2000, **{"from": "2026-03-02", "to": "2026-05-02"})[-1]
        == "2026-05-01T17:30:00+01:00"
    )


def test_the_visits_of_a_day_and_of_a_patient(machine, mia, tomasz, ana, consultation):
    monday = visit(mia, consultation, ana)
    tuesday = visit(mia, consultation, ana, starts_at=TEN + timedelta(days=1))
    other = visit(tomasz, consultation, ana, starts_at=TEN + minutes(30))

    def listed(**query):
        return [one["id"] for one in machine.get("appointments", **query).json()["items"]]

    assert listed(day="2026-03-02") == [str(monday.uuid), str(other.uuid)]
    assert listed(patient=mia.uuid) == [str(monday.uuid), str(tuesday.uuid)]
    assert listed(patient=mia.uuid, day="2026-03-03") == [str(tuesday.uuid)]
    assert machine.get("appointments").json()["detail"] == "Say the day, the patient, or both."


def test_one_visit_as_a_machine_reads_it(machine, mia, ana, room, consultation):
    booked = visit(mia, consultation, ana, note="Comes by bus")

    assert machine.get(f"appointments/{booked.uuid}").json() == {
        "id": str(booked.uuid),
        "service": "consultation",
        "practitioner": ana.pk,
        "room": {"id": room.pk, "name": "Room 1"},
        "patient": str(mia.uuid),
        "starts_at": "2026-03-02T10:00:00+00:00",
        "ends_at": "2026-03-02T10:30:00+00:00",
        "needling_minutes": None,
        "state": "booked",
        "note": "Comes by bus",
        "tell_patient": True,
        "version": 1,
    }


def test_a_visit_of_another_house_is_not_there(machine, mia, ana, consultation):
    elsewhere = house.site(name="Elm Clinic")
    room = house.room(elsewhere, "Room 9")
    for weekday in range(5):
        Shift.objects.filter(practitioner=ana, weekday=weekday).update(site=elsewhere)
    consultation.rooms.add(room)
    booked = visit(mia, consultation, ana, room=room)
    assert Appointment.objects.get(pk=booked.pk).site == elsewhere
    assert OpeningHours.objects.filter(site=elsewhere).exists()

    assert machine.get(f"appointments/{booked.uuid}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_however_long_they_are(machine, ana, consultation, dee, rows, django_assert_num_queries):
    for number in range(rows):
        reception.book(
            patient=who.patient(f"Patient {number}"),
            service=consultation,
            practitioner=ana,
            starts_at=TEN + minutes(30 * number),
            site=consultation.rooms.get().site,
            by=dee,
            at=SUNDAY,
        )
    machine.get("services")  # the key was used within the minute
    gate = 2  # the key with its person and their roles, the site

    with django_assert_num_queries(gate + 1):
        machine.get("appointments", day="2026-03-02")
    with django_assert_num_queries(gate + 2):
        machine.get("patients")
    with django_assert_num_queries(gate + 3):
        machine.get("services")
    with django_assert_num_queries(gate + 2):
        machine.get("practitioners")


@pytest.mark.parametrize("days", [1, 62])
def test_free_times_cost_the_same_for_a_day_and_for_two_months(machine, consultation, days, django_assert_num_queries):
    to = (SUNDAY + timedelta(days=days)).date()
    machine.get("services")

    with django_assert_num_queries(2 + 1 + 4):  # the gate, the service, the finding
        machine.get("free-times", service="consultation", **{"from": "2026-03-02", "to": to.isoformat()})


def test_a_patient_who_became_part_of_another_leads_on(machine, mia, tomasz):
    merging.merge(mia, tomasz, versions=(1, 1), by=HOUSE, at=SUNDAY)

    answer = machine.get(f"patients/{tomasz.uuid}")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/api/v1/patients/{mia.uuid}")
    assert machine.follow(answer.headers["Location"]).json()["id"] == str(mia.uuid)
