"""The start page: who is here, what was asked, what was agreed to; nothing is answered beforehand."""

from datetime import timedelta

import pytest
from django.urls import reverse

from booking import appointments
from intake import consents
from intake.models import Screening
from intake.rules import Reply
from tests.desk.charting.conftest import tablet_of
from tests.factories import booking, intake, treatments
from tests.factories import patients as people
from tests.factories import screening as full
from tests.factories.booking import HOUSE, TEN, minutes
from tests.journeys.typed import AT_START, NO_TO_ALL
from treatments import courses
from treatments.models import Session

HERE = {"identity_name": True, "identity_born_on": True}
COURSE = {"concern": "Acne scars", "planned_sessions": "4"}
EVERYTHING = HERE | NO_TO_ALL | COURSE


@pytest.fixture
def start(visit, mia, as_ana):
    """Mia is there and has signed."""
    intake.signed(mia, by=as_ana)
    return reverse("desk:start", args=[treatments.arrived(visit).uuid])


def problems(sheet):
    return [node.text for node in sheet.styled("field-error")]


def test_nothing_is_answered_before_it_was_asked(tablet, start):
    page = tablet.open(start)

    assert [page.value(f"answer_{code}") for code in AT_START] == [""] * 11
    assert (page.value("identity_name"), page.value("identity_born_on"), page.value("beside")) == ("", "", "")


def test_a_session_begins_and_its_chart_opens(tablet, start, mia, ana):
    tablet.open(start)

    page = tablet.press("Start session", EVERYTHING)

    session = Session.objects.get()
    assert (page.status, page.address) == (200, reverse("desk:chart", args=[session.uuid]))
    assert (session.patient, session.practitioner, session.number) == (mia, ana, 1)
    assert (session.consent.text.version, session.screening.outcome) == (1, "clear")
    assert (session.course.concern.code, session.course.planned_sessions) == ("acne_scars", 4)
    assert session.appointment.state == "in_room"


def test_a_single_session_needs_no_course(tablet, start, mia):
    tablet.open(start)

    tablet.press("Start session", EVERYTHING | {"concern": "No course, a single session"})

    assert (Session.objects.get().course, courses.running_for(mia)) == (None, None)


def test_a_patient_with_a_course_is_not_asked_for_one(tablet, start, mia, as_ana):
    treatments.course(mia, by=as_ana)
    page = tablet.open(start)

    assert page.all("select", name="concern") == []
    tablet.press("Start session", HERE | NO_TO_ALL)
    assert Session.objects.get().course == courses.running_for(mia)


def test_a_standing_consent_is_shown(tablet, start):
    page = tablet.open(start)

    assert "Version 1, signed on 2 March 2026 by Mia Okafor." in page.text


def test_without_a_signature_the_page_leads_to_where_it_is_given_and_back(tablet, visit, mia):
    start = reverse("desk:start", args=[treatments.arrived(visit).uuid])
    page = tablet.open(start)
    assert page.alerts == [
        "There is no consent yet. Mia Okafor signs first: Microneedling. Hand the device to Mia Read and sign: "
        "Microneedling Signed on paper: Microneedling"
    ]
    assert [button.words for button in page.all("button") if button.words == "Start session"] == []

    tablet.follow("Read and sign: Microneedling")
    page = tablet.press("I agree and sign", {"name": "Mia Okafor"})

    assert (page.address, page.toasts) == (start, ["Mia Okafor has signed: Microneedling, version 1."])
    tablet.press("Start session", EVERYTHING)
    assert Session.objects.get().consent == consents.standing(mia)


def test_the_device_is_handed_over_from_there_and_comes_back_there(tablet, visit, ana, mia):
    ana.set_password("needles-are-counted-twice")
    ana.save(update_fields=["password"])
    start = reverse("desk:start", args=[treatments.arrived(visit).uuid])
    tablet = tablet_of(ana)
    tablet.open(start)

    tablet.press("Hand the device to Mia")
    tablet.press("I agree and sign", {"name": "Mia Okafor"})
    page = tablet.press("Take the device back", {"password": "needles-are-counted-twice"})

    assert (page.address, page.toasts) == (start, ["Mia Okafor has signed: Microneedling, version 1."])
    assert consents.covers(mia, "procedure")


