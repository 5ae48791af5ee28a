"""Two records become one person's, and two again: what moves, what is told, what is refused, what can be taken back."""

from datetime import date, timedelta

import pytest

from booking.models import Appointment, Claim, WaitlistEntry
from clinic.actors import Actor
from clinic.models import AuditRow
from clinic.refusals import Refused, Stale
from intake.models import Consent, Screening
from outbox.models import Notice
from patients import belongings, glass, health, links, merging, notes, patients, restrictions, splitting, twins
from patients.merging import Merged
from patients.models import Allergy, ContactChange, DeskNote, Link, Merge, Pair, Patient, Restriction
from patients.splitting import CannotUndo
from tests.factories import booking
from tests.factories import treatments as chart
from tests.factories.booking import HOUSE, SUNDAY, TEN, minutes
from tests.factories.patients import patient
from tests.factories.waitlist import waits
from tests.story import signed_session
from treatments import seals
from treatments.models import Course, Session
from visits import erasing, reception
from visits import merging as story
from visits.access import BehindGlass

pytestmark = pytest.mark.django_db
LATER = TEN + timedelta(days=1)
A_DAY = timedelta(days=1)


@pytest.fixture
def second(db) -> Patient:
    """Mia's second record: misspelt, with another address."""
    return patient("Mia Okafer", email="mia@work.example", born_on=date(1994, 5, 21))


@pytest.fixture
def session(mia, ana, microneedling, site, dee, as_ana) -> Session:
    """What was done and signed under Mia's first record."""
    return signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana)


def merged(kept: Patient, gone: Patient, *, by=HOUSE, at=LATER, **how) -> Merge:
    kept.refresh_from_db()
    gone.refresh_from_db()
    return story.merge(kept, gone, versions=(kept.version, gone.version), by=by, at=at, **how)


def owned(person: Patient) -> dict[str, int]:
    """Return how many rows of each kind are the person's own, but for the history of their values."""
    counts = {key.label: key.of(person).count() for key in belongings.every_key() if key.model is not ContactChange}
    return {label: count for label, count in counts.items() if count}


# --- what moves ------------------------------------------------------------------------------------------


def test_everything_of_a_treated_patient_moves_and_the_seal_still_holds(session, mia, second):
    had = owned(mia)
    digest = session.seal_digest
    assert had.keys() >= {
        "booking.appointment",
        "booking.claim",
        "intake.consent",
        "intake.screening",
        "outbox.notice",
        "patients.restriction",
        "treatments.course",
        "treatments.session",
    }

    merged(second, mia)

    assert (owned(mia), owned(second)) == ({}, had | {"patients.patient": 1})
    session.refresh_from_db()
    assert (session.patient, session.seal_digest, seals.verify(session)) == (second, digest, True)


def test_a_session_signed_after_the_merge_is_sealed_for_the_one_record(mia, second, ana, microneedling, as_ana):
    chart.values()
    begun = chart.started(booking.visit(second, microneedling, ana), by=as_ana)
    merged(mia, second, at=TEN + minutes(1))
    begun.refresh_from_db()

    signed = chart.signed(begun, by=as_ana)

    assert seals.content(signed)["patient"] == str(mia.uuid)
    assert seals.verify(signed)


def test_the_ledger_explains_a_seal_through_two_merges(session, mia, second):
    third = patient("M. Okafor")

    merged(second, mia)
    merged(third, second, at=LATER + A_DAY)

    session.refresh_from_db()
    assert (session.patient, seals.verify(session)) == (third, True)
    assert seals.content(session)["patient"] == str(mia.uuid)
    assert merging.forwarded([mia.uuid, second.uuid, third.uuid]) == {mia.uuid: third.uuid, second.uuid: third.uuid}


def test_messages_still_to_come_go_to_the_one_record_and_sent_ones_stay(session, mia, second):
    due = set(Notice.objects.open().values_list("key", flat=True))
    Notice.objects.filter(kind="AFTER_24H").update(state=Notice.State.SENT, settled_at=TEN, message_id="<1@house>")
    sent = Notice.objects.get(kind="AFTER_24H").body_text

    merged(second, mia, take=["email"], at=TEN + minutes(90))

    assert set(Notice.objects.filter(patient=second).values_list("key", flat=True)) >= due
    assert Notice.objects.get(kind="AFTER_24H").body_text == sent
    assert {one.to_address for one in Notice.objects.open().filter(channel="mail")} == {"mia.okafor@post.example"}


