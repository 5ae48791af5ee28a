"""A record behind glass, on the pages: what a stranger sees, how the glass breaks, and the manager's list."""

import pytest
from django.urls import reverse

from clinic import audit, sites
from clinic.actors import Actor
from clinic.models import AuditRow
from patients import glass, twins
from patients.models import Glass, Merge
from tests.desk.conftest import page_of
from tests.factories import clinic as house
from tests.factories import patients as who
from tests.factories.booking import HOUSE, TEN, minutes
from tests.story import signed_session

CANARY = "quetzal"
BANNER = "You broke the glass and may read this record until 12:00"


@pytest.fixture
def mias(mia, ana, microneedling, site, dee, as_ana, eleven_on_tuesday):
    """Mia was treated by Ana; the clinic keeps records behind glass."""
    sites.set_rules(site, own_patients_only=True, by=HOUSE, at=TEN)
    who.allergy(mia, f"{CANARY} allergy", by=as_ana)
    return signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana, note=f"{CANARY} note")


@pytest.fixture
def ben_looks(ben, mias):
    return page_of(ben)


@pytest.fixture
def record(mia):
    return reverse("desk:patient", args=[mia.uuid])


@pytest.fixture
def door(mia):
    return reverse("desk:patient_glass", args=[mia.uuid])


def broken(ben_looks, door) -> Glass:
    ben_looks.post(door, {"reason": "Reaction on the phone"})
    return Glass.objects.get()


def test_a_stranger_sees_what_the_desk_sees_and_how_it_opens(ben_looks, record, door):
    response = ben_looks.get(record)

    text = response.content.decode()
    assert (response.status_code, CANARY in text) == (200, False)
    assert "The clinical part is closed to you" in text
    assert f'href="{door}"' in text
    assert not AuditRow.objects.filter(verb=audit.READ).exists()


def test_those_who_treat_see_no_glass(practice, mias, record):
    text = practice.get(record).content.decode()

    assert f"{CANARY} allergy" in text
    assert "closed to you" not in text
    assert "broke the glass" not in text


def test_a_clinical_page_answers_with_the_way_in_and_leads_back(ben_looks, mias, door, mia):
    page = reverse("desk:record", args=[mias.uuid])

    stopped = ben_looks.get(page)
    answer = ben_looks.post(door, {"reason": "Reaction on the phone", "next": stopped.context["next"]})

    assert (stopped.status_code, answer.url) == (403, page)
    assert f"{CANARY} note" in ben_looks.get(page).content.decode()


def test_the_banner_stands_on_every_page_of_the_record_until_it_is_closed(ben_looks, mias, record, door):
    glass_of_ben = broken(ben_looks, door)
    pages = [record, reverse("desk:record", args=[mias.uuid])]
    assert [BANNER in ben_looks.get(page).content.decode() for page in pages] == [True, True]
    assert BANNER not in ben_looks.get(reverse("desk:board")).content.decode()

    ben_looks.post(reverse("desk:glass_close", args=[glass_of_ben.uuid]))

    assert BANNER not in ben_looks.get(record).content.decode()
    assert CANARY not in ben_looks.get(record).content.decode()


def test_a_pair_is_about_both_its_records(practice, mias, mia, tomasz):
    """Mia is Ana's own, Tomasz is not."""
    pair = twins.put_beside(mia, tomasz, by=HOUSE, at=TEN)
    assert practice.get(reverse("desk:twins_compare", args=[pair.uuid])).context["is_clinical"] is False

    typed = {"keep": "low", "kept_version": str(mia.version), "gone_version": str(tomasz.version)}
    stopped = practice.post(reverse("desk:twins_merge", args=[pair.uuid]), typed)

    assert (stopped.status_code, stopped.context["person"]) == (403, tomasz)
    assert not Merge.objects.exists()


