"""What happened without what comes first is recorded as it was, with its reason, and never made up or hidden."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from booking.models import Appointment
from clinic.refusals import Refused, Stale
from intake import screenings
from intake.models import ConsentText
from intake.screenings import Given
from tests.factories import booking, intake
from tests.factories import patients as people
from tests.factories import screening as full
from tests.factories import treatments as charts
from tests.factories.booking import TEN, minutes
from treatments import incidents, seals
from treatments.models import Incident, Session
from visits import reception, treatment

pytestmark = pytest.mark.django_db

LATER = TEN + minutes(90)


def recorded(visit, *, by, at=LATER, **facts):
    visit = Appointment.objects.for_board().get(pk=visit.pk)
    known = {
        "version": visit.version,
        "identity_name": visit.patient.name,
        "identity_born_on": visit.patient.born_on,
        "started_at": TEN + minutes(5),
        "needling_ended_at": TEN + minutes(65),
        "reason": "The tablet was broken; she agreed aloud.",
    }
    return treatment.record_afterwards(visit, **(known | facts), by=by, at=at)


@pytest.fixture(autouse=True)
def answered(request):
    """The health questions as a whole were answered the day before, by whoever is here."""
    full.up_to_date(request.getfixturevalue("mia"), at=TEN - timedelta(days=1))


def refusal_of(call):
    with pytest.raises(Refused) as refused:
        call()
    assert (Session.objects.count(), Incident.objects.count()) == (0, 0)
    return refused.value.refusal


def test_a_session_without_consent_and_check_is_recorded_as_it_was(visit, mia, ana, as_ana):
    session = recorded(visit, by=as_ana)

    assert (session.patient, session.practitioner, session.is_afterwards) == (mia, ana, True)
    assert (session.screening, session.consent) == (None, None)
    assert (session.started_at, session.needling_ended_at, session.ended_at) == (
        TEN + minutes(5),
        TEN + minutes(65),
        None,
    )
    assert (session.appointment.state, session.identity_confirmed_at) == ("in_room", LATER)
    incident = session.incidents.get()
    assert (incident.reason, incident.recorded_by, incident.recorded_at) == (
        "The tablet was broken; she agreed aloud.",
        ana,
        LATER,
    )
    assert [one["rule"] for one in incident.stopped_by] == ["screening.none", "consent.missing"]
    assert incident.stopped_by[1]["sentence"] == "Mia Okafor signs first: Microneedling."


def test_it_is_charted_ended_and_sealed_like_any_other_and_the_seal_says_so(visit, as_ana):
    session = recorded(visit, by=as_ana)
    charts.saved(session, by=as_ana, at=LATER)
    treatment.finish(Session.objects.get(), ended_at=TEN + minutes(70), by=as_ana, at=LATER)
    sealed = treatment.sign(Session.objects.get(), by=as_ana, at=LATER)

    said = seals.content(sealed)
    assert (said["is_afterwards"], said["screening"], said["consent"]) == (True, None, None)
    assert seals.verify(sealed)


def test_a_consent_that_stood_before_is_named_and_is_no_incident(visit, mia, as_ana):
    signed = intake.signed(mia, by=as_ana)

    session = recorded(visit, by=as_ana)

    assert session.consent == signed
    assert [one["rule"] for one in session.incidents.get().stopped_by] == ["screening.none"]


def test_a_consent_signed_after_the_deed_does_not_pass_for_one_before(visit, mia, as_ana):
    intake.signed(mia, by=as_ana, at=TEN + minutes(80))

    session = recorded(visit, by=as_ana)

    assert session.consent is None
    assert [one["rule"] for one in session.incidents.get().stopped_by] == ["screening.none", "consent.late"]


def checked(patient, *, by, at, **yes):
    return screenings.record(patient, answers=charts.all_clear(**yes), by=by, at=at)


YES = {"INFECTION": Given(is_yes=True, note="On the lip")}


def rules_of(session):
    return [one["rule"] for one in session.incidents.get().stopped_by]


def test_a_check_that_said_no_session_is_told_and_never_called_left_out(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    check = checked(mia, by=as_ana, at=TEN, **YES)

    session = recorded(visit, by=as_ana)

    assert (session.screening, check.outcome) == (check, "blocked")
    assert rules_of(session) == ["screening.blocked", "restriction.needs_clinician"]
    assert session.incidents.get().stopped_by[0] == {
        "rule": "screening.blocked",
        "title": "No session today.",
        "sentence": "The check at 10:00 said: no session today. Its answers stand on the record.",
    }


def test_a_clear_check_before_it_is_no_incident(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    checked(mia, by=as_ana, at=TEN - minutes(5), **YES)
    clear = checked(mia, by=as_ana, at=TEN)

    session = recorded(visit, by=as_ana)

    assert (session.screening, rules_of(session)) == (clear, [])


def test_a_check_that_came_after_the_beginning_is_told_as_late_with_what_it_said(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    late = checked(mia, by=as_ana, at=TEN + minutes(6), **YES)

    session = recorded(visit, by=as_ana)

    assert (session.screening, rules_of(session)) == (
        late,
        ["screening.late", "screening.blocked", "restriction.needs_clinician"],
    )


def test_a_beginning_put_before_the_no_does_not_hide_it(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    clear = checked(mia, by=as_ana, at=TEN)
    checked(mia, by=as_ana, at=TEN + minutes(6), **YES)

    session = recorded(visit, by=as_ana)

    assert (session.screening, rules_of(session)) == (
        clear,
        ["screening.blocked", "restriction.needs_clinician"],
    )


def test_the_health_questions_as_a_whole_are_no_check_at_the_start(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    full.screened(mia, by=as_ana, at=TEN)

    session = recorded(visit, by=as_ana)

    assert (session.screening, rules_of(session)) == (None, ["screening.none"])


def test_health_questions_never_answered_are_told(microneedling, ana, as_ana):
    zoe = people.patient("Zoe", born_on=date(1994, 5, 21))
    intake.signed(zoe, by=as_ana)

    session = recorded(booking.visit(zoe, microneedling, ana), by=as_ana)

    assert rules_of(session) == ["screening.none", "screening.full_never"]


def test_a_check_of_another_day_or_of_another_person_is_not_of_this_session(visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    checked(mia, by=as_ana, at=TEN - timedelta(days=1))
    checked(people.patient("Zoe"), by=as_ana, at=TEN)

    session = recorded(visit, by=as_ana)

    assert (session.screening, rules_of(session)) == (None, ["screening.none"])


def test_where_no_words_are_set_up_there_was_no_consent(visit, as_ana, monkeypatch):
    monkeypatch.setattr(ConsentText, "objects", ConsentText.objects.none())

    session = recorded(visit, by=as_ana)

    assert session.incidents.get().stopped_by[1] == {
        "rule": "consent.missing",
        "title": "There is no consent yet.",
        "sentence": "Mia Okafor signs first: Microneedling.",
    }


def test_nobody_is_charted_on_a_wrong_record(visit, as_ana):
    assert refusal_of(lambda: recorded(visit, by=as_ana, identity_name="Zoe")).rule == "identity.not_confirmed"


@pytest.mark.parametrize("reason", ["", "   ", "a" * 4001])
def test_an_incident_says_why(visit, as_ana, reason):
    assert refusal_of(lambda: recorded(visit, by=as_ana, reason=reason)).rule == "incident.reason"


@pytest.mark.parametrize(
    ("over_at", "rule"),
    [
        (LATER + minutes(1), "afterwards.not_over"),
        (TEN + minutes(5), "afterwards.order"),
        (TEN, "afterwards.order"),
    ],
)
def test_only_what_is_over_happened_already(visit, as_ana, over_at, rule):
    assert refusal_of(lambda: recorded(visit, by=as_ana, needling_ended_at=over_at)).rule == rule


@pytest.mark.parametrize(
    ("started_at", "rule"),
    [(LATER + minutes(1), "afterwards.future"), (TEN - timedelta(days=1), "afterwards.other_day")],
)
def test_it_began_on_the_day_of_its_visit_and_before_now(visit, as_ana, started_at, rule):
    assert refusal_of(lambda: recorded(visit, by=as_ana, started_at=started_at)).rule == rule


def test_a_visit_of_an_earlier_day_can_be_recorded_still(visit, as_ana):
    session = recorded(visit, by=as_ana, at=TEN + timedelta(days=2))

    assert (session.started_at, session.appointment.state) == (TEN + minutes(5), "in_room")


def test_a_visit_that_did_not_take_place_is_not_charted(visit, dee, as_ana):
    reception.cancel(visit, version=visit.version, reason="Ill", by=dee, at=TEN - minutes(30))

    assert refusal_of(lambda: recorded(visit, by=as_ana)).rule == "afterwards.no_visit"


def test_a_talk_is_no_session(mia, consultation, ana, as_ana):
    visit = booking.visit(mia, consultation, ana)

    assert refusal_of(lambda: recorded(visit, by=as_ana)).rule == "start.not_needling"


def test_a_visit_has_one_record(visit, as_ana):
    recorded(visit, by=as_ana)

    with pytest.raises(Refused) as refused:
        recorded(visit, by=as_ana)
    assert refused.value.refusal.rule == "start.again"


def test_what_changed_meanwhile_is_read_first(visit, as_ana):
    with pytest.raises(Stale):
        recorded(visit, by=as_ana, version=visit.version + 7)
    assert Session.objects.count() == 0


def test_the_ordinary_start_still_needs_both(visit, as_ana):
    session = recorded(visit, by=as_ana)

    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(is_afterwards=False)


def test_a_lead_looks_at_it_once(visit, as_ana, max_):
    incident = recorded(visit, by=as_ana).incidents.get()
    assert list(Incident.objects.open()) == [incident]
    with pytest.raises(incidents.ReasonMissing):
        incidents.review(incident, words=" ", by=max_, at=LATER)

    incidents.review(incident, words="A second tablet was bought.", by=max_, at=LATER)

    assert list(Incident.objects.open()) == []
    with pytest.raises(incidents.ReviewedBefore):
        incidents.review(incident, words="Again.", by=max_, at=LATER)
    assert Incident.objects.get().review.words == "A second tablet was bought."


@pytest.mark.both_engines
@pytest.mark.parametrize("table", ["treatments_incident", "treatments_incidentreview"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"])
def test_what_was_told_is_never_changed(visit, as_ana, max_, table, sql):
    incidents.review(recorded(visit, by=as_ana).incidents.get(), words="Seen.", by=max_, at=LATER)

    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
    assert "is never changed" in str(error.value)