def test_a_message_is_worded_for_the_name_that_stays(mia, second, microneedling, ana, site, dee):
    booked = {"service": microneedling, "practitioner": ana, "starts_at": TEN, "site": site, "by": dee, "at": SUNDAY}
    reception.book(patient=mia, **booked)

    merged(second, mia, at=SUNDAY, take=["email"])

    open_ones = Notice.objects.open()
    assert open_ones
    assert {one.patient_id for one in open_ones} == {second.pk}


def test_who_waits_waits_on_and_a_restriction_stands_for_the_one_record(mia, second, microneedling):
    entry = waits(second, microneedling)
    restrictions.write(second, source="tests", service_kinds=[], not_before=None, words="Ask first.", at=SUNDAY)

    merged(mia, second)

    assert WaitlistEntry.objects.get(pk=entry.pk).patient == mia
    assert restrictions.judge(mia, service_kind="needling", on=TEN.date(), at=LATER) is not None


def test_a_link_to_an_address_that_the_record_gives_up_opens_nothing_and_the_other_stays(mia, second):
    made = {"purpose": "tests", "expires_at": LATER + 9 * A_DAY, "at": SUNDAY}
    hers, stray = (links.make(patient=one, subject=f"x:{one.pk}", **made) for one in (mia, second))

    merged(mia, second)

    assert links.read(links.token(stray), purpose="tests", at=LATER) is None
    assert links.read(links.token(hers), purpose="tests", at=LATER).patient == mia
    assert Link.objects.filter(patient=mia).count() == 2


def test_every_change_is_in_the_trail_of_both(mia, second, as_ana):
    merged(mia, second, by=as_ana, take=["called"])

    rows = AuditRow.objects.filter(verb="merge")
    assert {row.patient_id_text for row in rows} == {str(mia.uuid), str(second.uuid)}
    assert {row.actor_name for row in rows} == {"Ana Duarte"}


# --- which value stays -----------------------------------------------------------------------------------


def test_each_field_is_chosen_and_the_other_name_still_finds_her(mia, second, dee):
    merged(mia, second, take=["email"])

    mia.refresh_from_db()
    assert (mia.name, mia.email, mia.former_names) == ("Mia Okafor", "mia@work.example", "Mia Okafer")
    assert list(Patient.objects.matching("okafer")) == [mia]
    assert list(Patient.objects.matching(second.reference)) == [mia]
    assert list(Patient.objects.matching(second.reference.removeprefix("R-"))) == [mia]


def test_what_only_clinicians_see_is_put_together_without_loss_for_who_may_not_see_it(mia, second, as_ana, max_):
    patients.edit(mia, version=1, skin_concerns="scars", has_cold_sores=True, by=as_ana, at=SUNDAY)
    patients.edit(second, version=1, skin_concerns="pores", fitzpatrick=3, by=as_ana, at=SUNDAY)

    merged(mia, second, by=max_)

    mia.refresh_from_db()
    assert (mia.skin_concerns, mia.fitzpatrick, mia.has_cold_sores) == ("scars; pores", 3, True)


def test_no_known_allergies_gives_way_to_an_allergy_of_the_other_record(mia, second, as_ana, max_):
    patients.edit(mia, version=1, no_known_allergies=True, by=as_ana, at=SUNDAY)
    health.note(Allergy, second, substance="nickel", by=as_ana, at=SUNDAY)

    merge = merged(mia, second, by=max_)

    mia.refresh_from_db()
    assert (mia.no_known_allergies, [str(one) for one in mia.allergies.all()]) == (False, ["nickel"])
    story.undo(merge, by=max_, at=LATER)
    mia.refresh_from_db()
    assert (mia.no_known_allergies, mia.allergies.count()) == (True, 0)


def test_a_struck_note_moves_and_says_what_it_said(mia, second, as_ana):
    note = notes.write(DeskNote, second, words="Has a dog", by=as_ana, at=SUNDAY)
    notes.strike(note, because="Has a cat", by=as_ana, at=SUNDAY)

    merged(mia, second, by=as_ana)

    assert [(one.words, one.struck_because) for one in mia.desk_notes.all()] == [("Has a dog", "Has a cat")]


