"""The page on which people make, renew and end the addresses of calendars."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from booking import feeds
from booking.models import Feed
from tests.factories import clinic
from tests.factories.booking import SUNDAY

pytestmark = pytest.mark.django_db
PAGE = "/feeds/"


def of(user):
    client = Client()
    client.force_login(user)
    return client


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def shown_key(response):
    return re.search(r"/feeds/(stipple_[-\w]+)\.ics", response.content.decode())[1]


def make(client, code, **form):
    return client.post(reverse("desk:feed_make", args=[code]), form)


def test_a_practitioner_makes_an_address_for_their_own_visits(site, ana, ben, room):
    client = of(ana)
    page = text(client.get(PAGE))
    assert ("Ana Duarte" in page, "Ben Adeyemi" in page, "Room 1" in page) == (True, False, False)

    made = make(client, f"practitioner-{ana.pk}")

    feed = feeds.of_key(shown_key(made))
    assert (feed.practitioner, feed.made_by) == (ana, ana)
    assert f'value="http://testserver/feeds/{shown_key(made)}.ics"' in made.content.decode()
    assert made.headers["Cache-Control"] == "no-store"


def test_an_address_is_shown_once(site, ana):
    client = of(ana)
    make(client, f"practitioner-{ana.pk}")

    again = client.get(PAGE)

    assert "stipple_" not in again.content.decode()
    assert "made by Ana Duarte" in text(again)


def test_a_second_press_of_the_same_button_makes_no_second_address(site, ana):
    client, form = of(ana), {"form_key": str(uuid.uuid4())}
    first = make(client, f"practitioner-{ana.pk}", **form)

    second = make(client, f"practitioner-{ana.pk}", **form)

    assert (second.status_code, second.headers["Location"]) == (302, PAGE)
    assert "That address was shown before." in text(client.get(PAGE))
    assert Feed.objects.count() == 1
    assert feeds.of_key(shown_key(first)) is not None


def test_a_new_address_ends_the_old_one(site, ana):
    client = of(ana)
    old, new = (shown_key(make(client, f"practitioner-{ana.pk}")) for _n in range(2))

    assert feeds.of_key(old) is None
    assert feeds.of_key(new) is not None


def test_an_address_is_ended(site, ana):
    client = of(ana)
    key = shown_key(make(client, f"practitioner-{ana.pk}"))

    page = client.post(reverse("desk:feed_end", args=[f"practitioner-{ana.pk}"]), follow=True)

    assert feeds.of_key(key) is None
    assert "The address of Ana Duarte has ended." in text(page)
    assert "No address yet" in text(page)


def test_nobody_makes_an_address_for_a_colleague_but_a_manager(site, ana, ben, max_, room):
    codes = [f"practitioner-{ben.pk}", f"room-{room.pk}"]

    assert [make(of(ana), code).status_code for code in codes] == [404, 404]
    assert Feed.objects.count() == 0
    assert [make(of(max_.user), code).status_code for code in codes] == [200, 200]
    assert Feed.objects.count() == 2


def test_a_manager_makes_an_address_for_a_numbing_chair(site, ana, max_, room):
    chair = clinic.room(site, "Chair 1", kind="chair")
    page = text(of(max_.user).get(PAGE))

    made = make(of(max_.user), f"room-{chair.pk}")

    assert "Rooms Room 1" in page
    assert "Numbing chairs Chair 1" in page
    assert feeds.of_key(shown_key(made)).room == chair


def test_a_colleague_s_address_cannot_be_ended(site, ana, ben, max_):
    _feed, key = feeds.make(site=site, practitioner=ben, by=max_, at=SUNDAY)

    assert of(ana).post(reverse("desk:feed_end", args=[f"practitioner-{ben.pk}"])).status_code == 404
    assert feeds.of_key(key) is not None


def test_the_front_desk_reads_whom_to_ask(site, dee, ana):
    page = of(dee.user).get(PAGE)

    assert page.status_code == 200
    assert "a manager makes them for everybody and for rooms" in text(page)
    assert "Ana Duarte" not in text(page)


def test_the_page_says_whether_initials_stand_in_the_calendars(site, ana):
    assert "No patient is named in it." in text(of(ana).get(PAGE))

    site.feeds_show_initials = True
    site.save()

    assert "Patients stand in it with their initials only." in text(of(ana).get(PAGE))


@pytest.mark.parametrize("made", [0, 2])
def test_the_page_costs_the_same_however_many_addresses_there_are(
    site, ana, ben, max_, room, made, django_assert_num_queries
):
    client = of(max_.user)
    for practitioner in (ana, ben)[:made]:
        feeds.make(site=site, practitioner=practitioner, by=max_, at=SUNDAY)
    client.get(PAGE)

    with django_assert_num_queries(7):
        client.get(PAGE)


def test_the_menu_leads_there_for_those_who_have_calendars(site, ana, max_, dee):
    assert [PAGE in of(user).get("/patients/").content.decode() for user in (ana, max_.user, dee.user)] == [
        True,
        True,
        False,
    ]
