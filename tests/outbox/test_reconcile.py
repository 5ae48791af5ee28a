from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic.actors import Actor
from clinic.words import Words
from outbox import notices, suppressions
from outbox.models import Notice
from outbox.notices import Tally
from patients import patients
from tests.factories import outbox
from tests.factories.outbox import NINE, message, plan, planned

State, Channel = Notice.State, Notice.Channel
LATER = NINE + timedelta(hours=3)
KINDS = ["AFTER_24H", "AFTER_48H", "FOLLOW_28D"]


def states():
    return dict(Notice.objects.values_list("kind", "state"))


def rows():
    return list(Notice.objects.order_by("key").values())


def test_what_is_desired_stands_in_the_outbox_with_its_words_and_times(mia, site):
    tally = plan(mia, message(site))

    row = Notice.objects.get()
    assert tally == Tally(inserted=1)
    assert row.key == "tests:AFTER_24H:session:7:"
    assert (row.state, row.channel, row.to_address) == (State.DUE, Channel.MAIL, "mia.okafor@post.example")
    assert (row.due_at, row.not_after) == (NINE, NINE + timedelta(hours=24))
    assert row.headline == "One day after your visit"
    assert row.body_text == outbox.WORDS.text
    assert row.patient == mia


def test_planning_twice_changes_nothing(mia, site):
    wanted = [message(site, "AFTER_24H"), message(site, "AFTER_48H")]
    plan(mia, *wanted)
    before = rows()

    tally = plan(mia, *wanted, at=NINE)

    assert tally == Tally(kept=2)
    assert rows() == before


def test_another_time_re_dates_the_row(mia, site):
    plan(mia, message(site))

    tally = plan(mia, message(site, due_at=LATER))

    assert tally == Tally(redated=1)
    assert Notice.objects.get().due_at == LATER


def test_other_words_re_word_the_row(mia, site):
    plan(mia, message(site))

    tally = plan(mia, message(site, words=Words("Two", "two\n", "<p>two</p>")))

    row = Notice.objects.get()
    assert tally == Tally(reworded=1)
    assert (row.headline, row.body_text, row.body_html) == ("Two", "two\n", "<p>two</p>")


def test_what_is_no_longer_desired_is_withdrawn_with_the_owners_reason(mia, site):
    row = planned(mia, message(site))
    outbox.no_longer_wanted[row.key] = "The next visit is booked."

    tally = plan(mia, at=NINE)

    row.refresh_from_db()
    assert tally == Tally(withdrawn=1)
    assert (row.state, row.state_reason, row.settled_at) == (State.WITHDRAWN, "The next visit is booked.", NINE)


def test_a_reason_that_is_given_stands_for_all(mia, site):
    row = planned(mia, message(site))

    plan(mia, because="The visit was cancelled.")

    row.refresh_from_db()
    assert row.state_reason == "The visit was cancelled."


def test_what_is_desired_again_is_revived(mia, site):
    row = planned(mia, message(site))
    plan(mia)

    tally = plan(mia, message(site))

    row.refresh_from_db()
    assert tally == Tally(revived=1)
    assert (row.state, row.state_reason, row.settled_at) == (State.DUE, "", None)


def test_a_message_whose_last_moment_has_passed_is_not_revived(mia, site):
    row = planned(mia, message(site))
    plan(mia)

    tally = plan(mia, message(site), at=row.not_after)

    row.refresh_from_db()
    assert tally == Tally(kept=1)
    assert row.state == State.WITHDRAWN


def test_moving_and_moving_back_leaves_everything_as_it_was(mia, site):
    monday, tuesday = message(site, "PRE_24H", occasion="monday"), message(site, "PRE_24H", occasion="tuesday")
    plan(mia, monday)
    before = list(Notice.objects.open().values())

    plan(mia, tuesday)
    plan(mia, monday)

    assert list(Notice.objects.open().values()) == before


@pytest.mark.parametrize("state", [State.SENT, State.DONE, State.EXPIRED, State.FAILED])
def test_what_is_settled_stays_as_it_is(mia, site, state):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=state, settled_at=NINE)
    before = rows()

    plan(mia, message(site, due_at=LATER))
    plan(mia)

    assert rows() == before


def test_what_a_person_withdrew_is_not_revived(mia, site, max_):
    row = planned(mia, message(site))
    notices.withdraw(row, because="She asked us not to write.", by=max_, at=NINE)

    tally = plan(mia, message(site))

    row.refresh_from_db()
    assert tally == Tally(kept=1)
    assert row.state == State.WITHDRAWN


def test_a_message_already_handed_over_is_only_marked_as_crossed(mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.HANDED)

    tally = plan(mia, because="The visit was cancelled.", at=NINE)
    plan(mia, because="Another time.", at=LATER)

    row.refresh_from_db()
    assert tally == Tally(kept=1)
    assert (row.state, row.crossed_at, row.state_reason) == (State.HANDED, NINE, "The visit was cancelled.")


