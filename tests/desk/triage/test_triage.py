"""Reports on the desk: seen by everybody, read by clinicians, taken on by one press, closed with what came of it."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from aftercare.models import Report
from clinic import audit
from clinic.actors import Actor
from clinic.models import AuditRow
from tests.desk.conftest import page_of
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import TEN
from tests.journeys.paper import Paper
from treatments.models import Reaction
from visits import reports

pytestmark = pytest.mark.django_db

NOW = TEN + timedelta(days=2)  # Wednesday at ten
MINUTE = timedelta(minutes=1)
LIST, WAITING = reverse("desk:reports"), reverse("desk:reports_waiting")
SECRET = "It weeps on the left cheek."


@pytest.fixture(autouse=True)
def wednesday(db):
    treatments.values()
    aftercare.values()
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def session(mia, microneedling, ana, as_ana):
    return treatments.signed(treatments.started(booking.visit(mia, microneedling, ana), by=as_ana), by=as_ana)


@pytest.fixture
def told(session, mia, site):
    def tell(**said):
        known = {"feeling": "worried", "signs": ["pus"], "words": SECRET, "came_by": "link", "at": NOW}
        known |= {"by": Actor.of_link(mia.name, mia.uuid)}
        return reports.tell(mia, session=session, site=site, **(known | said))

    return tell


@pytest.fixture
def tablet(ana, site):
    return Paper(page_of(ana))


@pytest.fixture
def counter(dee, site):
    return Paper(page_of(dee.user))


def address(report, name="report"):
    return reverse(f"desk:{name}", args=[report.uuid])


# --- the list -------------------------------------------------------------------------------------------------------


def test_nothing_to_do_says_so_with_the_time_it_was_looked(tablet, site):
    assert "Nothing needs you. Checked 10:00." in tablet.open(LIST).text


def test_the_gravest_stands_first_with_its_age_and_the_title_counts(tablet, told, wednesday):
    told(feeling="not_sure", signs=[])
    told(signs=["breathing"], words="")
    wednesday.shift(12 * MINUTE)
    page = tablet.open(LIST)

    assert page.text.index("Emergency") < page.text.index("Soon")
    assert "Told 12 min ago" in page.text
    assert page.title.startswith("(2) Reports")


def test_one_press_takes_it_on(tablet, told, ana):
    report = told()
    tablet.open(LIST)
    page = tablet.press("Take on: Mia Okafor")

    report.refresh_from_db()
    assert (page.address, report.taken_by) == (address(report), ana)
    assert page.toasts == ["You have it in hand. It escalates no more."]


def test_the_desk_sees_who_waits_and_how_urgent_it_is_and_no_word_of_it(counter, told, mia):
    told()
    page = counter.open(LIST)

    assert "Mia Okafor" in page.text
    assert "Today" in page.text
    assert str(mia.phone_words) in page.text
    assert "Nobody has taken it on yet" in page.text
    assert not any(word in page.text for word in ("weeps", "pus", "Take on", "Worried"))


def test_the_desk_opens_no_report_and_takes_none_on(desk, told):
    report = told()

    statuses = [desk.get(address(report)).status_code]
    statuses += [desk.post(address(report, f"report_{name}")).status_code for name in ("acknowledge", "close")]
    assert statuses == [403, 403, 403]


def test_what_was_closed_stands_on_a_shelf_of_its_own_for_clinicians_alone(tablet, counter, told, as_ana):
    report = told()
    reports.close(report, version=1, outcome="reassured", by=as_ana, at=NOW)

    assert "Reassured · Ana Duarte" in tablet.open(f"{LIST}?show=closed").text
    assert "Reassured" not in counter.open(f"{LIST}?show=closed").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_one_report_and_with_three(practice, told, count, django_assert_num_queries):
    for number in range(count):
        told(words=str(number))

    with django_assert_num_queries(6):
        practice.get(LIST)


# --- the header -----------------------------------------------------------------------------------------------------


def test_the_header_hears_how_many_wait_and_how_many_are_urgent(desk, told, as_ana):
    none = desk.get(WAITING).json()
    told(feeling="not_sure", signs=[])
    report = told()
    two = desk.get(WAITING).json()
    reports.acknowledge(report, by=as_ana, at=NOW)

    assert (none["count"], none["loud"]) == (0, "")
    assert two == {"count": 2, "urgent": 1, "words": "2 reports wait", "loud": "1 urgent report waits"}
    assert desk.get(WAITING).json()["count"] == 1


def test_every_page_of_the_desk_asks_for_it(desk, site):
    page = desk.get(reverse("desk:patients")).content.decode()

    assert f'data-reports="{WAITING}" hidden' in page
    assert "js/reports.js" in page


def test_asking_is_one_query_beyond_who_asks(desk, told, django_assert_num_queries):
    told()

    with django_assert_num_queries(5):
        desk.get(WAITING)


# --- one report -----------------------------------------------------------------------------------------------------


def test_a_clinician_reads_it_with_the_session_and_the_trail_says_so(tablet, told, mia):
    report = told()
    page = tablet.open(address(report))

    for words in ("There is pus or a yellow crust", SECRET, "Cheek 1.50", "Ana Duarte", "46 hours after the session"):
        assert words in page.text, words
    read = AuditRow.objects.filter(verb=audit.READ, patient_id_text=str(mia.uuid))
    assert "aftercare.report" in set(read.values_list("object_kind", flat=True))


def test_it_is_closed_by_an_outcome_and_one_press(tablet, told):
    report = told()
    tablet.open(address(report))
    page = tablet.press("Close it", {"outcome": "reassured"})

    report.refresh_from_db()
    assert (page.address, report.outcome, report.is_open) == (LIST, "reassured", False)


def test_closing_without_an_outcome_is_asked_again_and_keeps_what_was_typed(tablet, told):
    report = told()
    tablet.open(address(report))
    page = tablet.press("Close it", {"words": "Called twice."})

    assert [node.text for node in page.styled("field-error")] == ["Say what came of it."]
    assert page.value("words") == "Called twice."
    assert page.title.startswith("Error: ")


def test_what_somebody_else_did_meanwhile_is_said_and_nothing_is_lost(tablet, told, ben):
    report = told()
    tablet.open(address(report))
    reports.acknowledge(report, by=Actor.of(ben), at=NOW)
    page = tablet.press("Close it", {"outcome": "advised", "words": "Cool compress."})

    assert "Somebody changed this a moment ago" in page.text
    assert page.value("words") == "Cool compress."
    assert tablet.press("Close it").address == LIST


def test_what_a_colleague_has_in_hand_is_taken_over(tablet, told, ben, ana):
    report = told()
    reports.acknowledge(report, by=Actor.of(ben), at=NOW)
    assert "Ben Adeyemi has it in hand" in tablet.open(address(report)).text

    tablet.press("Take over")

    report.refresh_from_db()
    assert report.taken_by == ana


def test_a_reaction_begins_with_what_was_told_and_ends_the_report(tablet, told, session):
    report = told()
    tablet.open(address(report))
    page = tablet.follow("Write down an adverse reaction…")
    assert (page.value("category"), page.value("session")) == ("infection_bacterial", str(session.uuid))
    assert page.value("signs") == f"There is pus or a yellow crust\n{SECRET}"

    page = tablet.press("Write it down", {"grade": "2"})

    report.refresh_from_db()
    reaction = Reaction.objects.get()
    assert (page.address, report.reaction) == (reverse("desk:reaction", args=[reaction.uuid]), reaction)
    assert (report.outcome, report.is_open) == ("reaction", False)


def test_the_story_of_a_patient_tells_clinicians_and_not_the_desk(practice, desk, told, mia):
    told()
    page = reverse("desk:patient", args=[mia.uuid])

    assert "Report: Worried, Recovery page" in practice.get(page).content.decode()
    assert "Report: Worried" not in desk.get(page).content.decode()


# --- calls ----------------------------------------------------------------------------------------------------------


def test_a_call_is_taken_down_from_the_record_and_the_next_page_says_what_to_say(counter, session, mia, dee):
    counter.open(reverse("desk:patient", args=[mia.uuid]))
    page = counter.follow("Log a call about their skin…")
    assert "say at once: ring off and call 999" in page.text

    page = counter.press("Keep it, and show what to say", {"signs": "pus", "feeling": "not_sure", "words": SECRET})

    report = Report.objects.get()
    assert (report.came_by, report.taken_down_by, report.session, report.urgency) == (
        "call",
        dee.user,
        session,
        "same_day",
    )
    assert "“A clinician looks at it by Wednesday 4 March, 11:00 and calls you back.”" in page.text
    assert "weeps" not in page.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"signs": "breathing", "feeling": "fine"}, "“Please ring off and call 999 now.”"),
        ({"feeling": "not_sure"}, "“A clinician looks at it by Wednesday 4 March, 18:00.”"),
        ({"feeling": "fine"}, "“Good to hear. Call us again if anything changes.”"),
    ],
)
def test_what_to_say_follows_from_how_urgent_it_is(counter, session, mia, said, words):
    counter.open(reverse("desk:report_call", args=[mia.uuid]))

    assert words in counter.press("Keep it, and show what to say", said).text


def test_a_call_without_a_feeling_is_asked_again(counter, session, mia):
    counter.open(reverse("desk:report_call", args=[mia.uuid]))
    page = counter.press("Keep it, and show what to say", {"words": "Hm."})

    assert [node.text for node in page.styled("field-error")] == ["Say how the patient feels about it."]
    assert (page.value("words"), Report.objects.count()) == ("Hm.", 0)


def test_who_is_calling_is_found_by_a_few_letters(counter, mia, site):
    counter.open(LIST)
    page = counter.follow("Log a call")
    page = counter.open(f"{page.address}?q=okaf")

    assert counter.follow("Mia Okafor").address == reverse("desk:report_call", args=[mia.uuid])
    assert "Nobody is found" in counter.open(f"{reverse('desk:report_call_find')}?q=zzz").text
