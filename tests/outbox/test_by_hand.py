"""What a person may do to a message: take it back, settle it, try it again. Each is in the trail."""

from datetime import timedelta

import pytest

from clinic.models import AuditRow
from clinic.refusals import Refused
from outbox import deliveries, notices, suppressions
from outbox.models import Notice, Suppression
from patients import patients
from tests.factories.outbox import NINE, message, planned

State, Channel = Notice.State, Notice.Channel


def trail():
    return list(AuditRow.objects.filter(object_kind="outbox.notice").values_list("verb", "actor_name", "reason"))


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.refusal.rule


def test_max_takes_a_message_back_and_says_why(mia, site, max_):
    row = planned(mia, message(site))

    notices.withdraw(row, because="She asked us not to write.", by=max_, at=NINE)

    assert (row.state, row.state_reason, row.settled_by) == (State.WITHDRAWN, "She asked us not to write.", max_.user)
    assert trail() == [("notice.withdrawn", "Max Feld", "She asked us not to write.")]


@pytest.mark.parametrize("state", [State.HANDED, State.SENT])
def test_what_has_left_cannot_be_taken_back(mia, site, max_, state):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=state, settled_at=None if state == State.HANDED else NINE)

    assert refused(notices.withdraw, row, because="Too late", by=max_, at=NINE) == "notice.left"
    assert trail() == []


def test_dee_notes_that_a_call_was_made(tomasz, site, dee):
    row = planned(tomasz, message(site, purpose=Notice.Purpose.FOLLOW_UP))

    notices.settle(row, by=dee, at=NINE)

    assert (row.channel, row.state, row.settled_at, row.settled_by) == (Channel.CALL, State.DONE, NINE, dee.user)
    assert trail() == [("notice.settled", "Dee Marlowe", "")]


def test_a_call_is_settled_once(tomasz, site, dee):
    row = planned(tomasz, message(site))
    notices.settle(row, by=dee, at=NINE)

    assert refused(notices.settle, row, by=dee, at=NINE) == "notice.not_open"


def test_a_mail_is_nothing_to_settle_by_hand(mia, site, dee):
    row = planned(mia, message(site))

    assert refused(notices.settle, row, by=dee, at=NINE) == "notice.not_open"


def test_a_message_that_bounced_becomes_a_sheet_when_it_is_tried_again(mia, site, max_, post_office):
    row = planned(mia, message(site))
    post_office.recipient_answers = {row.to_address: "550 5.1.1 No such user"}
    deliveries.deliver(row.pk, at=NINE)

    notices.try_again(row, by=max_, at=NINE + timedelta(hours=1))

    assert (row.state, row.channel, row.to_address) == (State.DUE, Channel.SHEET, "")
    assert (row.settled_at, row.state_reason, row.attempt_count) == (None, "", 0)
    assert trail() == [("notice.tried_again", "Max Feld", "")]


def test_with_the_right_address_it_goes_there(mia, site, max_, post_office, dee):
    row = planned(mia, message(site))
    post_office.recipient_answers = {row.to_address: "550 5.1.1 No such user"}
    deliveries.deliver(row.pk, at=NINE)
    patients.edit(mia, version=mia.version, by=dee, at=NINE, email="mia@right.example")
    row = Notice.objects.get()

    notices.try_again(row, by=max_, at=NINE + timedelta(hours=1))
    deliveries.deliver(row.pk, at=NINE + timedelta(hours=1))

    assert post_office.recipients == [["mia@right.example"]]
    assert post_office.messages[0]["To"] == "Mia Okafor <mia@right.example>"


def test_what_a_person_took_back_can_be_let_go_again(mia, site, max_):
    row = planned(mia, message(site))
    notices.withdraw(row, because="A mistake", by=max_, at=NINE)

    notices.try_again(row, by=max_, at=NINE)

    assert (row.state, row.channel, row.settled_by) == (State.DUE, Channel.MAIL, None)


def test_what_the_record_took_back_is_for_the_record_to_bring_back(mia, site, max_):
    row = planned(mia, message(site))
    notices.reconcile(owner="tests", patient=mia, desired=[], at=NINE)

    assert refused(notices.try_again, row, by=max_, at=NINE) == "notice.not_stopped"


def test_a_message_whose_time_has_passed_is_not_tried_again(mia, site, max_):
    row = planned(mia, message(site))
    notices.withdraw(row, because="A mistake", by=max_, at=NINE)

    assert refused(notices.try_again, row, by=max_, at=row.not_after) == "notice.too_late"


def test_an_address_that_works_again_may_be_used_again(mia, site, max_):
    suppressions.suppress("mia.okafor@post.example", reason="550 No such user", at=NINE)
    suppressions.suppress("MIA.OKAFOR@post.example", reason="another", at=NINE)

    suppressions.lift(Suppression.objects.get(), by=max_, at=NINE)

    assert planned(mia, message(site)).channel == Channel.MAIL
    assert AuditRow.objects.filter(verb="address.used_again", actor_name="Max Feld").count() == 1
