"""An open adverse reaction keeps the next session and its messages away, and a lead hears of a grave one at once."""

from datetime import timedelta

import pytest

from booking.models import Appointment
from clinic.actors import Actor
from clinic.models import Role, RoleGrant
from clinic.refusals import Refused
from outbox import deliveries
from outbox.models import Notice
from patients import restrictions
from patients.models import Restriction
from tests.factories import aftercare, booking, treatments
from tests.factories import clinic as house
from tests.factories import patients as people
from tests.factories.booking import TEN
from treatments import courses, gates
from treatments.models import Reaction, Session
from visits import answers, keeping, merging, reactions, reception

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

THIRD_DAY, FIFTH_DAY = TEN + timedelta(days=3), TEN + timedelta(days=5)
NEXT = TEN + timedelta(days=35)
FOLLOW_UPS = {"FOLLOW_28D", "FOLLOW_35D", "FOLLOW_42D"}
RULE = "restriction.needs_clinician"


@pytest.fixture(autouse=True)
def letters(db):
    aftercare.values()


@pytest.fixture
def lead(db):
    return house.user("Vera Lind", Role.PRESCRIBER)


@pytest.fixture
def session(letters, course):
    return Session.objects.get()


@pytest.fixture
def reported(session, mia, site, as_ana):
    """Return what reports a reaction of Mia's session, on the fifth day."""

    def report(**said):
        known = {
            "category": "prolonged_erythema",
            "grade": 2,
            "onset_at": THIRD_DAY,
            "causality": "possible",
            "signs": "Red and warm.",
        }
        return reactions.report(mia, session=session, site=site, by=as_ana, at=FIFTH_DAY, **(known | said))

    return report


@pytest.fixture
def step(site, as_ana):
    return {"site": site, "by": as_ana, "at": FIFTH_DAY}


@pytest.fixture
def book(mia, microneedling, ana, site, dee):
    def booked(**more):
        known = {"patient": mia, "service": microneedling, "practitioner": ana, "starts_at": NEXT, "site": site}
        return reception.book(**(known | more), by=dee, at=FIFTH_DAY)

    return booked


def planned():
    return set(Notice.objects.open().filter(owner="aftercare", kind__in=FOLLOW_UPS).values_list("kind", flat=True))


def test_no_needling_is_booked_while_it_is_open(reported, book, ana):
    reported()
    RoleGrant.objects.create(user=ana, role=Role.PRESCRIBER)

    with pytest.raises(Refused) as refused:
        book()
    with pytest.raises(Refused):
        book(agreed_by=ana, agreed_reason="The skin looks fine to me")

    refusal = refused.value.refusal
    assert (refusal.rule, refusal.is_hard, refusal.earliest) == (RULE, True, None)
    assert refusal.sentence == "A practitioner looks at the skin first. Book a review instead."


def test_closed_it_stops_nothing(reported, book, step):
    reactions.close(reported(), version=1, outcome="resolved", words="Gone.", **step)

    assert book().starts_at == NEXT


def test_a_review_is_booked_all_the_same(reported, book, review):
    reported()

    assert book(service=review, starts_at=TEN + timedelta(days=7)).state == Appointment.State.BOOKED


@pytest.mark.parametrize("said", [{"grade": 1}, {"category": "sharps_bbv_exposure", "affected": "staff", "grade": 3}])
def test_a_mild_one_and_one_of_the_house_keep_nobody_away(reported, book, said):
    reported(**said)

    assert book().starts_at == NEXT


def test_a_lower_grade_lets_go_and_a_higher_one_holds_again(reported, mia, step):
    reaction = reported()

    def stands():
        return Restriction.objects.filter(patient=mia, source=f"reaction:{reaction.uuid}", lifted_at=None).exists()

    seen = [stands()]
    for version, grade in enumerate((1, 3), start=1):
        reactions.follow(reaction, version=version, grade=grade, **step)
        seen.append(stands())
    reactions.strike(reaction, because="Wrong patient", **step)
    assert [*seen, stands()] == [True, False, True, False]


def test_of_two_that_are_open_the_second_holds_when_the_first_is_closed(reported, mia, step):
    first, _second = reported(), reported(category="herpes_reactivation")

    reactions.close(first, version=1, outcome="resolved", words="Gone.", **step)

    assert restrictions.judge(mia, service_kind="needling", on=NEXT.date(), at=FIFTH_DAY).rule == RULE


def test_a_visit_that_is_booked_does_not_begin_and_waits_to_be_settled(reported, book, step, site, mia):
    visit = book()
    reaction = reported()
    here = treatments.arrived(visit)

    assert gates.restriction_refusal(here, on=NEXT.date(), at=NEXT, is_asked_now=True).rule == RULE
    assert gates.foreseen(here, at=NEXT).rule == RULE

    reactions.close(reaction, version=1, outcome="resolved", words="Gone.", **step)
    assert gates.restriction_refusal(here, on=NEXT.date(), at=NEXT, is_asked_now=True) is None


def test_the_desk_finds_the_visit_among_those_to_settle(reported, book, step, site):
    visit = book()
    assert answers.broken(site=site, at=FIFTH_DAY) == []

    reported()

    assert [one.visit for one in answers.broken(site=site, at=FIFTH_DAY)] == [visit]


def test_the_desk_hears_three_words_and_nothing_more(reported, mia):
    reported(signs="quetzalcoatlus")

    word = restrictions.word_for_desk(mia, on=FIFTH_DAY.date())
    assert (word.kind, word.text) == ("needs_clinician", "Needs a clinician")