def test_two_skin_types_are_for_a_clinician_to_choose_between(mia, second, as_ana, max_):
    patients.edit(mia, version=1, fitzpatrick=2, by=as_ana, at=SUNDAY)
    patients.edit(second, version=1, fitzpatrick=5, by=as_ana, at=SUNDAY)

    with pytest.raises(Refused) as refused:
        merged(mia, second, by=max_)

    assert refused.value.refusal.rule == "patient.merge_needs_clinician"
    assert Merge.objects.count() == 0
    merged(mia, second, by=as_ana, take=["fitzpatrick"])
    mia.refresh_from_db()
    assert mia.fitzpatrick == 5


def test_who_is_somebody_else_than_the_one_is_somebody_else_than_the_other(mia, second, dee):
    namesake = patient("Mia Okafor", phone="0113 496 0555")
    twins.set_apart(second, namesake, by=dee, at=SUNDAY)

    merged(mia, second)

    assert Pair.objects.get(low=mia, high=namesake).set_apart_by == dee.user


# --- what is refused -------------------------------------------------------------------------------------


def test_visits_of_both_at_one_time_are_named(mia, second, microneedling, consultation, ana, ben, room):
    consultation.practitioners.set([ben])
    booking.visit(mia, microneedling, ana)
    consultation.rooms.set([type(room).objects.create(site=room.site, name="Room 2")])
    booking.visit(second, consultation, ben, starts_at=TEN + minutes(15))

    with pytest.raises(Refused) as refused:
        merged(mia, second, at=SUNDAY)

    assert refused.value.refusal.sentence == (
        f"Both records have a visit at the same time: {mia.reference} 2 Mar 2026, 10:00 Microneedling; "
        f"{second.reference} 2 Mar 2026, 10:15 Consultation. Move or cancel one of each first."
    )
    assert Appointment.objects.get(patient=second).state == "booked"


def test_a_record_that_changed_since_it_was_read_is_looked_at_again(mia, second, dee):
    patients.edit(second, version=1, called="Mimi", by=dee, at=SUNDAY)

    with pytest.raises(Stale):
        story.merge(mia, second, versions=(1, 1), by=dee, at=LATER)


def test_a_merged_record_is_nowhere_and_takes_nothing_new(mia, second, microneedling, ana, site, dee):
    merged(mia, second)

    assert list(Patient.objects.all()) == [mia]
    with pytest.raises(Merged, match=f"This record became part of {mia.reference}, Mia Okafor"):
        reception.book(
            patient=second, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
        )
    with pytest.raises(Merged):
        merged(second, patient("Mia O."))
    with pytest.raises(Merged):
        merged(patient("Mia P."), second)


def test_a_record_is_not_merged_with_itself(mia):
    with pytest.raises(Refused) as refused:
        merged(mia, mia)

    assert refused.value.refusal.rule == "patient.merge_of_one"


def test_a_closed_record_takes_part_in_no_merge(mia, second, site, max_):
    erasing.erase(second, reason="Asked by letter", site=site, by=max_, at=SUNDAY)

    for kept, gone in ((mia, second), (second, mia)):
        with pytest.raises(Refused, match=f"{second.reference} was closed because its patient asked for that."):
            story.merge(kept, gone, versions=(kept.version, gone.version), by=max_, at=LATER)

    assert Merge.objects.count() == 0


def test_nobody_reaches_a_record_behind_glass_by_merging_it_with_their_own(mia, second, ana, microneedling):
    booking.visit(mia, microneedling, ana)
    strict = Actor.of(ana, own_only=True)

    for kept, gone in ((mia, second), (second, mia)):
        with pytest.raises(BehindGlass) as stopped:
            merged(kept, gone, by=strict)
        assert stopped.value.patient == second
    assert Merge.objects.count() == 0

    glass.break_(second, reason="Both are Mia", by=strict, at=LATER)
    merge = merged(mia, second, by=strict)
    assert story.undo(merge, by=strict, at=LATER + A_DAY) == []


def test_who_treats_neither_does_not_part_them_again(mia, second, ben):
    merge = merged(mia, second)

    with pytest.raises(BehindGlass) as stopped:
        story.undo(merge, by=Actor.of(ben, own_only=True), at=LATER)

    assert stopped.value.patient == mia
    merge.refresh_from_db()
    assert merge.undone_at is None


