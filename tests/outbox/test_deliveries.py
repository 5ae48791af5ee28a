"""One message on its way, over a real SMTP conversation."""

from datetime import date, timedelta
from email.utils import parsedate_to_datetime

import pytest

from clinic.words import Words
from outbox import claims, deliveries, letters, notices, suppressions
from outbox.deliveries import Outcome
from outbox.models import Attempt, Notice
from patients import patients
from tests.factories import outbox
from tests.factories.outbox import NINE, message, plan, planned

State, Channel = Notice.State, Notice.Channel
TEN_AT_NIGHT = NINE.replace(hour=22)
A_LEASE_LATER = NINE + timedelta(minutes=3, seconds=1)


@pytest.fixture
def row(mia, site, post_office):
    return planned(mia, message(site))


def fresh(row):
    row.refresh_from_db()
    return row


def held(row, *, at):
    """Take a message as a worker does, and return it as it holds it; None when it cannot be had."""
    claim = claims.take_one(row.pk, at=at)
    return claims.held(row.pk, claim.lease_until) if claim.ids else None


def part(mail, kind):
    """Return the words of one part, plain or html, with ordinary line ends."""
    return mail.get_body([kind]).get_content().replace("\r\n", "\n")


def test_a_due_message_is_handed_over_and_sent(row, post_office):
    outcome = deliveries.deliver(row.pk, at=NINE)

    fresh(row)
    attempt = row.attempts.get()
    assert outcome == Outcome.SENT
    assert (row.state, row.attempt_count, row.lease_until, row.maybe_twice) == (State.SENT, 1, None, False)
    assert NINE <= row.settled_at <= NINE + timedelta(seconds=10)
    assert (attempt.number, attempt.outcome, attempt.smtp_code) == (1, Attempt.Outcome.ACCEPTED, 250)
    assert post_office.raw == [letters.with_links(bytes(attempt.message_bytes))]
    assert post_office.recipients == [["mia.okafor@post.example"]]


def test_the_mail_says_who_writes_where_to_reply_and_that_nobody_typed_it(row, post_office, site):
    deliveries.deliver(row.pk, at=NINE)

    mail = post_office.messages[0]
    assert mail["From"] == "Stipple <clinic@example.org>"
    assert mail["To"] == "Mia Okafor <mia.okafor@post.example>"
    assert mail["Reply-To"] == "Rowan Skin Clinic <hello@rowan.example>"
    assert mail["Subject"] == "One day after your visit"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert mail["Message-ID"] == f"<{row.uuid}@example.org>" == fresh(row).message_id
    assert parsedate_to_datetime(mail["Date"]) == NINE


def test_the_facts_of_the_clinic_are_filled_in_as_they_are_when_it_leaves(row, post_office, site):
    site.phone = "+441134969999"
    site.save()

    deliveries.deliver(row.pk, at=NINE)

    mail = post_office.messages[0]
    assert part(mail, "plain").startswith("Dear Mia,\n\nCall us on 0113 496 9999.\n")
    assert part(mail, "html").startswith("<p>Call us on 0113 496 9999.</p>\n")


def test_the_facts_of_the_clinic_cannot_break_the_page(row, post_office, site):
    Notice.objects.update(body_html="<p>{clinic_name}</p>")
    type(site).objects.update(name="Skin & <Co>")

    deliveries.deliver(row.pk, at=NINE)

    assert part(post_office.messages[0], "html").startswith("<p>Skin &amp; &lt;Co&gt;</p>\n")


def test_a_message_in_letters_beyond_ascii_arrives_as_it_was_written(site, post_office, mia):
    row = planned(mia, message(site, words=Words("Żółć – señor", "Grüße, Zoë\n", "<p>Grüße</p>")))

    deliveries.deliver(row.pk, at=NINE)

    mail = post_office.messages[0]
    assert mail["Subject"] == "Żółć – señor"
    assert part(mail, "plain").startswith("Grüße, Zoë\n")
    assert post_office.raw[0].isascii()


def test_a_message_is_not_sent_before_its_time(row, post_office):
    assert deliveries.deliver(row.pk, at=NINE - timedelta(seconds=1)) == Outcome.NOT_OURS
    assert (fresh(row).state, post_office.raw) == (State.DUE, [])


def test_a_message_that_left_is_not_sent_again(row, post_office):
    deliveries.deliver(row.pk, at=NINE)

    assert deliveries.deliver(row.pk, at=NINE + timedelta(hours=5)) == Outcome.NOT_OURS
    assert len(post_office.raw) == 1


