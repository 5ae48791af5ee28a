"""Adverse reactions on the desk: written down, read with their story, taken on, closed and sent to an authority."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.timezone import localtime

from clinic import audit, sites
from clinic.models import AuditRow, Role
from desk.reactions import files
from tests.desk.conftest import page_of
from tests.factories import aftercare, booking, stock, treatments
from tests.factories import clinic as house
from tests.factories.booking import HOUSE, TEN
from tests.factories.treatments import reacted
from tests.journeys.paper import Paper
from treatments import judging
from treatments.models import Reaction
from visits import reactions

pytestmark = pytest.mark.django_db

NOW = TEN + timedelta(days=4)
LIST = reverse("desk:reactions")
SAID = {
    "category": "prolonged_erythema",
    "grade": "2",
    "zone_codes": "cheek",
    "onset_at": "2026-03-05T10:00",
    "causality": "possible",
    "signs": "Red and warm on both cheeks.",
    "outcome": "open",
}


@pytest.fixture(autouse=True)
def four_days_later(db):
    treatments.values()
    aftercare.values()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def session(mia, microneedling, ana, as_ana):
    started = treatments.started(booking.visit(mia, microneedling, ana), by=as_ana)
    gel = {"serums": (treatments.serum_row(stock.serum()),), "serum_is_none": False}
    return treatments.signed(started, by=as_ana, **gel)


@pytest.fixture
def tablet(ana, site):
    return Paper(page_of(ana))


@pytest.fixture
def lead(site):
    return house.user("Vera Lind", Role.PRESCRIBER)


@pytest.fixture
def written(session, as_ana, site):
    """Return a reaction of Mia's session, written down on the fourth day."""

    def write(**said):
        known = SAID | {"grade": 2, "zone_codes": ["cheek"], "onset_at": TEN + timedelta(days=3)} | said
        return reactions.report(session.patient, session=session, site=site, by=as_ana, at=NOW, **known)

    return write


def address(reaction):
    return reverse("desk:reaction", args=[reaction.uuid])


def errors(page):
    return [node.text for node in page.styled("field-error")]


def test_it_is_written_down_from_the_record_of_the_session(tablet, session, mia):
    tablet.open(reverse("desk:record", args=[session.uuid]))
    page = tablet.follow("Something happened…")
    assert page.value("session") == str(session.uuid)

    page = tablet.press("Write it down", SAID)

    kept = Reaction.objects.get()
    assert page.address == address(kept)
    assert (kept.session, kept.grade, kept.zone_codes, kept.onset_at) == (
        session,
        2,
        ["cheek"],
        TEN + timedelta(days=3),
    )
    assert page.toasts == ["Written down. No needling is booked or begun until it is closed."]
    for words in ("The next session waits", "70 hours after the session", "lot HA-", "Pen 1", "Reported"):
        assert words in page.text, words


def test_the_same_form_twice_writes_it_once(tablet, session, mia):
    page = tablet.open(reverse("desk:reaction_add", args=[mia.uuid]))
    key = page.value("form_key")

    for _again in range(2):
        tablet.open(reverse("desk:reaction_add", args=[mia.uuid]))
        tablet.press("Write it down", SAID | {"form_key": key})

    assert Reaction.objects.count() == 1


def test_what_is_missing_gets_a_sentence_and_what_was_typed_stays(tablet, session, mia):
    tablet.open(reverse("desk:reaction_add", args=[mia.uuid]))

    page = tablet.press("Write it down", {"signs": "Red.", "onset_at": ""})

    assert (page.status, Reaction.objects.count()) == (422, 0)
    assert errors(page) == [
        "Say what it is.",
        "Choose a grade from 1 to 5.",
        "Write when it began.",
        "Say whether the treatment caused it, if only that this is not determined.",
    ]
    assert page.part("said-signs").text.strip() == "Red."


def test_without_a_session_it_asks_why(tablet, session, mia):
    tablet.open(reverse("desk:reaction_add", args=[mia.uuid]))

    page = tablet.press("Write it down", SAID | {"session": ""})

    assert errors(page) == ["Choose the session that it followed, or say why there is none here."]


def test_a_remark_stands_beside_an_unusual_grade_and_beside_what_is_expected(tablet, written):
    shown = tablet.open(address(written(category="expected_reaction", grade=1)))
    assert "What is expected is no adverse reaction until it lasts longer" in shown.text
    assert "The usual grade is 1 to 2." in tablet.open(address(written(grade=3))).text


def test_a_follow_up_stands_in_the_story(tablet, written):
    tablet.open(address(written()))

    page = tablet.press("Keep the follow-up", {"words": "Paler today.", "grade": "1"})

    assert page.toasts == ["Kept."]
    for words in ("Paler today.", "Grade, 1 to 5: 2 → 1", "Follow-up"):
        assert words in page.text, words
    assert "The next session waits" not in page.text


