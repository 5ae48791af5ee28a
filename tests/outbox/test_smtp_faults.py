"""What a mail server may do to us, each over a real conversation, and the state it leaves behind."""

import socket
import time
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller

from clinic.words import Words
from outbox import deliveries, letters, pauses, post
from outbox.deliveries import Outcome
from outbox.models import Attempt, Notice, Pause, Suppression
from patients.models import Patient
from tests import servers
from tests.factories import outbox
from tests.factories import patients as people
from tests.factories.outbox import NINE, message, planned

State = Notice.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def row(mia, site, post_office) -> Notice:
    return planned(mia, message(site))


@pytest.fixture
def others(site, post_office) -> list[Notice]:
    """Two more messages to other people, less urgent than the first."""
    return [
        planned(
            people.patient(f"Ida {name}", email=f"{name}@post.example"),
            message(site, subject=f"session:{name}", not_after=NINE + timedelta(days=2)),
        )
        for name in ("one", "two")
    ]


def fresh(row: Notice) -> Notice:
    row.refresh_from_db()
    return row


def sweep(at=NINE):
    return deliveries.send_due(clock=lambda: at)


def test_a_temporary_no_is_tried_again_with_the_same_bytes(row, post_office):
    post_office.content_answers = ["451 4.3.0 Try later"]

    first = deliveries.deliver(row.pk, at=NINE)
    waiting = fresh(row).state, row.next_try_at > NINE + MINUTE, row.next_try_at < NINE + 2 * MINUTE, row.state_reason
    too_early = deliveries.deliver(row.pk, at=NINE + timedelta(seconds=59))
    second = deliveries.deliver(row.pk, at=NINE + 2 * MINUTE)

    attempts = list(row.attempts.all())
    assert (first, too_early, second) == (Outcome.DELAYED, Outcome.NOT_OURS, Outcome.SENT)
    assert waiting == (State.DUE, True, True, "451 4.3.0 Try later")
    assert bytes(attempts[0].message_bytes) == bytes(attempts[1].message_bytes)
    assert letters.with_links(bytes(attempts[1].message_bytes)) == post_office.raw[0]
    assert [attempt.outcome for attempt in attempts] == ["delayed", "accepted"]
    assert (fresh(row).state, row.maybe_twice) == (State.SENT, False)


def test_a_recipient_who_is_greylisted_waits_alone(row, others, post_office):
    post_office.recipient_answers = {row.to_address: "450 4.2.1 Greylisted"}

    sweep()

    assert fresh(row).state == State.DUE
    assert [fresh(other).state for other in others] == [State.SENT, State.SENT]


def test_a_server_that_keeps_saying_no_fails_the_message_when_later_would_be_too_late(mia, site, post_office):
    row = planned(mia, message(site, any_hour=True))
    post_office.answer = "451 4.3.0 Try later"
    at, outcomes = NINE, []

    while fresh(row).state == State.DUE:
        outcomes.append(deliveries.deliver(row.pk, at=at))
        at = fresh(row).next_try_at or at

    assert outcomes == [Outcome.DELAYED] * 11 + [Outcome.FAILED]
    assert (row.state, row.state_reason) == (State.FAILED, "451 4.3.0 Try later")
    assert row.settled_at <= row.not_after


def test_an_address_that_does_not_exist_fails_and_gets_no_more_mail(row, post_office):
    post_office.recipient_answers = {row.to_address: "550 5.1.1 No such user"}

    outcome = deliveries.deliver(row.pk, at=NINE)

    fresh(row)
    attempt, dead = row.attempts.get(), Suppression.objects.get()
    assert (outcome, row.state, row.state_reason) == (Outcome.FAILED, State.FAILED, "550 5.1.1 No such user")
    assert (attempt.outcome, attempt.smtp_code) == (Attempt.Outcome.BOUNCED, 550)
    assert (dead.address, dead.reason) == ("mia.okafor@post.example", "550 5.1.1 No such user")
    assert not Pause.objects.exists()