def test_a_message_being_sent_that_changes_goes_back_to_due_with_its_new_words(mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=LATER)

    plan(mia, message(site, words=Words("Two", "two\n", "")))

    row.refresh_from_db()
    assert (row.state, row.lease_until, row.headline) == (State.DUE, None, "Two")


def test_a_message_being_sent_that_does_not_change_keeps_its_lease(mia, site):
    row = planned(mia, message(site))
    Notice.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=LATER)

    plan(mia, message(site))

    row.refresh_from_db()
    assert (row.state, row.lease_until) == (State.SENDING, LATER)


def test_another_owners_rows_and_another_patients_rows_are_not_touched(mia, tomasz, site):
    plan(mia, message(site))
    plan(tomasz, message(site, subject="session:8"))
    notices.reconcile(owner="booking", patient=mia, desired=[message(site)], at=NINE)
    before = rows()

    notices.reconcile(owner="aftercare", patient=mia, desired=[], at=NINE)
    plan(tomasz, message(site, subject="session:8"))

    assert rows() == before
    assert len(before) == 3


def test_a_patient_without_an_address_gets_a_sheet_and_a_call(tomasz, site):
    plan(tomasz, message(site, "AFTER_0H"), message(site, "FOLLOW_28D", purpose=Notice.Purpose.FOLLOW_UP))

    assert dict(Notice.objects.values_list("kind", "channel")) == {
        "AFTER_0H": Channel.SHEET,
        "FOLLOW_28D": Channel.CALL,
    }


def test_an_address_that_bounced_gets_no_more_mail(mia, site):
    suppressions.suppress("Mia.Okafor@post.example", reason="550 No such user", at=NINE)

    row = planned(mia, message(site))

    assert (row.channel, row.to_address) == (Channel.SHEET, "")


def test_a_patient_who_wants_no_aftercare_mail_still_gets_their_visits_by_mail(site):
    her = patients.register(
        name="Ida Bloom", email="ida@post.example", wants_aftercare_mail=False, by=Actor.system("tests"), at=NINE
    )

    plan(her, message(site), message(site, "PRE_24H", purpose=Notice.Purpose.APPOINTMENT))

    assert dict(Notice.objects.values_list("kind", "channel")) == {
        "AFTER_24H": Channel.SHEET,
        "PRE_24H": Channel.MAIL,
    }


def test_a_new_address_turns_sheets_that_are_not_printed_into_mail(tomasz, site, dee):
    row = planned(tomasz, message(site))
    patients.edit(tomasz, version=tomasz.version, by=dee, at=NINE, email="tomasz@post.example")

    tally = plan(tomasz, message(site))

    row.refresh_from_db()
    assert tally == Tally(reworded=1)
    assert (row.channel, row.to_address) == (Channel.MAIL, "tomasz@post.example")


def test_nothing_is_said_to_somebody_who_has_died(mia, site, dee):
    row = planned(mia, message(site))
    patients.edit(mia, version=mia.version, by=dee, at=NINE, died_on=date(2026, 3, 1))

    plan(mia, message(site), message(site, "AFTER_48H"))

    row.refresh_from_db()
    assert states() == {"AFTER_24H": State.WITHDRAWN}
    assert row.state_reason == "The patient has died."


# --- whatever is desired, in whatever order ----------------------------------------------------------------

wishes = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3)), max_size=4, unique_by=lambda wish: wish[0])


def as_messages(site, wish):
    return [message(site, kind, due_at=NINE + timedelta(hours=hours)) for kind, hours in wish]


def open_rows():
    return {row["kind"]: row for row in Notice.objects.open().values()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(wishes, max_size=4), last=wishes)
def test_the_outbox_says_what_was_desired_last_and_twice_is_once(mia, site, history, last):
    Notice.objects.all().delete()
    for wish in history:
        plan(mia, *as_messages(site, wish))

    plan(mia, *as_messages(site, last))
    first = rows()
    again = plan(mia, *as_messages(site, last))

    assert {kind: row["due_at"] for kind, row in open_rows().items()} == {
        kind: NINE + timedelta(hours=hours) for kind, hours in last
    }
    assert again.changed == 0
    assert rows() == first


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(here=wishes, there=wishes)
def test_there_and_back_is_nowhere(mia, site, here, there):
    Notice.objects.all().delete()
    plan(mia, *as_messages(site, here))
    before = open_rows()

    plan(mia, *as_messages(site, there))
    plan(mia, *as_messages(site, here))

    assert open_rows() == before


def test_a_message_names_itself_by_kind_subject_and_occasion(site):
    one = message(site, "PRE_24H", subject="appointment:3", occasion="2026-03-09T10:00")

    assert one.key("booking") == "booking:PRE_24H:appointment:3:2026-03-09T10:00"
    assert replace(one, due_at=LATER, not_after=LATER).key("booking") == one.key("booking")