def test_a_follow_up_that_says_nothing_is_refused_at_its_field(tablet, written):
    tablet.open(address(written()))

    page = tablet.press("Keep the follow-up", {})

    assert (page.status, errors(page)) == (422, ["Say how it goes, or change something above."])


def test_two_people_at_once_see_what_the_other_wrote(tablet, written, as_ana, site):
    reaction = written()
    tablet.open(address(reaction))
    reactions.follow(reaction, version=1, grade=3, causality="related", site=site, by=as_ana, at=NOW)

    page = tablet.press("Keep the follow-up", {"grade": "1"})

    assert page.status == 409
    assert "Somebody changed the same a moment ago" in page.text
    page = tablet.press("Keep the follow-up", {"grade": "1"})
    reaction.refresh_from_db()
    assert (page.toasts, reaction.grade, reaction.causality) == (["Kept."], 1, "related")


def test_it_is_closed_in_words(tablet, written):
    tablet.open(address(written()))

    assert errors(tablet.press("Close it", {})) == ["Say how it ended.", "Say in a few words how it ended."]
    page = tablet.press("Close it", {"outcome": "resolved", "words": "Gone without a mark."})

    assert page.toasts == ["Closed. What waited for it goes on."]
    assert "Closed by Ana Duarte, 6 Mar 2026, 10:00" in page.text
    assert "Gone without a mark." in page.text


def test_what_was_closed_meanwhile_says_so(tablet, written, as_ana, site):
    reaction = written()
    tablet.open(address(reaction))
    reactions.close(reaction, version=1, outcome="resolved", words="Gone.", site=site, by=as_ana, at=NOW)

    page = tablet.press("Keep the follow-up", {"words": "Paler."})

    assert page.toasts == ["It was closed before. If it comes back, report it anew."]


def test_the_report_to_an_authority_is_kept(tablet, written, site):
    page = tablet.open(address(written()))
    assert "the Yellow Card scheme of the MHRA" in page.text
    assert page.value("reported_to") == "mhra"

    told = {"reported_to": "mhra", "reported_on": "06/03/2026", "reference": "YC-1"}
    page = tablet.press("Keep", told)

    assert "MHRA, Yellow Card (UK), 6 Mar 2026 YC-1" in page.text


def test_what_was_entered_in_error_is_struck_and_stays_to_be_read(tablet, written):
    tablet.open(address(written()))

    page = tablet.press("Strike it", {"struck_because": "Meant for another patient"})

    assert "Ana Duarte, 6 Mar 2026, 10:00: Meant for another patient" in page.text
    assert "Nothing stands here" in tablet.open(LIST).text
    assert "Mia Okafor" in tablet.open(f"{LIST}?show=struck").text


def test_a_lead_finds_a_grave_one_on_their_day_until_they_looked(written, lead, tablet):
    reaction = written(grade=3)
    assert "grave reaction" not in tablet.open(reverse("desk:my_day")).text
    desk = Paper(page_of(lead))
    assert "1 grave reaction waits for you to look at it" in desk.open(reverse("desk:my_day")).text

    desk.follow("Look at it")
    assert errors(desk.press("Keep", {"words": ""})) == ["Say what follows from it, if only that nothing does."]
    page = desk.press("Keep", {"words": "Seen with a dermatologist."})

    assert "Seen with a dermatologist." in page.text
    assert "grave reaction" not in desk.open(reverse("desk:my_day")).text
    assert Reaction.objects.get() == reaction


def test_the_list_shows_what_is_open_and_the_gravest_first(tablet, written):
    written(grade=1, category="acne_milia_flare")
    written(grade=3, category="severe_swelling")

    shown = tablet.open(LIST).text

    assert shown.index("Severe swelling") < shown.index("Acne or milia")
    assert "Waits for a lead" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(tablet, written, count, django_assert_num_queries):
    for _again in range(count):
        written()
    tablet.open(LIST)

    with django_assert_num_queries(6):
        tablet.open(LIST)


def test_it_stands_in_the_story_of_the_patient(tablet, written, mia, as_ana, site):
    reaction = written()
    reactions.close(reaction, version=1, outcome="resolved", words="Gone.", site=site, by=as_ana, at=NOW)

    shown = tablet.open(f"{reverse('desk:patient', args=[mia.uuid])}?show=reactions").text

    assert "Reaction: Prolonged redness, grade 2" in shown
    assert "Reaction closed: Prolonged redness" in shown


def test_it_stands_on_the_record_of_the_session(tablet, written, session):
    written()

    assert "Grade 2, began 5 Mar 2026, 10:00" in tablet.open(reverse("desk:record", args=[session.uuid])).text


def test_the_desk_sees_none_of_it(desk, written, mia):
    reaction = written(signs="quetzalcoatlus")

    for at in (LIST, address(reaction), reverse("desk:reaction_add", args=[mia.uuid]), reverse("desk:reactions_csv")):
        assert desk.get(at).status_code == 403
    page = desk.get(reverse("desk:patient", args=[mia.uuid])).content.decode()
    assert "Needs a clinician" in page
    for secret in ("quetzalcoatlus", "Prolonged", "eaction"):
        assert secret not in page.replace("reaction.css", ""), secret