# --- the gate ----------------------------------------------------------------------------------------------


def test_what_its_owner_no_longer_wants_does_not_leave(row, post_office):
    outbox.no_longer_wanted[row.key] = "The next visit is booked."

    outcome = deliveries.deliver(row.pk, at=NINE)

    fresh(row)
    assert outcome == Outcome.WITHDRAWN
    assert (row.state, row.state_reason, row.settled_at) == (State.WITHDRAWN, "The next visit is booked.", NINE)
    assert (row.attempts.count(), post_office.raw) == (0, [])


def test_nothing_leaves_for_somebody_who_has_died(row, post_office, mia, dee):
    patients.edit(mia, version=mia.version, by=dee, at=NINE, died_on=date(2026, 3, 1))

    assert deliveries.deliver(row.pk, at=NINE) == Outcome.WITHDRAWN
    assert (fresh(row).state_reason, post_office.raw) == ("The patient has died.", [])


def test_an_address_that_stopped_working_turns_the_message_into_a_sheet(row, post_office):
    suppressions.suppress(row.to_address, reason="550 No such user", at=NINE)

    assert deliveries.deliver(row.pk, at=NINE) == Outcome.BY_HAND
    fresh(row)
    assert (row.state, row.channel, row.to_address, post_office.raw) == (State.DUE, Channel.SHEET, "", [])


def test_a_choice_against_mail_holds_at_the_last_moment(row, post_office, mia, dee):
    patients.edit(mia, version=mia.version, by=dee, at=NINE, wants_aftercare_mail=False)

    assert deliveries.deliver(row.pk, at=NINE) == Outcome.BY_HAND
    assert post_office.raw == []


def test_a_changed_address_is_the_one_that_counts(row, post_office, mia, dee):
    patients.edit(mia, version=mia.version, by=dee, at=NINE, email="mia@new.example")

    deliveries.deliver(row.pk, at=NINE)

    assert post_office.recipients == [["mia@new.example"]]
    assert fresh(row).to_address == "mia@new.example"


def test_a_message_whose_last_moment_has_passed_is_never_sent(row, post_office):
    assert deliveries.deliver(row.pk, at=row.not_after + timedelta(seconds=1)) == Outcome.EXPIRED

    fresh(row)
    assert (row.state, row.state_reason) == (State.EXPIRED, "Its time had passed before it could be sent.")
    assert post_office.raw == []


def test_at_its_last_moment_it_still_leaves(row, post_office):
    assert deliveries.deliver(row.pk, at=row.not_after) == Outcome.SENT


def test_a_late_message_waits_for_the_morning_and_leaves_then(row, post_office):
    assert deliveries.deliver(row.pk, at=TEN_AT_NIGHT) == Outcome.LATER
    assert (fresh(row).state, row.next_try_at) == (State.DUE, NINE.replace(day=3, hour=8))
    assert deliveries.deliver(row.pk, at=NINE.replace(day=3, hour=7)) == Outcome.NOT_OURS
    assert deliveries.deliver(row.pk, at=NINE.replace(day=3, hour=8)) == Outcome.SENT


# --- crashes and races -------------------------------------------------------------------------------------


def crash_after_the_hand_over(row, monkeypatch):
    """Let the worker die when the server has the mail and before that is written down."""
    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "_conclude", _die)
        with pytest.raises(SystemExit):
            deliveries.deliver(row.pk, at=NINE)


def _die(*args, **kwargs):
    raise SystemExit


def test_a_crash_before_the_answer_was_kept_sends_the_same_bytes_again_and_says_so(row, post_office, monkeypatch):
    crash_after_the_hand_over(row, monkeypatch)
    assert (fresh(row).state, deliveries.deliver(row.pk, at=NINE)) == (State.HANDED, Outcome.NOT_OURS)

    outcome = deliveries.deliver(row.pk, at=A_LEASE_LATER)

    fresh(row)
    assert (outcome, row.state, row.maybe_twice) == (Outcome.SENT, State.SENT, True)
    assert [letters.with_links(bytes(attempt.message_bytes)) for attempt in row.attempts.all()] == post_office.raw
    assert post_office.raw[0] == post_office.raw[1]
    assert list(row.attempts.values_list("outcome", flat=True)) == ["unknown", "accepted"]


def test_a_crash_before_the_hand_over_is_no_second_copy(row, post_office):
    held(row, at=NINE)

    assert deliveries.deliver(row.pk, at=A_LEASE_LATER) == Outcome.SENT
    assert (fresh(row).maybe_twice, len(post_office.raw)) == (False, 1)


