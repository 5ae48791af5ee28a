"""A link that ran out is replaced once, by what its patient needs now."""

from datetime import timedelta

import pytest

from aftercare import book_links
from booking import visit_links
from outbox.models import Notice
from patients import links
from patients.models import Link
from tests.factories.booking import SUNDAY, TEN, minutes
from visits import own_links, reception

A_WEEK = timedelta(days=7)


@pytest.fixture
def house(mia, review, ana, dee, site):
    return {"patient": mia, "service": review, "practitioner": ana, "site": site, "by": dee}


@pytest.fixture
def old(house):
    """The link of Monday's visit, which is over on Tuesday."""
    return visit_links.of(reception.book(starts_at=TEN, at=SUNDAY, **house), at=SUNDAY)


def test_what_is_sent_is_the_page_of_the_next_visit(old, house):
    later = reception.book(starts_at=TEN + A_WEEK, at=SUNDAY, **house)
    at = old.expires_at

    assert [own_links.send_anew(old, at=at) for _ in range(2)] == [True, False]
    letter = Notice.objects.get(owner="links")
    assert (letter.due_at, letter.not_after, letter.any_hour) == (at, at + timedelta(days=1), True)
    assert links.placeholder(visit_links.of(later, at=at)) in letter.body_text
    assert own_links.still_wanted(letter, at=at) == ""


def test_a_link_that_opens_its_page_is_not_replaced(old, house):
    reception.book(starts_at=TEN + A_WEEK, at=SUNDAY, **house)

    assert own_links.send_anew(old, at=old.expires_at - minutes(1)) is False
    links.revoke(old, at=old.expires_at)
    assert own_links.send_anew(old, at=old.expires_at) is False


def test_a_link_that_was_taken_back_meanwhile_is_not_sent(old, house):
    reception.book(starts_at=TEN + A_WEEK, at=SUNDAY, **house)
    own_links.send_anew(old, at=old.expires_at)
    links.revoke(old, at=old.expires_at)

    letter = Notice.objects.get(owner="links")
    assert own_links.still_wanted(letter, at=old.expires_at) == "The link was taken back."


def test_the_page_of_a_course_opens_again_while_the_course_goes_on(course):
    link = Link.objects.get(purpose="book", subject=book_links.subject(course))
    at = link.expires_at

    assert own_links.send_anew(link, at=at) is True
    link.refresh_from_db()
    assert link.expires_at == at + own_links.OPEN_AGAIN_FOR