def test_where_practitioners_see_their_own_patients_only_the_list_holds_to_that(written, site, ana, ben):
    written()
    sites.set_rules(site, own_patients_only=True, by=HOUSE, at=TEN)

    assert "Mia Okafor" in Paper(page_of(ana)).open(LIST).text
    assert "Mia Okafor" not in Paper(page_of(ben)).open(LIST).text


# --- what leaves the house ---------------------------------------------------------------------------------


def rows_of(response):
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_list_leaves_as_a_table_with_initials_and_every_lot(practice, written, mia, session):
    written(signs="=Red and warm")

    response = practice.get(f"{reverse('desk:reactions_csv')}?show=all")

    rows = rows_of(response)
    assert [row["Product"] for row in rows] == [
        session.cartridge.lot.product.name,
        session.serum_uses.get().lot.product.name,
    ]
    first = rows[0]
    assert (first["Initials"], first["Age at onset"], first["Sex"], first["Description"]) == (
        "MO",
        "31",
        "",
        "'=Red and warm",
    )
    assert (first["Lot"], first["Device, serial number"]) == (
        session.cartridge.lot.number,
        session.device.serial_number,
    )
    assert (first["Onset"], first["Hours after the session"], first["Outcome"]) == ("2026-03-05 10:00", "70", "Open")
    assert "Mia" not in response.content.decode()
    assert AuditRow.objects.filter(verb=audit.EXPORT, object_kind="treatments.reaction").count() == 1


def test_one_leaves_as_a_pdf_without_a_name(practice, written, mia):
    reaction = written()

    response = practice.get(reverse("desk:reaction_pdf", args=[reaction.uuid]))

    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF-")
    assert AuditRow.objects.filter(verb=audit.EXPORT, object_id=str(reaction.pk)).count() == 1


def test_what_the_report_says(written, site, mia, session):
    said = files.said(written(grade=5), site=site, by_name="Ana Duarte")

    lines = {label: value for part in said["parts"] for label, value in part["lines"]}
    assert (lines["Initials"], lines["Outcome"], lines["Sex"]) == ("MO", "Fatal", "")
    assert session.device.serial_number in lines["Device"]
    assert session.cartridge.lot.number in lines["Cartridge"]
    assert "Mia" not in str(said)
    assert "Okafor" not in str(said)


def test_a_table_of_none_is_its_heads(practice, site):
    assert rows_of(practice.get(reverse("desk:reactions_csv"))) == []


def test_a_reaction_without_a_session_takes_one_row(practice, mia, as_ana):
    reacted(None, patient=mia, by=as_ana, no_session_because="Treated elsewhere", grade=1)

    (row,) = rows_of(practice.get(f"{reverse('desk:reactions_csv')}?show=all"))
    assert (row["Product"], row["Treated on"]) == ("", "")
    assert row["Onset"] == f"{localtime(TEN + timedelta(days=3)):%Y-%m-%d %H:%M}"


def test_a_device_that_failed_is_out_of_use_with_the_same_press(tablet, session, pen):
    tablet.open(reverse("desk:reaction_add", args=[session.patient.uuid]))
    assert tablet.sheet.value("takes_device_out") == "on"

    page = tablet.press("Write it down", SAID | {"category": "device_malfunction"})

    pen.refresh_from_db()
    assert (pen.quarantined_at, pen.changes.get().reason) == (
        NOW,
        "It failed in a treatment; an adverse reaction tells of it.",
    )
    said = "Written down. No needling is booked or begun until it is closed."
    assert page.toasts == [f"{said} {pen.name} is out of use."]
    assert judging.device_problem(pen, site_id=pen.site_id, on=NOW.date()).refusal.rule == "device.quarantined"


def test_whoever_takes_the_tick_away_leaves_the_device_in_use(tablet, session, pen):
    tablet.open(reverse("desk:reaction_add", args=[session.patient.uuid]))

    page = tablet.press("Write it down", SAID | {"category": "device_malfunction", "takes_device_out": False})

    pen.refresh_from_db()
    assert (pen.quarantined_at, "out of use" in page.toasts[0]) == (None, False)


def test_the_control_any_other_reaction_leaves_the_device_in_use(tablet, session, pen):
    tablet.open(reverse("desk:reaction_add", args=[session.patient.uuid]))

    tablet.press("Write it down", SAID)

    pen.refresh_from_db()
    assert (Reaction.objects.count(), pen.quarantined_at) == (1, None)


def test_a_malfunction_without_a_session_names_no_device(tablet, session, pen):
    tablet.open(reverse("desk:reaction_add", args=[session.patient.uuid]))
    elsewhere = {"category": "device_malfunction", "session": "", "no_session_because": "Treated elsewhere"}

    tablet.press("Write it down", SAID | elsewhere)

    pen.refresh_from_db()
    assert (Reaction.objects.get().session, pen.quarantined_at) == (None, None)
