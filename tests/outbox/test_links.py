"""A link in a message: the row and the snapshot hold its place, only the bytes that leave hold the address."""

from datetime import timedelta
from email import message_from_bytes

import pytest

from clinic.words import Words
from outbox import choosing, deliveries, letters
from outbox.models import Notice
from patients import links
from tests.factories.outbox import NINE, message, planned

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link(mia):
    return links.make(patient=mia, purpose="offer", subject="offer:1", expires_at=NINE + timedelta(hours=2), at=NINE)


@pytest.fixture
def row(mia, site, link, post_office):
    mark = links.placeholder(link)
    html = f'<p>Dear Zoë, {"a long line " * 12}</p><p><a href="{mark}">Take it</a></p>'
    return planned(mia, message(site, words=Words("A time is free", f"Dear Zoë,\n\nTake it: {mark}\n", html)))


def parts(mail):
    return [mail.get_body([kind]).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]


def test_the_address_leaves_and_the_snapshot_holds_its_place(row, link, post_office):
    deliveries.deliver(row.pk, at=NINE)
    snapshot = bytes(row.attempts.get().message_bytes)
    text, html = parts(post_office.messages[0])

    assert text.startswith(f"Dear Zoë,\n\nTake it: {links.url(link)}\n")
    assert f'<a href="{links.url(link)}">Take it</a>' in html
    assert links.token(link).encode() not in snapshot
    assert letters.with_links(snapshot) == post_office.raw[0]


def test_the_token_stands_neither_in_the_row_nor_in_what_the_staff_reads(row, link, post_office):
    deliveries.deliver(row.pk, at=NINE)
    row.refresh_from_db()
    shown = letters.filled(row)

    assert links.token(link) not in row.body_text + row.body_html + shown.text + shown.html
    assert shown.text == "Dear Zoë,\n\nTake it: (a link of their own)\n"
    assert links.placeholder(link) in row.body_text


def test_a_second_try_sends_the_same_bytes(row, post_office):
    post_office.content_answers = ["451 4.3.0 Later"]
    deliveries.deliver(row.pk, at=NINE)
    first = letters.with_links(bytes(row.attempts.get().message_bytes))

    deliveries.deliver(row.pk, at=NINE + timedelta(minutes=2))

    assert post_office.raw == [first]


def test_only_the_place_of_the_link_differs_between_the_snapshot_and_the_wire(row, link, post_office):
    deliveries.deliver(row.pk, at=NINE)
    mail, kept = post_office.messages[0], row.attempts.get()
    kept_mail = message_from_bytes(bytes(kept.message_bytes), policy=letters.WIRE)

    assert list(mail.items()) == list(kept_mail.items())
    told = parts(kept_mail)
    for one in (link, choosing.link_of(row.patient, at=NINE)):
        told = [part.replace(links.placeholder(one), links.url(one)) for part in told]
    assert told == parts(mail)


def test_a_message_without_links_leaves_as_it_was_written_down(mia, site, post_office):
    plain = planned(mia, message(site))
    Notice.objects.update(patient=None, purpose=Notice.Purpose.STAFF)
    deliveries.deliver(plain.pk, at=NINE)

    assert post_office.raw == [bytes(plain.attempts.get().message_bytes)]


def test_a_link_that_is_no_more_leads_to_the_house(row, link, post_office, settings):
    settings.PUBLIC_URL = "https://rowan.example"
    link.delete()
    deliveries.deliver(row.pk, at=NINE)

    assert parts(post_office.messages[0])[0].startswith("Dear Zoë,\n\nTake it: https://rowan.example\n")
