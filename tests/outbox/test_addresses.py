"""An address that was put right: the unsent follow, old links end, and today's aftercare can leave again."""

from datetime import timedelta

import pytest

from clinic.refusals import Refused
from outbox import addresses, deliveries, notices, suppressions
from outbox.deliveries import Outcome
from outbox.models import Notice
from patients import links
from tests.factories.outbox import NINE, message, plan, planned
from visits import notices as visit_notices
from visits import reception

State, Channel = Notice.State, Notice.Channel
MINUTE = timedelta(minutes=1)
LATER = NINE + timedelta(hours=1)


def corrected(patient, email, by, *, at=NINE):
    patient.refresh_from_db()
    return reception.change_patient(patient, version=patient.version, by=by, at=at, email=email)


def fresh(row):
    row.refresh_from_db()
    return row


def test_what_is_unsent_goes_to_the_new_address(mia, site, dee):
    row = planned(mia, message(site))

    corrected(mia, "mia@new.example", dee)

    assert (fresh(row).to_address, row.channel, row.state) == ("mia@new.example", Channel.MAIL, State.DUE)


def test_a_letter_that_had_its_first_try_leaves_with_the_new_address_in_it(mia, site, dee, post_office):
    post_office.content_answers = ["451 4.3.0 Try later"]
    row = planned(mia, message(site))
    deliveries.deliver(row.pk, at=NINE)

    corrected(mia, "mia@new.example", dee, at=NINE + MINUTE)
    deliveries.deliver(row.pk, at=NINE + 2 * MINUTE)

    assert post_office.recipients == [["mia@new.example"]]
    assert post_office.messages[0]["To"] == "Mia Okafor <mia@new.example>"


def test_a_sheet_for_want_of_an_address_becomes_a_mail_again(mia, site, dee):
    suppressions.suppress(mia.email, reason="550 No such user", at=NINE)
    row = planned(mia, message(site))
    before = row.channel

    corrected(mia, "mia@new.example", dee)

    assert (before, fresh(row).channel, row.to_address) == (Channel.SHEET, Channel.MAIL, "mia@new.example")


def test_an_address_that_stopped_working_says_nothing_about_the_new_one(mia, site, dee, post_office):
    suppressions.suppress(mia.email, reason="550 No such user", at=NINE)

    corrected(mia, "mia@new.example", dee)

    assert (suppressions.holds("mia.okafor@post.example"), suppressions.holds("mia@new.example")) == (True, False)


def test_links_that_were_sent_to_the_old_address_end_and_what_is_sent_now_opens(mia, dee):
    link = links.make(patient=mia, purpose="offer", subject="offer:1", expires_at=LATER, at=NINE)
    old = links.token(link)

    corrected(mia, "mia@new.example", dee)

    link.refresh_from_db()
    assert links.read(old, purpose="offer", at=NINE) is None
    assert links.read(links.token(link), purpose="offer", at=NINE) == link


def test_an_address_that_only_changed_its_case_ends_no_link(mia, dee):
    token = links.token(links.make(patient=mia, purpose="offer", subject="offer:1", expires_at=LATER, at=NINE))

    corrected(mia, "MIA.okafor@post.example", dee)

    assert links.read(token, purpose="offer", at=NINE) is not None


# --- today's aftercare again ---------------------------------------------------------------------------------


@pytest.fixture
def bounced(mia, site, post_office) -> Notice:
    row = planned(mia, message(site))
    post_office.recipient_answers = {row.to_address: "550 5.1.1 No such user"}
    deliveries.deliver(row.pk, at=NINE)
    return fresh(row)


def test_what_bounced_today_is_offered_once_the_address_is_right(bounced, mia, dee):
    before = list(addresses.missed(mia, at=LATER))

    changed = corrected(mia, "mia@new.example", dee, at=LATER)

    assert (before, list(addresses.missed(changed, at=LATER))) == ([], [bounced])


def test_what_a_stranger_got_today_is_offered_too(mia, site, dee, post_office):
    row = planned(mia, message(site))
    deliveries.deliver(row.pk, at=NINE)

    changed = corrected(mia, "mia@new.example", dee, at=LATER)

    assert list(addresses.missed(changed, at=LATER)) == [row]


def test_what_arrived_where_it_should_is_not_offered(mia, site, post_office):
    row = planned(mia, message(site))
    deliveries.deliver(row.pk, at=NINE)

    assert list(addresses.missed(mia, at=LATER)) == []
    with pytest.raises(Refused):
        notices.try_again(row, by=None, at=LATER)


def test_what_would_come_too_late_or_is_not_of_today_is_not_offered(bounced, mia, dee):
    changed = corrected(mia, "mia@new.example", dee, at=LATER)

    assert list(addresses.missed(changed, at=bounced.not_after)) == []
    Notice.objects.update(not_after=NINE + timedelta(days=9))
    assert list(addresses.missed(changed, at=NINE + timedelta(hours=25))) == []


def test_one_press_sends_it_again_to_the_new_address(bounced, mia, dee, post_office, monkeypatch):
    changed = corrected(mia, "mia@new.example", dee, at=LATER)

    count = visit_notices.send_again(changed, by=dee, at=LATER)

    assert (count, deliveries.send_due(clock=lambda: LATER)) == (1, {Outcome.SENT: 1})
    assert post_office.recipients == [["mia@new.example"]]
    assert list(addresses.missed(changed, at=LATER)) == []


def test_pressed_twice_it_leaves_once(bounced, mia, dee, post_office):
    changed = corrected(mia, "mia@new.example", dee, at=LATER)

    counts = [visit_notices.send_again(changed, by=dee, at=LATER) for _ in range(2)]

    assert counts == [1, 0]


def test_two_messages_of_today_leave_ten_minutes_apart(mia, site, dee, post_office):
    plan(mia, message(site, "AFTER_0H", due_at=NINE - timedelta(hours=2)), message(site))
    deliveries.send_due(clock=lambda: NINE)
    deliveries.send_due(clock=lambda: NINE + 11 * MINUTE)
    changed = corrected(mia, "mia@new.example", dee, at=LATER)

    visit_notices.send_again(changed, by=dee, at=LATER)
    first, second = (deliveries.send_due(clock=lambda at=at: at) for at in (LATER, LATER + 11 * MINUTE))

    assert (first[Outcome.SENT], second[Outcome.SENT]) == (1, 1)
