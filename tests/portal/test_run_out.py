"""A link whose time is over: one press sends a new one to the address on record, once, and tells a stranger nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from aftercare import recovery_links
from booking import visit_links
from outbox import suppressions
from outbox.models import Notice
from patients import links
from patients.models import Link
from portal.anew import masked
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import SUNDAY, TEN
from tests.factories.health_forms import telephone
from tests.portal.test_offer import everything, heading, words
from visits import reception

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

A_WEEK = timedelta(days=7)
LATER = TEN + timedelta(days=3)  # more than a day after the visit on Monday


@pytest.fixture
def house(mia, review, ana, dee, site):
    return {"patient": mia, "service": review, "practitioner": ana, "site": site, "by": dee}


@pytest.fixture
def address(house):
    booked = reception.book(starts_at=TEN, at=SUNDAY, **house)
    return links.path(visit_links.of(booked, at=SUNDAY))


@pytest.fixture
def next_visit(address, house):
    return reception.book(starts_at=TEN + A_WEEK, at=SUNDAY, **house)


@pytest.fixture(autouse=True)
def thursday():
    with time_machine.travel(LATER, tick=False) as clock:
        yield clock


def ask(address):
    return telephone().post(f"/n/{address.split('/')[2]}/", {"again": "on"})


def letters():
    return list(Notice.objects.filter(owner="links"))


def test_the_link_of_a_visit_that_is_over_leads_to_the_next_one(address, next_visit):
    page = telephone().get(address)

    assert (page.status_code, heading(page)) == (410, "This link has stopped working")
    assert "We can send you a new one, to m•••@p•••.example." in words(page)
    assert heading(ask(address)) == "A new link"
    (letter,) = letters()
    assert (letter.kind, letter.to_address, letter.due_at) == ("NEW_LINK", "mia.okafor@post.example", LATER)
    assert links.placeholder(visit_links.of(next_visit, at=LATER)) in letter.body_text


def test_asking_again_sends_nothing_more(address, next_visit):
    for _ in range(3):
        assert ask(address).status_code == 200

    assert len(letters()) == 1


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
def test_looking_at_it_changes_nothing(address, next_visit, browser):
    client, before = Client(headers={"User-Agent": browser}), everything()
    for _ in range(3):
        assert client.get(address).status_code == 410
        assert client.head(address).status_code == 410
    assert client.get(f"/n/{address.split('/')[2]}/").status_code == 405

    assert everything() == before


def test_where_nothing_would_be_sent_the_page_says_to_call(address):
    page = telephone().get(address)

    assert (page.status_code, heading(page)) == (404, "This link opens nothing")
    assert heading(ask(address)) == "A new link"  # the same to all
    assert letters() == []


def test_who_cannot_be_mailed_is_asked_to_call(address, next_visit, mia):
    suppressions.suppress(mia.email, reason="bounced", at=LATER)

    assert telephone().get(address).status_code == 404
    ask(address)
    assert letters() == []


def test_a_token_that_never_was_gets_the_same_answer(address, next_visit):
    known, unknown = ask(address), ask("/v/x/")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


def test_a_recovery_page_opens_again_for_a_while(mia, microneedling, ana, as_ana):
    treatments.values()
    aftercare.values()
    course = treatments.course(mia, by=as_ana)
    visit = booking.visit(mia, microneedling, ana)
    session = treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)
    address = links.path(recovery_links.give(session, at=LATER))
    over = session.ended_at + recovery_links.OPEN_FOR
    with time_machine.travel(over, tick=False):
        page = telephone().get(address)
        ask(address)
        again = telephone().get(address)
    with time_machine.travel(over + timedelta(days=14), tick=False):
        ended = telephone().get(address)

    assert (page.status_code, again.status_code, ended.status_code) == (410, 200, 410)
    assert links.placeholder(Link.objects.get(purpose="recovery")) in letters()[0].body_text


@pytest.mark.parametrize(
    ("address", "shown"),
    [("amara@gmail.com", "a•••@g•••.com"), ("x@nhs.co.uk", "x•••@n•••.uk"), ("é@clinic.example", "é•••@c•••.example")],
)
def test_an_address_is_shown_to_its_owner_and_to_nobody_else(address, shown):
    assert masked(address) == shown
