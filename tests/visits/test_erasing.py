"""A patient asks to be forgotten: what goes, what is closed, and until when."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftercare.models import Plan
from booking.models import Appointment, WaitlistEntry
from clinic import retention
from clinic.models import AuditRow, Site
from clinic.refusals import Refused
from intake.models import Consent
from outbox import notices
from outbox.models import Notice
from patients import holds, links, notes, opening, twins
from patients.models import DeskNote, Erasure, Link, Patient
from tests.factories import booking
from tests.factories import intake as signing
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.waitlist import waits
from tests.story import signed_session
from visits import erasing, keeping, reactions, reception

pytestmark = pytest.mark.django_db(transaction=True)

LATER = TEN + timedelta(days=60)


@pytest.fixture
def told(mia, ana, microneedling, site, dee, as_ana):
    """Mia was treated in March; her visit after that was called off."""
    session = signed_session(mia, ana, microneedling, site, desk=dee, by=as_ana)
    for visit in Appointment.objects.standing().filter(patient=mia):
        reception.cancel(visit, version=visit.version, reason="Moves away", by=dee, at=TEN + minutes(200))
    for kind in notes.kinds_for(as_ana):
        notes.write(kind, mia, words="Has a dog", by=as_ana, at=TEN)
    return session


@pytest.fixture
def erasure(told, mia, site, max_):
    return erasing.erase(mia, reason="Asked by letter to be forgotten", site=site, by=max_, at=LATER)


def mia_now() -> Patient:
    return Patient.everybody.get(name="Mia Okafor")


def test_the_record_is_closed_and_dated(erasure, site):
    assert mia_now().closed_at == LATER
    assert erasure.delete_on == date(2034, 3, 27)  # eight years after the last visit that stood in the diary
    assert AuditRow.objects.get(verb="record.closed").patient_id_text == str(mia_now().uuid)


def test_nobody_finds_it_where_patients_are_found(erasure):
    mia = mia_now()

    assert not Patient.objects.filter(pk=mia.pk).exists()
    assert not Patient.objects.matching("mia").exists()
    assert twins.look_alikes(name="Mia Okafor", phone=str(mia.phone)) == []


def test_what_may_go_is_gone(erasure):
    mia = mia_now()

    wants = (mia.wants_appointment_mail, mia.wants_aftercare_mail, mia.wants_marketing_mail)
    assert wants == (False, False, False)
    assert not DeskNote.objects.exists()
    assert not Appointment.objects.exclude(note="").exists()
    assert erasure.removed["patients.Patient"] == 1


def test_every_field_that_is_to_be_removed_is_empty(erasure):
    gone = [code for code, kind in retention.kinds().items() if kind.at_erasure == retention.REMOVED]
    left = [
        (model._meta.label, field.name)
        for model, field in retention.fields_of(*gone)
        if (rows := erasing.rows_of(model, mia_now())) is not None
        for value in rows.values_list(field.attname, flat=True)
        if value
    ]

    assert left == []


def test_the_control_before_it_something_was_there(told, mia):
    assert mia.wants_aftercare_mail
    assert DeskNote.objects.filter(patient=mia).exists()


def test_what_must_stay_stays(erasure, told):
    mia = mia_now()
    told.refresh_from_db()

    assert (mia.name, str(mia.born_on), told.is_signed) == ("Mia Okafor", "1994-05-21", True)
    assert mia.clinical_notes.count() == 1


def test_nothing_more_is_said_or_open_to_them(told, mia, microneedling, site, max_):
    waits(mia, microneedling, at=SUNDAY)
    link = links.make(patient=mia, purpose="offer", subject="offer:x", expires_at=LATER + timedelta(days=1), at=TEN)

    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)

    assert not Notice.objects.open().filter(patient=mia).exists()
    assert not Plan.objects.filter(session__patient=mia, stopped_at=None).exists()
    assert not WaitlistEntry.objects.waiting().exists()
    assert Link.objects.get(pk=link.pk).revoked_at == LATER


def test_photos_are_shown_to_nobody_any_more(told, mia, site, max_, as_ana):
    kept, shown = (
        [signing.signed(mia, purpose=one, by=as_ana, at=TEN) for one in purposes]
        for purposes in (["clinical_photos"], ["teaching_photos", "marketing_photos"])
    )

    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)

    ends = Consent.objects.filter(pk__in=[one.pk for one in kept + shown]).order_by("pk")
    assert [(one.withdrawn_at, one.withdrawn_by_name) for one in ends] == [(None, ""), *[(LATER, max_.name)] * 2]


@pytest.mark.postgres
def test_the_row_that_every_plan_takes_first_is_taken_first(told, mia, site, max_):
    with CaptureQueriesContext(connection) as done:
        erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)

    asked = [one["sql"] for one in done if "BEGIN" not in one["sql"]]
    assert ('"patients_patient"' in asked[0], asked[0].endswith("FOR NO KEY UPDATE")) == (True, True)


def test_a_message_to_a_closed_record_is_not_tried_again(told, mia, site, max_):
    notice = Notice.objects.filter(patient=mia).earliest("pk")
    erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.FAILED, not_after=LATER + timedelta(days=1))
    notice.refresh_from_db()

    with pytest.raises(opening.Closed):
        notices.try_again(notice, by=max_, at=LATER)


def test_a_visit_to_come_is_settled_first(mia, ana, microneedling, site, max_):
    visit = booking.visit(mia, microneedling, ana)

    with pytest.raises(erasing.Unfinished, match="A visit is still booked") as stopped:
        erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=SUNDAY)

    assert stopped.value.refusal.values == {"visit": visit.uuid}
    assert mia_now().closed_at is None


def test_an_open_reaction_is_closed_first(told, mia, site, max_, as_ana):
    reaction = reactions.report(
        mia,
        session=told,
        site=site,
        category="prolonged_erythema",
        grade=1,
        onset_at=TEN + timedelta(days=2),
        causality="possible",
        signs="Red and warm.",
        by=as_ana,
        at=LATER,
    )

    with pytest.raises(erasing.Unfinished) as refused:
        erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)

    assert refused.value.refusal.sentence == ("An adverse reaction is open. Follow it to its end and close it first.")
    assert (refused.value.refusal.values, Erasure.objects.count()) == ({"reaction": reaction.uuid}, 0)

    reactions.close(reaction, version=1, outcome="resolved", words="Gone.", site=site, by=as_ana, at=LATER)
    mia.refresh_from_db()

    assert erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER).patient == mia


def test_under_a_legal_hold_nothing_is_erased(told, mia, site, max_):
    holds.set_(mia, reason="A claim is made", by=max_, at=TEN)

    with pytest.raises(holds.Held):
        erasing.erase(mia, reason="Asked by letter", site=site, by=max_, at=LATER)

    assert mia_now().wants_aftercare_mail
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 251])
def test_what_was_asked_for_is_written_down(told, mia, site, max_, reason):
    with pytest.raises(Refused, match="Write what the patient asked for"):
        erasing.erase(mia, reason=reason, site=site, by=max_, at=LATER)


def test_a_record_is_closed_once(erasure, site, max_):
    with pytest.raises(Refused, match="This record was closed before"):
        erasing.erase(mia_now(), reason="Asked again", site=site, by=max_, at=LATER)


def test_who_comes_back_has_their_record_back_but_not_what_was_removed(erasure, max_):
    erasing.reopen(erasure, by=max_, at=LATER + timedelta(days=1))
    erasing.reopen(erasure, by=max_, at=LATER + timedelta(days=2))

    mia = Patient.objects.get(name="Mia Okafor")
    assert (mia.closed_at, mia.wants_aftercare_mail) == (None, False)
    assert erasure.reopened_at == LATER + timedelta(days=1)


def test_the_last_entry_counts_whichever_layer_it_was_written_in(mia, site, as_ana, told):
    assert keeping.last_entry_on(mia, site) == date(2026, 3, 27)

    (clinical,) = [kind for kind in notes.kinds_for(as_ana) if kind is not DeskNote]
    notes.write(clinical, mia, words="Healed well", by=as_ana, at=LATER)

    assert keeping.last_entry_on(mia, site) == LATER.date()
    assert Site.objects.get().keep_years == 8