def test_what_is_planned_beside_the_needling_is_signed_first_and_the_answers_stay(tablet, start, mia, as_ana):
    tablet.open(start)
    page = tablet.press("Start session", EVERYTHING | {"beside": "prp"})

    assert page.status == 422
    assert page.alerts == [
        "There is no consent yet. Mia Okafor signs first: Microneedling with PRP. Read and sign: Microneedling with "
        "PRP Signed on paper: Microneedling with PRP It opens beside this page; what you typed stays here. Start again "
        "once it is signed."
    ]
    assert (page.value("answer_MEDICAL"), Session.objects.count()) == ("no", 0)

    intake.signed(mia, by=as_ana, purpose="prp")
    tablet.press("Start session")
    assert list(Session.objects.get().beside) == ["prp"]


def test_what_is_missing_is_said_at_its_field_and_the_rest_stays_as_typed(tablet, start):
    tablet.open(start)

    page = tablet.press("Start session", NO_TO_ALL | {"goal": "Calmer cheeks", "note_MEDICAL": "None"})

    assert page.status == 422
    assert page.title.startswith("Error:")
    assert problems(page) == [
        "Confirm the name.",
        "Confirm the date of birth.",
        "Choose what the course is for, or a single session.",
    ]
    assert (page.value("goal"), page.value("note_MEDICAL"), page.value("answer_MEDICAL")) == (
        "Calmer cheeks",
        "None",
        "no",
    )
    assert (Session.objects.count(), Screening.objects.short().count()) == (0, 0)


def test_an_open_question_is_named_at_its_place(tablet, start):
    tablet.open(start)
    answers = {name: value for name, value in EVERYTHING.items() if name != "answer_MEDICAL"}

    page = tablet.press("Start session", answers)

    assert (page.status, problems(page), page.value("answer_INFECTION")) == (422, ["Answer this question."], "no")


def test_a_yes_asks_for_the_reason_and_goes_on_with_it(tablet, start, ana):
    tablet.open(start)
    page = tablet.press("Start session", EVERYTHING | {"answer_ACNE_ACTIVE": "Yes", "note_ACNE_ACTIVE": "Two spots"})

    assert (page.status, problems(page)) == (422, ["Say why the session goes on, or stop here."])
    assert page.value("note_ACNE_ACTIVE") == "Two spots"

    tablet.press("Start session", {"reason_ACNE_ACTIVE": "The chin is left out"})
    answer = Session.objects.get().screening.answers.get(is_yes=True)
    assert (answer.note, answer.passed_reason, answer.passed_by) == ("Two spots", "The chin is left out", ana)


def test_an_infection_means_no_session_today_and_the_answer_is_kept(tablet, start, mia):
    tablet.open(start)

    page = tablet.press("Start session", EVERYTHING | {"answer_INFECTION": "Yes", "note_INFECTION": "Impetigo"})

    assert page.status == 422
    assert page.alerts == [
        "No session today. Is there a skin infection in the area today: bacterial, fungal or viral, warts "
        "included? No session today. Only a changed answer clears it."
    ]
    assert (page.value("answer_INFECTION"), page.value("note_INFECTION")) == ("yes", "Impetigo")
    assert (Session.objects.count(), Screening.objects.short().get().outcome) == (0, "blocked")


def test_only_a_prescriber_is_offered_to_pass_severe_acne(tablet, start):
    page = tablet.open(start)

    assert [node.attrs["name"] for node in page.all("input") if node.attrs.get("name", "").startswith("reason_")] == [
        "reason_ACNE_ACTIVE",
        "reason_SKIN_DISEASE",
        "reason_SUNBURN",
        "reason_RETINOID",
        "reason_MEDICAL",
    ]


def test_somebody_without_a_date_of_birth_cannot_be_started(tablet, microneedling, ana):
    visit = treatments.arrived(booking.visit(people.patient("Grace Whitfield"), microneedling, ana))

    page = tablet.open(reverse("desk:start", args=[visit.uuid]))

    assert page.alerts == [
        "The date of birth is not known. Grace Whitfield has no date of birth in the record. Ask for it, write it "
        "there, then start. Write the date of birth"
    ]
    assert [button.words for button in page.all("button") if button.words == "Start session"] == []