def test_nobody_is_asked_back_meanwhile_and_everybody_is_afterwards(reported, step):
    care = Notice.objects.open().filter(owner="aftercare", due_at__gt=FIFTH_DAY).exclude(kind__in=FOLLOW_UPS)
    before = (planned(), set(care.values_list("kind", flat=True)))
    assert before[0] == FOLLOW_UPS

    reaction = reported()
    assert (planned(), set(care.values_list("kind", flat=True))) == (set(), before[1])
    assert set(Notice.objects.filter(kind__in=FOLLOW_UPS).values_list("state_reason", flat=True)) == {
        "The next session waits for a clinician."
    }

    reactions.close(reaction, version=1, outcome="resolved", words="Gone.", **step)
    assert (planned(), set(care.values_list("kind", flat=True))) == before


def test_the_course_rests_meanwhile_and_goes_on_by_itself(reported, course, step):
    def stands():
        course.refresh_from_db()
        return course.state, course.pause_cause

    first, second = reported(), reported(category="herpes_reactivation")
    assert stands() == ("paused", "reaction")

    reactions.close(first, version=1, outcome="resolved", words="Gone.", **step)
    assert stands() == ("paused", "reaction")

    reactions.close(second, version=1, outcome="resolved", words="Gone.", **step)
    assert stands() == ("running", "")


def test_a_course_that_rests_for_another_cause_is_left_to_rest(reported, course, step, as_ana):
    courses.pause(course, cause="wish", by=as_ana, at=FIFTH_DAY)

    reactions.close(reported(), version=1, outcome="resolved", words="Gone.", **step)

    course.refresh_from_db()
    assert (course.state, course.pause_cause) == ("paused", "wish")


def test_a_visit_that_was_booked_keeps_its_place_in_the_course(reported, book, step):
    visit = book()
    assert courses.place(visit) == "2 of 4"

    reactions.close(reported(), version=1, outcome="resolved", words="Gone.", **step)

    assert courses.place(visit) == "2 of 4"


def test_a_mild_one_keeps_no_message_back(reported):
    reported(grade=1)

    assert planned() == FOLLOW_UPS


def test_each_lead_hears_at_once_and_the_mail_names_nobody(reported, lead, mia, smtp_server):
    reported(grade=3, category="infection_bacterial", signs="Pus on the left cheek")

    deliveries.send_due(clock=lambda: FIFTH_DAY)

    told = [mail for mail in smtp_server.messages if mail["To"] == lead.email]
    assert [mail["Subject"] for mail in told] == ["Please look at one entry now"]
    words = told[0].get_content()
    assert "Sign in to read it" in words
    for secret in ("Mia", "Okafor", mia.reference, "nfection", "Pus", "reaction"):
        assert secret not in words


def test_a_milder_one_alerts_nobody(reported, lead):
    reported(grade=2)

    assert not Notice.objects.filter(owner="reactions").exists()


def test_it_is_said_once_and_again_when_it_grows_worse(reported, lead, step):
    reaction = reported(grade=3)
    reactions.follow(reaction, version=1, words="The same.", **step)
    assert Notice.objects.filter(owner="reactions").count() == 1

    reactions.follow(reaction, version=2, grade=4, **(step | {"at": FIFTH_DAY + timedelta(hours=1)}))

    assert Notice.objects.filter(owner="reactions").count() == 2


def test_what_a_lead_looked_at_before_it_left_is_said_no_more(reported, lead, smtp_server):
    reaction = reported(grade=3)
    reactions.look(reaction, words="Seen.", by=Actor.of(lead), at=FIFTH_DAY)

    deliveries.send_due(clock=lambda: FIFTH_DAY)

    row = Notice.objects.get(owner="reactions")
    assert (row.state, row.state_reason) == ("withdrawn", "Somebody looked at it before.")


def test_what_was_struck_alerts_nobody(reported, lead, step):
    reactions.strike(reported(grade=3), because="Wrong patient", **step)

    assert reactions.still_wanted(Notice.objects.get(owner="reactions"), at=FIFTH_DAY) != ""


def test_it_goes_with_a_merge_and_still_holds(reported, step, as_ana):
    zoe = people.zoe()
    reaction = reported()

    merging.merge(zoe, reaction.patient, versions=(zoe.version, reaction.patient.version), by=as_ana, at=FIFTH_DAY)

    kept = Reaction.objects.get()
    assert kept.patient == zoe
    assert restrictions.judge(zoe, service_kind="needling", on=NEXT.date(), at=FIFTH_DAY).rule == RULE
    reactions.close(kept, version=1, outcome="resolved", words="Gone.", **step)
    assert restrictions.judge(zoe, service_kind="needling", on=NEXT.date(), at=FIFTH_DAY) is None


def test_a_step_of_it_is_an_entry_in_the_record(reported, mia, site, as_ana):
    reaction = reported()
    years_later = FIFTH_DAY + timedelta(days=400)

    reactions.follow(reaction, version=1, words="Still there.", site=site, by=as_ana, at=years_later)

    assert keeping.last_entry_on(mia, site) == years_later.date()


def test_the_report_to_an_authority_changes_nothing_else(reported, as_ana):
    reaction = reported()

    told = {"reported_to": "mhra", "reported_on": FIFTH_DAY.date(), "reference": "YC-1"}
    reactions.told_authority(reaction, **told, by=as_ana, at=FIFTH_DAY)

    assert (Reaction.objects.get().report_reference, Restriction.objects.filter(lifted_at=None).count()) == ("YC-1", 2)


def test_visits_booked_elsewhere_are_left_alone(reported, tomasz, microneedling, ana):
    reported()

    assert booking.visit(tomasz, microneedling, ana, starts_at=NEXT).state == Appointment.State.BOOKED