def test_content_that_is_refused_fails_alone_and_spares_the_address(row, others, post_office):
    post_office.content_answers = ["552 5.3.4 Message too big"]

    sweep()

    assert (fresh(row).state, Suppression.objects.count()) == (State.FAILED, 0)
    assert [fresh(other).state for other in others] == [State.SENT, State.SENT]


def test_a_server_that_refuses_our_policy_stops_all_sending_and_burns_no_try(row, others, post_office):
    post_office.sender_answer = "550 5.7.1 Sender address rejected"

    tally = sweep()

    fresh(row)
    pause = pauses.standing()
    assert tally == {Outcome.PAUSED: 1}
    assert (row.state, row.attempt_count, row.attempts.get().outcome) == (State.DUE, 0, Attempt.Outcome.PAUSED)
    assert [(fresh(other).state, other.attempts.count()) for other in others] == [(State.DUE, 0), (State.DUE, 0)]
    assert pause.reason == "550 5.7.1 Sender address rejected"
    assert sweep(NINE + 4 * MINUTE) == {}


def test_when_the_server_takes_mail_again_the_pause_ends_and_all_of_it_leaves(row, others, post_office):
    post_office.sender_answer = "550 5.7.1 Sender address rejected"
    sweep()
    post_office.sender_answer = "250 OK"

    sweep(NINE + 6 * MINUTE)
    sweep(NINE + 8 * MINUTE)

    assert [fresh(one).state for one in (row, *others)] == [State.SENT] * 3
    assert pauses.standing() is None
    assert Pause.objects.get().ended_at >= NINE + 6 * MINUTE


def test_a_pause_that_goes_on_keeps_when_it_began(row, others, post_office):
    post_office.sender_answer = "550 5.7.1 Sender address rejected"
    sweep()
    began_at = pauses.standing().began_at

    sweep(NINE + 6 * MINUTE)

    pause = Pause.objects.get()
    assert (pause.began_at, pause.is_standing) == (began_at, True)
    assert pause.try_again_at >= NINE + 11 * MINUTE


def test_a_message_that_its_server_turns_away_by_policy_does_not_hold_up_the_others(row, others, post_office):
    post_office.recipient_answers = {row.to_address: "550 5.7.1 Blocked"}
    sweep()

    sweep(NINE + 6 * MINUTE)

    assert [fresh(other).state for other in others] == [State.SENT, State.SENT]
    assert fresh(row).state == State.DUE


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_sign_in_that_fails_stops_sending(mia, site, settings):
    server = servers.SmtpServer()
    controller = Controller(server, hostname=server.host, port=server.port, auth_required=True, auth_require_tls=False)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "clinic", "wrong"
    row = planned(mia, message(site))

    outcome = deliveries.deliver(row.pk, at=NINE)

    controller.stop()
    assert outcome == Outcome.PAUSED
    assert pauses.standing().reason == "535 5.7.8 Authentication credentials invalid"
    assert (fresh(row).state, server.raw) == (State.DUE, [])


def test_a_server_without_encryption_stops_sending(row, settings):
    settings.EMAIL_USE_TLS = True

    assert deliveries.deliver(row.pk, at=NINE) == Outcome.PAUSED
    assert pauses.standing().reason == "STARTTLS extension not supported by server."


def test_a_server_that_is_away_stops_sending_for_a_minute(row, others, post_office, settings):
    settings.EMAIL_PORT = servers.free_port()

    tally = sweep()

    pause = pauses.standing()
    assert tally == {Outcome.PAUSED: 1}
    assert NINE + MINUTE <= pause.try_again_at < NINE + 2 * MINUTE
    assert (fresh(row).state, row.attempt_count) == (State.DUE, 0)


