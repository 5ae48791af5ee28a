"""Who has seen a record: told to those who look after records, and to the patient who asks."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from clinic import audit
from clinic.actors import Actor
from clinic.models import AuditRow
from tests.factories import clinic as house
from tests.factories import patients as who
from tests.factories.booking import SUNDAY, TEN, minutes
from visits import merging

pytestmark = pytest.mark.usefixtures("eleven_on_tuesday", "site")


@pytest.fixture
def page(mia):
    return reverse("desk:patient_seen", args=[mia.uuid])


@pytest.fixture
def sheet(mia):
    return reverse("desk:patient_seen_sheet", args=[mia.uuid])


@pytest.fixture
def reads(mia, as_ana, ben):
    """Ana read the record on Sunday and on Monday, Ben on Monday; somebody else's record was read, too."""
    audit.read(mia, by=as_ana, at=SUNDAY, patient=mia)
    audit.read(mia, by=Actor.of(ben), at=TEN, patient=mia)
    audit.read(mia, by=as_ana, at=TEN + minutes(5), patient=mia)
    audit.read(mia, by=as_ana, at=TEN + minutes(9), patient=mia)
    other = who.zoe()
    audit.read(other, by=as_ana, at=TEN, patient=other)


def lines(response) -> list[tuple[str, str]]:
    return [(f"{line.at:%a %H:%M}", line.who) for line in response.context["lines"]]


def test_every_read_stands_there_the_latest_first(manager, reads, page):
    response = manager.get(page)

    assert lines(response) == [
        ("Mon 10:09", "Ana Duarte"),
        ("Mon 10:05", "Ana Duarte"),
        ("Mon 10:00", "Ben Adeyemi"),
        ("Sun 09:00", "Ana Duarte"),
    ]
    (latest, *_older) = response.context["lines"]
    assert (latest.role, latest.what) == ("Practitioner", "The record")


def test_looking_who_looked_is_a_look_too(manager, page, mia):
    manager.get(page)

    (line,) = manager.get(page).context["lines"]
    assert (line.who, line.role, line.what) == ("Max Feld", "Manager", "Who has seen the record")


def test_it_is_narrowed_to_a_person(manager, reads, page, ben):
    assert lines(manager.get(page, {"who": str(ben.pk)})) == [("Mon 10:00", "Ben Adeyemi")]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ({"since": "2026-03-02"}, 3),
        ({"until": "2026-03-01"}, 1),
        ({"since": "1/3/2026", "until": "1/3/2026"}, 1),
        ({"since": "2026-03-03", "until": "2026-03-03"}, 0),
    ],
)
def test_it_is_narrowed_to_days_of_the_site(manager, reads, page, days, found):
    assert len(manager.get(page, days).context["lines"]) == found


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "soon"}, "Write the day as 21/05/2026."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "The last day is before the first."),
        ({"who": "999"}, "This person has not read the record."),
    ],
)
def test_what_cannot_be_read_is_said_and_no_wider_list_is_shown(manager, reads, page, sheet, asked, words):
    for address in (page, sheet):
        response = manager.get(address, asked)

        assert (response.status_code, response.context["lines"]) == (422, [])
        assert words in response.content.decode()


def test_the_patient_is_told_day_by_day_in_a_letter(manager, reads, sheet):
    response = manager.get(sheet)

    assert [(f"{line.on:%a}", line.who, line.role, line.what) for line in response.context["lines"]] == [
        ("Mon", "Ana Duarte", "Practitioner", "The record (2 times)"),
        ("Mon", "Ben Adeyemi", "Practitioner", "The record"),
        ("Sun", "Ana Duarte", "Practitioner", "The record"),
    ]
    text = " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())
    assert "Mia Okafor, born 21 May 1994" in text
    assert "This is everybody, up to now." in text


def test_the_letter_says_of_which_days_it_speaks(manager, reads, sheet):
    response = manager.get(sheet, {"since": "2026-03-01", "until": "2026-03-01"})

    assert "This is everybody from 1 March 2026 to 1 March 2026." in response.content.decode()
    assert len(response.context["lines"]) == 1


def test_a_machine_and_the_patient_behind_a_link_are_told_apart(manager, page, mia, ana):
    key = Actor.of_token(ana, name="Laboratory", only=["see_clinical"])
    audit.read(mia, by=key, at=TEN, patient=mia)
    audit.read(mia, by=Actor.of_link("Mia Okafor", uuid4()), at=TEN + minutes(1), patient=mia)
    audit.read(mia, by=Actor.system("merge"), at=TEN + minutes(2), patient=mia)

    assert [(line.who, line.role) for line in manager.get(page).context["lines"]] == [
        ("merge", "The house itself"),
        ("The patient", "Through a link sent to the patient"),
        ("Laboratory (Ana Duarte)", "A program, for: Practitioner"),
    ]


def test_what_was_seen_of_a_record_before_it_became_part_of_another_is_told_too(manager, page, mia, tomasz, as_ana):
    audit.read(tomasz, by=as_ana, at=TEN, patient=tomasz)
    merging.merge(mia, tomasz, versions=(1, 1), by=as_ana, at=TEN + minutes(1))

    assert [(line.at, line.who) for line in manager.get(page).context["lines"]] == [(TEN, "Ana Duarte")]


@pytest.mark.parametrize("role", ["practitioner", "prescriber", "front_desk"])
def test_only_who_looks_after_records_may_ask(client, site, page, sheet, role):
    client.force_login(house.user("Sam Reed", role))

    assert [client.get(page).status_code, client.get(sheet).status_code] == [403, 403]
    assert not AuditRow.objects.filter(verb=audit.READ_TRAIL).exists()


def test_the_record_leads_there_for_them_alone(manager, desk, practice, mia, page):
    record = reverse("desk:patient", args=[mia.uuid])

    assert [page in client.get(record).content.decode() for client in (manager, desk, practice)] == [True, False, False]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_read_and_for_three(
    manager, page, mia, as_ana, count, django_assert_num_queries
):
    for number in range(count):
        audit.read(mia, by=as_ana, at=TEN - timedelta(days=number), patient=mia)

    with django_assert_num_queries(13):
        manager.get(page)
