"""The health questions on the screen: asked one screen at a time, read, changed, decided about; the desk sees words."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from clinic.models import Role
from intake import question_sets, screenings
from intake.models import QuestionSet, Screening, ScreeningDraft
from intake.rules import Reply
from tests.factories import booking, treatments
from tests.factories import clinic as house
from tests.factories import screening as full
from tests.factories.booking import TEN
from tests.journeys.paper import Paper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ten(db):
    treatments.values()
    with time_machine.travel(TEN, tick=False):
        yield


def paper(user) -> Paper:
    client = Client()
    client.force_login(user)
    return Paper(client)


@pytest.fixture
def tablet(ana, site):
    return paper(ana)


@pytest.fixture
def desk(dee, site):
    return paper(dee.user)


@pytest.fixture
def address(mia):
    return reverse("desk:screening", args=[mia.uuid])


def all_no(sheet):
    names = sorted({node.attrs["name"] for node in sheet.all("input", type="radio")})
    return {name: "III: burns sometimes, tans slowly" if name == "answer_FITZ" else "No" for name in names}


def test_all_screens_are_asked_in_turn_and_handed_in(tablet, address, mia, ana):
    tablet.open(address)
    page, seen = tablet.press("Ask the questions"), []
    while page.all("input", type="radio"):
        seen.append(page.all("h1")[0].text)
        page = tablet.press("Keep and go on", all_no(page))

    assert (len(seen), seen[0], seen[-1]) == (19, "Age and skin type", "Lately")
    page = tablet.press("Hand in")
    assert page.toasts == ["Kept. Nothing in the answers stands in the way."]
    kept = Screening.objects.get()
    assert (kept.patient, kept.asked_by, kept.outcome, kept.answers.count()) == (mia, ana, "clear", 46)


def test_an_open_question_is_named_and_what_was_answered_stays(tablet, address):
    tablet.open(address)
    tablet.press("Ask the questions")
    draft = ScreeningDraft.objects.get()
    tablet.open(reverse("desk:screening_screen", args=[draft.patient.uuid, "pregnancy"]))

    page = tablet.press("Keep and go on", {"answer_BREASTFEED": "No"})

    assert page.status == 422
    assert page.alerts == ["Not kept yet Pregnant, or possibly pregnant? Answer this question."]
    assert (page.value("answer_BREASTFEED"), ScreeningDraft.objects.get().replies) == ("no", {})


def test_a_day_that_has_not_come_is_refused_at_its_field(tablet, address, mia, as_ana):
    full.begun(mia, by=as_ana)
    page = tablet.open(reverse("desk:screening_screen", args=[mia.uuid, "peels"]))

    typed = all_no(page) | {"answer_PEEL_DEEP": "Yes", "on_PEEL_DEEP": "2026-03-09"}
    page = tablet.press("Keep and go on", typed)

    assert (page.status, page.value("on_PEEL_DEEP")) == (422, "2026-03-09")
    assert "That day has not come yet. Give the last day until today." in page.text


def test_two_tablets_do_not_overwrite_each_other(tablet, mia, as_ana):
    draft = full.begun(mia, by=as_ana)
    page = tablet.open(reverse("desk:screening_screen", args=[mia.uuid, "pregnancy"]))
    no = {"PREGNANT": Reply("no"), "BREASTFEED": Reply("no")}
    screenings.save(draft, "pregnancy", no, version=1, by=as_ana, at=TEN)

    page = tablet.press("Keep and go on", all_no(page) | {"answer_PREGNANT": "Yes"})

    assert (page.status, page.value("answer_PREGNANT")) == (409, "yes")
    tablet.press("Keep and go on")
    assert ScreeningDraft.objects.get().replies["PREGNANT"]["option"] == "yes"


def test_nothing_open_is_handed_in(tablet, mia, as_ana):
    full.begun(mia, by=as_ana)
    tablet.open(reverse("desk:screening_check", args=[mia.uuid]))

    page = tablet.press("Hand in")

    assert (page.status, page.alerts) == (422, ["Not handed in yet Some questions are still open."])
    assert Screening.objects.count() == 0


def test_a_clinician_reads_what_changed_since_last_time(tablet, address, mia, as_ana):
    full.screened(mia, by=as_ana, KELOID=Reply("no"))
    full.screened(mia, by=as_ana, KELOID=Reply("yes", note="On the chest"))

    page = tablet.open(address)

    assert "1 answer is another than last time." in page.text
    assert "On the chest Last time: No" in page.text
    assert "Only a prescriber may go on, with a reason." in page.text


def test_one_answer_is_changed_and_the_visit_can_be_again(tablet, address, mia, as_ana, microneedling, ana):
    booking.visit(mia, microneedling, ana)
    full.screened(mia, by=as_ana, PREGNANT=Reply("yes"))
    page = tablet.open(address)
    assert "1 booked visit cannot be as it stands" in page.text

    tablet.open(reverse("desk:screening_change", args=[mia.uuid, "PREGNANT"]))
    page = tablet.press("Keep the answer", {"answer_PREGNANT": "No"})

    assert page.toasts == ["Kept. Nothing in the answers stands in the way."]
    assert "cannot be as it stands" not in page.text


def test_a_decision_is_made_on_the_page_of_the_visit(tablet, mia, as_ana, microneedling, ana):
    visit = booking.visit(mia, microneedling, ana)
    full.screened(mia, by=as_ana, PRIOR_REACTION=Reply("yes"), ANTICOAG=Reply("yes"))
    page = tablet.open(reverse("desk:visit_answers", args=[visit.uuid]))
    assert "A doctor decides this. Nobody here may prescribe, so keep a current letter first." in page.text

    page = tablet.press("Decide", {"reason_PRIOR_REACTION": "Another serum"})

    assert page.toasts == ["Decided about 1 answer, for this visit only."]
    assert "Ana Duarte decided on 2 Mar, 10:00, for this visit: Another serum" in page.text
    assert [one.code for one in visit.overrides.all()] == ["PRIOR_REACTION"]


def test_no_reason_decides_nothing(tablet, mia, as_ana, microneedling, ana):
    visit = booking.visit(mia, microneedling, ana)
    full.screened(mia, by=as_ana, PRIOR_REACTION=Reply("yes"))
    tablet.open(reverse("desk:visit_answers", args=[visit.uuid]))

    page = tablet.press("Decide", {"reason_PRIOR_REACTION": " "})

    assert (page.status, visit.overrides.count()) == (422, 0)


def test_the_desk_lists_the_visits_without_a_word_of_the_answers(desk, mia, as_ana, microneedling, ana):
    visit = booking.visit(mia, microneedling, ana)
    full.screened(mia, by=as_ana, ISOTRET_6M=Reply("yes", note="quetzal"))

    page = desk.open(reverse("desk:broken_visits"))

    assert "Mia Okafor" in page.text
    assert "The answers to the health questions ask for a later day." in page.text
    assert [word for word in ("quetzal", "sotretinoin") if word in page.text] == []
    assert reverse("desk:visit_answers", args=[visit.uuid]) not in [node.attrs.get("href") for node in page.all("a")]


def test_nothing_is_offered_before_the_day_that_the_answers_ask_for(desk, mia, as_ana, microneedling):
    book = f"{reverse('desk:book')}?patient={mia.uuid}&service={microneedling.pk}&start=2026-03-04T10:00"
    before = first_offered(desk.open(book))

    full.screened(mia, by=as_ana, PEEL_DEEP=Reply("yes", date(2026, 2, 20)))
    page = desk.open(book)

    assert (before < "2026-03-20", first_offered(page) >= "2026-03-20") == (True, True)
    assert page.alerts[0].startswith(
        "Wednesday 4 March is too soon The answers to the health questions ask for a later"
    )


def first_offered(page):
    return min(page.choices("time").values())[:10]


def test_the_desk_reads_on_the_record_whether_the_questions_are_due_and_no_more(desk, mia, as_ana):
    record = reverse("desk:patient", args=[mia.uuid])
    assert "Not asked yet" in desk.open(record).text

    full.screened(mia, by=as_ana, KELOID=Reply("yes", note="quetzal"))

    page = desk.open(record)
    assert "Asked; they last until 29 Aug 2026" in page.text
    assert "quetzal" not in page.text
    assert desk.open(reverse("desk:screening", args=[mia.uuid])).status == 403


# --- the questions themselves ------------------------------------------------------------------------------------


@pytest.fixture
def vera(site):
    return paper(house.user("Vera Lind", Role.PRESCRIBER))


def test_a_question_is_changed_as_a_new_version(vera):
    vera.open(reverse("desk:question", args=["BREASTFEED"]))

    typed = {"action_yes": "A prescriber may decide, with a reason", "reason": "Only the cream is barred"}
    page = vera.press("Save as a new version", typed)

    assert page.toasts == ["Version 2 is asked from now on."]
    new = question_sets.current().questions.get(code="BREASTFEED")
    assert (new.action, new.patient_words["es"]) == ("override_doctor", "¿Está dando el pecho?")


def test_each_of_several_answers_is_changed_by_itself(vera):
    vera.open(reverse("desk:question", args=["LASER"]))

    vera.press("Save as a new version", {"days_ablative": "42", "reason": "Our dermatologist asks for six weeks"})

    ways = {way["code"]: way.get("days") for way in question_sets.current().questions.get(code="LASER").options}
    assert ways == {"no": None, "gentle": 14, "ablative": 42}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "x", "action_yes": "No session before a day"}, "Say for how many days"),
        ({"reason": "Nothing really"}, "Nothing is different from version 1."),
    ],
)
def test_what_is_wrong_is_said_and_no_version_is_made(vera, typed, words):
    vera.open(reverse("desk:question", args=["BREASTFEED"]))

    page = vera.press("Save as a new version", typed)

    assert (page.status, QuestionSet.objects.count()) == (422, 1)
    assert any(words in alert for alert in page.alerts)


def test_who_read_an_older_version_is_told_and_what_was_typed_stays(vera, as_ana):
    vera.open(reverse("desk:question", args=["BBV"]))
    question_sets.change("KELOID", version=1, words="Raised scars?", reason="Plainer", by=as_ana, at=TEN)

    page = vera.press("Save as a new version", {"words": "Virus?", "reason": "Shorter"})

    assert (page.status, page.value("words"), QuestionSet.objects.count()) == (409, "Virus?", 2)
    vera.press("Save as a new version")
    assert question_sets.current().questions.get(code="BBV").words == "Virus?"


def test_a_practitioner_reads_the_questions_and_one_who_manages_changes_them(tablet, site):
    assert tablet.open(reverse("desk:questions")).status == 200
    assert tablet.open(reverse("desk:question", args=["BBV"])).status == 403

    both = paper(house.user("Kim Both", Role.PRACTITIONER, Role.MANAGER))
    assert both.open(reverse("desk:question", args=["BBV"])).status == 200
    assert both.open(reverse("desk:question_life")).status == 200
    assert tablet.open(reverse("desk:question_life")).status == 403


def test_how_long_the_answers_count_is_changed_as_a_new_version(vera):
    vera.open(reverse("desk:questions"))
    vera.follow("Change how long")

    page = vera.press("Save as a new version", {"days": "90", "reason": "We ask every season"})

    assert page.toasts == ["Version 2 is asked from now on."]
    assert "Version 2; the answers last 90 days" in page.text
    made = question_sets.current()
    assert (made.life_days, made.reason, made.made_by.name) == (90, "We ask every season", "Vera Lind")


BOUNDS = (
    "Write a whole number from 1 to 365: answers of the day before still count, and none speaks for more than a year."
)


@pytest.mark.parametrize(
    ("days", "reason", "words"),
    [
        ("0", "Shorter", BOUNDS),
        ("366", "Longer", BOUNDS),
        ("99999999999999999999", "Longer", BOUNDS),
        ("half a year", "Plainer", BOUNDS),
        ("90.5", "Shorter", BOUNDS),
        ("", "Shorter", BOUNDS),
        ("90", "", "This field is required."),
        ("90", "   ", "This field is required."),
        ("180", "Nothing really", "Nothing is different from version 1."),
    ],
)
def test_days_that_cannot_be_are_said_and_what_was_typed_stays(vera, days, reason, words):
    vera.open(reverse("desk:question_life"))

    page = vera.press("Save as a new version", {"days": days, "reason": reason})

    assert (page.status, QuestionSet.objects.count(), page.value("days")) == (422, 1, days)
    assert any(words in alert for alert in page.alerts)


def test_who_read_other_days_is_told_and_may_save_again(vera, as_ana):
    vera.open(reverse("desk:question_life"))
    question_sets.change_life(120, version=1, reason="Every four months", by=as_ana, at=TEN)

    page = vera.press("Save as a new version", {"days": "90", "reason": "We ask every season"})

    assert (page.status, page.value("days"), page.value("reason")) == (409, "90", "We ask every season")
    assert "In version 2 the answers count for 120 days." in page.text
    vera.press("Save as a new version")
    assert question_sets.current().life_days == 90


def test_who_reads_the_questions_only_is_offered_no_other_days(tablet):
    assert "Change how long" not in tablet.open(reverse("desk:questions")).text