# --- and back --------------------------------------------------------------------------------------------


def test_undone_everything_stands_as_before(session, mia, second, as_ana):
    had = (owned(mia), owned(second))
    before = Patient.objects.filter(pk=second.pk).values().get()
    merge = merged(second, mia, by=as_ana, take=["phone", "born_on"])

    left = story.undo(merge, by=as_ana, at=LATER + A_DAY)

    assert (owned(mia), owned(second), left) == (*had, [])
    after = Patient.objects.filter(pk=second.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {"version"}
    session.refresh_from_db()
    assert (session.patient, seals.verify(session)) == (mia, True)
    assert set(Patient.objects.all()) == {mia, second}


def test_what_was_added_since_to_what_goes_back_follows_it(mia, second, microneedling, ana, site, dee):
    visit = booking.visit(second, microneedling, ana)
    merge = merged(mia, second, at=SUNDAY)
    visit.refresh_from_db()
    moved = reception.move(visit, starts_at=TEN + A_DAY, version=visit.version, by=dee, at=SUNDAY)
    own = reception.book(
        patient=mia, service=microneedling, practitioner=ana, starts_at=TEN, site=site, by=dee, at=SUNDAY
    )

    story.undo(merge, by=dee, at=SUNDAY)

    owners = {
        claim.appointment_id: claim.patient for claim in Claim.objects.filter(is_active=True, patient__isnull=False)
    }
    assert owners == {moved.pk: second, own.pk: mia}
    about = {one.patient for one in Notice.objects.filter(subject=f"appointment:{moved.pk}")}
    assert about == {second}


def test_what_belongs_to_both_by_now_stops_it_in_words(mia, second, microneedling, ana, as_ana):
    chart.values()
    visit = booking.visit(second, microneedling, ana)
    merge = merged(mia, second, at=SUNDAY)
    visit.refresh_from_db()
    chart.started(visit, by=as_ana)

    with pytest.raises(CannotUndo) as refused:
        story.undo(merge, by=as_ana, at=LATER)

    assert "Since the merge, something new belongs to both records" in refused.value.refusal.sentence
    merge.refresh_from_db()
    assert merge.undone_at is None
    assert Screening.objects.short().get().patient == Consent.objects.get().patient == mia


def test_a_field_that_was_edited_since_stays_and_is_named(mia, second, dee, as_ana):
    merge = merged(mia, second, by=as_ana, take=["email", "called"])
    mia.refresh_from_db()
    patients.edit(mia, version=mia.version, email="new@post.example", by=dee, at=LATER)

    assert story.undo(merge, by=as_ana, at=LATER) == ["E-mail"]
    mia.refresh_from_db()
    assert (mia.email, mia.former_names) == ("new@post.example", "")


def test_a_merge_of_a_record_that_was_closed_since_is_for_good(mia, second, site, max_):
    merge = merged(mia, second)
    assert splitting.undoable(at=LATER) == [merge]
    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)

    with pytest.raises(CannotUndo, match="The record was closed since"):
        story.undo(merge, by=max_, at=LATER)

    assert splitting.undoable(at=LATER) == []


def test_after_thirty_days_it_is_for_good(mia, second, dee):
    merge = merged(mia, second)

    with pytest.raises(CannotUndo, match="more than 30 days ago"):
        story.undo(merge, by=dee, at=LATER + 31 * A_DAY)

    story.undo(merge, by=dee, at=LATER + 30 * A_DAY)
    with pytest.raises(CannotUndo, match="undone before"):
        story.undo(merge, by=dee, at=LATER + 30 * A_DAY)


def test_a_record_that_was_merged_on_is_split_from_the_last_merge_first(mia, second, dee):
    third = patient("M. Okafor")
    first, last = merged(second, mia), merged(third, second, at=LATER + A_DAY)

    with pytest.raises(CannotUndo, match=f"became part of {third.reference} since"):
        story.undo(first, by=dee, at=LATER + A_DAY)

    story.undo(last, by=dee, at=LATER + A_DAY)
    story.undo(first, by=dee, at=LATER + A_DAY)
    assert set(Patient.objects.all()) == {mia, second, third}
    assert not Restriction.objects.exists()
    assert not Course.objects.exists()