def test_a_server_that_falls_silent_after_the_content_may_have_taken_it(row, post_office):
    post_office.hangs_up_after_content = True

    first = deliveries.deliver(row.pk, at=NINE)
    attempt = row.attempts.get()
    post_office.hangs_up_after_content = False
    second = deliveries.deliver(row.pk, at=NINE + 2 * MINUTE)

    fresh(row)
    assert (first, attempt.outcome, second) == (Outcome.DELAYED, Attempt.Outcome.UNKNOWN, Outcome.SENT)
    assert (row.state, row.maybe_twice) == (State.SENT, True)
    assert len(post_office.raw) == 2
    assert post_office.raw[0] == post_office.raw[1]
    assert {mail["Message-ID"] for mail in post_office.messages} == {row.message_id}


def test_a_server_that_never_speaks_is_given_up_after_the_time_limit(mia, site, settings):
    row = planned(mia, message(site))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = silent.getsockname()[1], 0.2

        assert deliveries.deliver(row.pk, at=NINE) == Outcome.PAUSED

    assert pauses.standing().reason == "Connection unexpectedly closed: timed out"


def test_the_mails_of_one_sweep_share_a_line(row, others, post_office):
    sweep()

    assert (len(post_office.raw), len(post_office.callers)) == (3, 1)


def test_after_a_no_the_next_mail_goes_over_a_new_line(row, others, post_office):
    post_office.recipient_answers = {row.to_address: "550 5.1.1 No such user"}

    sweep()

    assert [fresh(other).state for other in others] == [State.SENT, State.SENT]


def test_a_server_that_hangs_up_between_two_mails_is_called_again_and_no_try_is_burnt(row, others, post_office):
    post_office.hangs_up_between_mails = True
    with post.Line() as line:
        for one in (row, *others):
            deliveries.deliver(one.pk, at=NINE, line=line)
            time.sleep(0.2)

    assert [fresh(one).state for one in (row, *others)] == [State.SENT] * 3
    assert set(Attempt.objects.values_list("number", "outcome")) == {(1, Attempt.Outcome.ACCEPTED)}
    assert len(post_office.callers) == 3


# --- one message's trouble is its own ------------------------------------------------------------------------


def test_the_most_urgent_message_leaves_first(row, others, post_office):
    sweep()

    assert post_office.recipients == [
        ["mia.okafor@post.example"],
        ["one@post.example"],
        ["two@post.example"],
    ]


def test_a_message_that_cannot_be_prepared_does_not_delay_the_next(row, others, post_office, caplog):
    outbox.no_longer_wanted[row.key] = "trouble"

    tally = sweep()

    fresh(row)
    assert tally == {Outcome.DELAYED: 1, Outcome.SENT: 2}
    assert (row.state, row.state_reason) == (State.DUE, "It could not be prepared (RuntimeError).")
    assert row.next_try_at == NINE + MINUTE
    assert [record.message for record in caplog.records] == [f"Notice {row.pk} could not be prepared"]


def test_a_message_that_never_can_be_prepared_fails_where_it_is_seen(row, post_office):
    outbox.no_longer_wanted[row.key] = "trouble"
    at, outcomes = NINE, []

    while fresh(row).state == State.DUE:
        outcomes.append(deliveries.deliver(row.pk, at=at))
        at = fresh(row).next_try_at or at

    assert outcomes == [Outcome.DELAYED] * 5 + [Outcome.FAILED]
    assert (row.state, row.attempts.count()) == (State.FAILED, 0)


def test_a_subject_with_a_line_break_adds_no_header(mia, others, site, post_office):
    row = planned(mia, message(site, words=Words("Hello\nBcc: thief@post.example", "text\n", "")))

    sweep()

    assert fresh(row).state == State.DUE
    assert row.state_reason == "It could not be prepared (ValueError)."
    assert [fresh(other).state for other in others] == [State.SENT, State.SENT]
    assert ["thief@post.example"] not in post_office.recipients


def test_an_address_that_no_header_can_hold_is_the_messages_own_trouble(mia, others, site, post_office):
    row = planned(mia, message(site))
    Patient.objects.filter(pk=mia.pk).update(email="mia@" + "x" * 70 + ".example")

    sweep()

    assert fresh(row).state == State.DUE
    assert [fresh(other).state for other in others] == [State.SENT, State.SENT]