def test_what_was_typed_when_the_glass_stood_in_the_way_is_kept_and_sent_again(ben_looks, door, mia):
    typed = {"words": "Called about\na rash", "kind": "clinical"}
    note = reverse("desk:patient_health", args=[mia.uuid])
    stopped = ben_looks.post(note, typed)
    assert (stopped.status_code, stopped.context["typed"]) == (403, list(typed.items()))
    carried = {"is_sent": "1", "next": note} | {f"typed-{name}": value for name, value in typed.items()}

    again = ben_looks.post(door, {"reason": " "} | carried)
    assert (again.status_code, again.context["typed"]) == (422, list(typed.items()))

    opened = ben_looks.post(door, {"reason": "Reaction on the phone"} | carried)
    assert (opened.status_code, opened.context["next"], opened.context["typed"]) == (200, note, list(typed.items()))


def test_the_hour_ends_by_itself(ben_looks, record, door, eleven_on_tuesday):
    broken(ben_looks, door)
    eleven_on_tuesday.move_to(TEN.replace(day=3, hour=12))

    assert CANARY not in ben_looks.get(record).content.decode()


def test_without_a_reason_the_form_comes_back(ben_looks, door, record):
    response = ben_looks.post(door, {"reason": "  ", "next": record})

    assert response.status_code == 422
    assert "Say in a few words why you need this record now." in response.content.decode()
    assert f'value="{record}"' in response.content.decode()
    assert not Glass.objects.exists()


def test_it_leads_nowhere_outside_the_house(ben_looks, door, record):
    assert ben_looks.post(door, {"reason": "Reaction", "next": "https://evil.example/"}).url == record


def test_there_is_nothing_to_break_before_ones_own_patient(practice, mias, door, record):
    assert practice.get(door).url == record
    assert practice.post(door, {"reason": "Because"}).url == record
    assert not Glass.objects.exists()


def test_the_desk_breaks_no_glass(desk, mias, door, record):
    assert desk.post(door, {"reason": "Because"}).url == record
    assert not Glass.objects.exists()


def test_nobody_closes_what_somebody_else_opened(practice, ben_looks, door):
    address = reverse("desk:glass_close", args=[broken(ben_looks, door).uuid])

    assert practice.post(address).status_code == 404


def test_the_manager_looks_at_each_and_marks_it(manager, ben_looks, door, mia, ben):
    one = broken(ben_looks, door)
    listed = manager.get(reverse("desk:glass"))
    assert [row.reason for row in listed.context["waiting"]] == ["Reaction on the phone"]
    assert f"{reverse('desk:patient_seen', args=[mia.uuid])}?who={ben.pk}" in listed.content.decode()

    manager.post(reverse("desk:glass_reviewed", args=[one.uuid]), {"note": "She had called."})

    listed = manager.get(reverse("desk:glass"))
    assert list(listed.context["waiting"]) == []
    assert "looked at by Max Feld on 3 Mar 2026: She had called." in " ".join(listed.content.decode().split())


def test_a_manager_who_treats_leaves_their_own_to_somebody_else(mias, mia, client):

    owner = house.user("Olga Reed", "manager", "practitioner")
    client.force_login(owner)
    client.post(reverse("desk:patient_glass", args=[mia.uuid]), {"reason": "Reaction"})

    response = client.post(reverse("desk:glass_reviewed", args=[Glass.objects.get().uuid]))

    assert response.status_code == 422
    assert "You opened this record yourself, so somebody else looks at it." in response.content.decode()


def test_the_list_of_messages_holds_no_words_while_the_glass_is_up(practice, mias):
    assert not practice.get(reverse("desk:messages"), {"show": "all"}).context["may_read"]


def test_where_the_glass_is_down_nothing_of_it_is_seen(practice, manager, mia, site, sunday):
    menu = manager.get(reverse("desk:board")).content.decode()

    assert reverse("desk:glass") not in menu
    assert "Every practitioner sees every patient here." in manager.get(reverse("desk:glass")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(manager, ben_looks, mia, ben, count, django_assert_num_queries):

    for number in range(count):
        glass.break_(mia, reason="Reaction", by=Actor.of(ben), at=TEN + minutes(70 * number))

    with django_assert_num_queries(6):
        manager.get(reverse("desk:glass"))