def test_a_lease_keeps_the_message_from_everybody_else(row, post_office):
    held(row, at=NINE)

    assert deliveries.deliver(row.pk, at=NINE + timedelta(minutes=3)) == Outcome.NOT_OURS


def test_a_withdrawal_between_the_gate_and_the_hand_over_wins(row, post_office, mia):
    ours = held(row, at=NINE)
    plan(mia, because="The visit was cancelled.", at=NINE)

    attempt = deliveries._write_down(ours, to=ours.to_address, at=NINE)

    assert (attempt, fresh(row).state, row.state_reason) == (None, State.WITHDRAWN, "The visit was cancelled.")
    assert row.attempts.count() == 0


def test_a_withdrawal_while_it_is_on_its_way_is_marked_and_it_counts_as_sent(row, post_office, mia):
    ours = held(row, at=NINE)
    attempt = deliveries._write_down(ours, to=ours.to_address, at=NINE)
    plan(mia, because="The visit was cancelled.", at=NINE)

    outcome = deliveries._conclude(ours, attempt, *deliveries._hand_over(attempt, to=ours.to_address), at=NINE)

    fresh(row)
    assert (outcome, row.state, row.crossed_at) == (Outcome.SENT, State.SENT, NINE)
    assert row.state_reason == "The visit was cancelled."


def test_a_withdrawal_while_it_is_on_its_way_stops_every_further_try(row, post_office, mia):
    post_office.content_answers = ["451 4.3.0 Try later"]
    ours = held(row, at=NINE)
    attempt = deliveries._write_down(ours, to=ours.to_address, at=NINE)
    plan(mia, because="The visit was cancelled.", at=NINE)

    outcome = deliveries._conclude(ours, attempt, *deliveries._hand_over(attempt, to=ours.to_address), at=NINE)

    assert (outcome, fresh(row).state, row.state_reason) == (
        Outcome.WITHDRAWN,
        State.WITHDRAWN,
        "The visit was cancelled.",
    )


def test_after_a_crash_a_withdrawn_message_is_not_sent_again(row, post_office, mia, monkeypatch):
    crash_after_the_hand_over(row, monkeypatch)
    plan(mia, because="The visit was cancelled.", at=NINE)

    outcome = deliveries.deliver(row.pk, at=A_LEASE_LATER)

    assert (outcome, fresh(row).state, len(post_office.raw)) == (Outcome.WITHDRAWN, State.WITHDRAWN, 1)


def test_an_answer_that_comes_after_the_lease_still_counts(row, post_office):
    ours = held(row, at=NINE)
    attempt = deliveries._write_down(ours, to=ours.to_address, at=NINE)
    held(row, at=A_LEASE_LATER)

    deliveries._conclude(ours, attempt, *deliveries._hand_over(attempt, to=ours.to_address), at=NINE)

    assert fresh(row).state == State.SENT


def test_a_refusal_that_comes_after_the_lease_leaves_the_row_to_its_new_holder(row, post_office):
    post_office.recipient_answers = {row.to_address: "550 5.1.1 No such user"}
    ours = held(row, at=NINE)
    attempt = deliveries._write_down(ours, to=ours.to_address, at=NINE)
    newer = held(row, at=A_LEASE_LATER)

    deliveries._conclude(ours, attempt, *deliveries._hand_over(attempt, to=ours.to_address), at=NINE)

    assert (fresh(row).state, row.lease_until) == (State.HANDED, newer.lease_until)


def test_words_that_changed_after_a_failed_try_leave_in_their_new_form(row, post_office, mia, site):
    post_office.content_answers = ["451 4.3.0 Try later"]
    deliveries.deliver(row.pk, at=NINE)
    plan(mia, message(site, words=Words("New", "new words\n", "")), at=NINE + timedelta(seconds=30))

    deliveries.deliver(row.pk, at=NINE + timedelta(minutes=2))

    assert [mail["Subject"] for mail in post_office.messages] == ["New"]
    assert fresh(row).maybe_twice is False


def test_a_sheet_is_never_mailed(tomasz, site, post_office):
    row = planned(tomasz, message(site))

    assert deliveries.deliver(row.pk, at=NINE) == Outcome.NOT_OURS
    assert post_office.raw == []


def test_a_message_taken_back_by_hand_does_not_leave(row, post_office, max_):
    notices.withdraw(row, because="She asked us not to write.", by=max_, at=NINE)

    assert deliveries.deliver(row.pk, at=NINE) == Outcome.NOT_OURS
    assert post_office.raw == []