def test_somebody_who_has_not_arrived_is_marked_first_and_then_started(tablet, visit, mia, as_ana):
    intake.signed(mia, by=as_ana)
    full.up_to_date(mia, at=TEN)
    page = tablet.open(reverse("desk:start", args=[visit.uuid]))
    assert page.alerts[0].startswith("Not arrived yet. Mia Okafor is not marked as arrived.")

    page = tablet.press("Arrived")

    assert page.address == reverse("desk:start", args=[visit.uuid])
    assert page.button("Start session").words == "Start session"


def test_a_visit_that_changed_meanwhile_is_not_started_on_old_knowledge(tablet, start, visit):
    tablet.open(start)
    appointments.revert(visit, version=2, by=HOUSE, at=TEN)
    appointments.arrive(visit, version=3, by=HOUSE, at=TEN + minutes(1))

    page = tablet.press("Start session", EVERYTHING)

    assert (page.status, page.value("answer_MEDICAL")) == (409, "no")
    assert Session.objects.count() == 0
    tablet.press("Start session")
    assert Session.objects.count() == 1


def test_a_consent_text_that_was_replaced_meanwhile_is_signed_anew(tablet, start, as_ana):
    tablet.open(start)
    intake.republished(TEN, as_ana)

    page = tablet.press("Start session", EVERYTHING)

    assert (page.status, page.alerts[0][:58]) == (422, "There is no consent yet. Mia Okafor signs first: Microneed")
    assert Session.objects.count() == 0


def test_a_form_posted_twice_begins_one_session(tablet, start):
    tablet.open(start)
    button = tablet.sheet.button("Start session")
    tablet.press("Start session", EVERYTHING)
    first = tablet.sheet.address

    page = tablet.post(start, [])

    assert (page.status, page.address, Session.objects.count()) == (200, first, 1)
    assert button.words == "Start session"


@pytest.mark.parametrize("who", ["dee", "max_"])
def test_the_desk_and_the_manager_do_not_start_sessions(request, who, start):
    page = tablet_of(request.getfixturevalue(who).user).open(start)

    assert page.status == 403


def test_without_the_health_questions_the_page_leads_to_them(tablet, mia, microneedling, ana):
    visit = booking.visit(mia, microneedling, ana)
    appointments.arrive(visit, version=visit.version, by=HOUSE, at=TEN)

    page = tablet.open(reverse("desk:start", args=[visit.uuid]))

    assert page.alerts == [
        "The health questions come first. Mia Okafor has not answered the health questions yet. "
        "Open the health questions"
    ]
    assert [button.words for button in page.all("button") if button.words == "Start session"] == []
    assert tablet.follow("Open the health questions").address == reverse("desk:screening", args=[mia.uuid])


def test_something_new_asks_for_everything_again_that_day(tablet, visit, mia, as_ana):
    full.screened(mia, by=HOUSE, at=TEN - timedelta(days=40))
    intake.agreed(mia, by=as_ana)
    tablet.open(reverse("desk:start", args=[treatments.arrived(visit).uuid]))

    page = tablet.press("Start session", EVERYTHING | {"answer_MED_CHANGE": "Yes", "note_MED_CHANGE": "Antibiotic"})

    assert page.status == 422
    assert page.alerts[0].startswith("Something is new. Something new was told or noted since Mia Okafor answered.")
    assert Session.objects.count() == 0


def test_an_answer_that_asks_for_a_decision_leads_to_where_it_is_made_and_back(tablet, visit, mia, as_ana):
    full.screened(mia, by=as_ana, PRIOR_REACTION=Reply("yes", note="A rash"))
    page = tablet.open(reverse("desk:start", args=[treatments.arrived(visit).uuid]))
    assert page.alerts[0].startswith("Decide about the answers first. 1 answer of the health questions asks for")

    tablet.follow("Decide about the answers")
    tablet.press("Decide", {"reason_PRIOR_REACTION": "Another serum was to blame"})
    tablet.follow("Go to the start")

    intake.agreed(mia, by=as_ana)
    tablet.open(tablet.sheet.address)
    tablet.press("Start session", EVERYTHING)
    assert Session.objects.count() == 1
