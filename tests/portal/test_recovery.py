"""The recovery page and what is told from it: the same address every day, and nothing happens by opening it."""

import gzip
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from aftercare import book_links, recovery_links, report_rules
from aftercare.models import Report
from outbox.models import Notice
from patients import links
from patients.models import Link
from tests.factories import aftercare, booking, treatments
from tests.factories.booking import TEN, minutes
from tests.factories.health_forms import telephone
from tests.portal.test_offer import everything, heading, words
from treatments.models import Session
from visits import reports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

END = TEN + minutes(70)  # Monday 2 March, 11:10
DAY_2 = END + timedelta(days=2)  # Wednesday, while the site is open
LIMIT = 60_000


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(DAY_2, tick=False) as clock:
        yield clock


@pytest.fixture
def session(mia, microneedling, ana, as_ana):
    treatments.values()
    aftercare.values()
    course = treatments.course(mia, by=as_ana)
    visit = booking.visit(mia, microneedling, ana)
    ended = treatments.ended(treatments.started(visit, by=as_ana, course=course), by=as_ana)
    aftercare.begun(ended)
    return ended


@pytest.fixture
def link(session):
    return Link.objects.get(purpose=recovery_links.PURPOSE)


@pytest.fixture
def address(link):
    return f"/r/{links.token(link)}/"


def send(address, **said):
    return telephone().post(f"{address}how/", said)


def worried(address, **said):
    return send(address, **({"feeling": "worried"} | said))


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_address_in_the_letters_is_the_address_of_the_page(link, address):
    assert links.url(link) == settings.PUBLIC_URL + address


def test_the_page_says_which_day_it_is_and_changes_by_itself(address, wednesday):
    found = [heading(telephone().get(address))]
    wednesday.move_to(END + timedelta(days=5))
    found.append(heading(telephone().get(address)))
    wednesday.move_to(END + timedelta(days=40))
    found.append(heading(telephone().get(address)))

    assert found == ["Day 2 of your recovery", "Day 5 of your recovery", "After your recovery"]


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
@pytest.mark.parametrize("page", ["", "how/", "how/?feeling=worried", "told/"])
def test_opening_a_page_changes_nothing_however_often(address, browser, page):
    worried(address)
    phone, before = telephone(), everything()
    for _ in range(3):
        assert phone.get(address + page, headers={"User-Agent": browser}).status_code == 200
        assert phone.head(address + page, headers={"User-Agent": browser}).status_code == 200

    assert everything() == before


def test_of_the_person_there_is_the_first_name_only_and_no_trace_goes_elsewhere(address, mia):
    answer = telephone().get(address)

    assert "Mia" in words(answer)
    assert not any(said in words(answer) for said in (mia.name, mia.email, str(mia.phone)))
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in answer["Cache-Control"]


def test_red_flags_phone_hours_and_the_emergency_number_are_the_site_s(address, site):
    page = words(telephone().get(address))

    for said in (site.phone.as_national, site.hours_words, site.out_of_hours_words, f"Call {site.emergency_number} if"):
        assert said in page
    for sign in report_rules.SIGNS:
        assert str(sign.words) in page


def test_without_any_script_the_page_is_small(address):
    page = telephone().get(address).content
    css = [
        (settings.BASE_DIR / "static" / "css" / f"{name}.css").read_bytes() for name in ("tokens", "portal", "recovery")
    ]

    assert b"<script" not in page
    assert sum(len(gzip.compress(part)) for part in (page, *css)) < LIMIT
    assert len(page) + sum(map(len, css)) < LIMIT


def test_the_page_is_spanish_for_who_reads_spanish(address, mia):
    mia.language = "es"
    mia.save()

    page = words(telephone().get(address))

    assert heading(telephone().get(address)) == "Día 2 de su recuperación"
    assert 'lang="es"' in page
    assert "Deje que las escamas caigan solas" in page
    assert "Let flakes" not in page


def test_a_day_on_which_something_is_allowed_says_the_hour(address, wednesday):
    wednesday.move_to(END + timedelta(hours=2))
    assert "from Tue 3 Mar, 11:15" in words(telephone().get(address))
    wednesday.move_to(END + timedelta(days=1) - timedelta(hours=3))
    assert "from today, 11:15" in words(telephone().get(address))


# --- pages that are gone --------------------------------------------------------------------------------------------


def opens(address):
    return telephone().get(address).status_code


def test_a_link_that_was_revoked_opens_nothing_and_one_that_ran_out_is_offered_anew(link, address, wednesday):
    wednesday.move_to(END + timedelta(days=60))
    ran_out = opens(address)
    wednesday.move_to(DAY_2)
    links.revoke(link, at=DAY_2)

    assert (ran_out, opens(address)) == (410, 404)


def test_a_session_that_was_entered_in_error_has_no_page(session, address):
    Session.objects.filter(pk=session.pk).update(struck_at=DAY_2)

    assert (opens(address), worried(address).status_code) == (404, 404)
    assert not Report.objects.exists()


def test_nobody_reads_the_page_of_one_who_died(address, mia):
    mia.died_on = DAY_2.date()
    mia.save()

    assert opens(address) == 404


# --- telling --------------------------------------------------------------------------------------------------------


def test_fine_is_one_press(address):
    answer = send(address, feeling="fine", only="feeling")

    report = Report.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{address}told/")
    assert (report.feeling, report.about, report.outcome, report.came_by) == ("fine", "48h", "fine", "link")
    assert heading(telephone().get(f"{address}told/")) == "Mia, good to hear"


def test_not_sure_leads_to_the_signs_and_tells_nothing_yet(address):
    answer = send(address, feeling="not_sure", only="feeling")
    page = words(telephone().get(answer["Location"]))

    assert answer["Location"] == f"{address}how/?feeling=not_sure"
    assert 'value="not_sure" id="id_feeling_1" checked' in page
    assert not Report.objects.exists()


def test_worried_from_the_page_is_told_in_four_taps_with_a_sign(address, session, mia):
    worried(address, signs=["pus"], words="It weeps.", redness="2", pain="5")

    report = Report.objects.get()
    assert (report.patient, report.session, report.signs, report.words) == (mia, session, ["pus"], "It weeps.")
    assert (report.redness, report.pain, report.urgency) == (2, 5, "same_day")
    page = words(telephone().get(f"{address}told/"))
    assert "Somebody at the clinic looks at it by Wednesday 4 March, 12:10." in page
    assert "not watched around the clock" in page


def test_at_night_it_names_the_next_opening(address, wednesday):
    wednesday.move_to(DAY_2.replace(hour=22))
    worried(address)

    assert "looks at it by Thursday 5 March, 10:00." in words(telephone().get(f"{address}told/"))


def test_an_emergency_is_answered_before_anything_is_sent(address, site):
    answer = worried(address, signs=["breathing", "pus"], words="Help & more")
    page = words(answer)

    assert (answer.status_code, Report.objects.count()) == (200, 0)
    assert f"Call {site.emergency_number} now" in page
    assert f'href="tel:{site.emergency_number}"' in page
    assert "Nothing was sent to the clinic yet" in page
    assert 'name="words" value="Help &amp; more"' in page

    again = worried(address, signs=["breathing", "pus"], words="Help & more", sure="yes")

    assert (again.status_code, Report.objects.get().urgency) == (303, "emergency")
    assert f"Call {site.emergency_number} now" in words(telephone().get(f"{address}told/"))


def test_a_sign_alone_says_enough(address):
    send(address, signs=["pus"])

    assert (Report.objects.get().feeling, Report.objects.get().urgency) == ("not_sure", "same_day")


def test_nothing_chosen_is_asked_again_and_what_was_typed_stays(address):
    answer = send(address, words="It weeps.")

    assert (answer.status_code, Report.objects.count()) == (422, 0)
    assert "Choose how your skin is: fine, not sure or worried." in words(answer)
    assert "<title>Error: " in words(answer)
    assert "It weeps." in words(answer)


@pytest.mark.parametrize(
    "said", [{"signs": "nonsense"}, {"feeling": "splendid"}, {"pain": "99"}, {"words": "x" * 3000}]
)
def test_what_cannot_be_is_asked_again(address, said):
    answer = worried(address, **said)

    assert (answer.status_code, Report.objects.count()) == (422, 0)


def test_a_post_sent_twice_is_one_report(address):
    for _ in range(3):
        assert worried(address, signs=["pus"]).status_code == 303

    assert Report.objects.count() == 1
    assert Notice.objects.filter(owner="reports").count() == Notice.objects.filter(owner="reports").distinct().count()


def test_while_it_is_open_the_page_says_how_it_stands(address, as_ana, wednesday):
    worried(address)
    waiting = words(telephone().get(address))
    wednesday.move_to(DAY_2 + minutes(90))
    late = words(telephone().get(address))
    reports.acknowledge(Report.objects.get(), by=as_ana, at=DAY_2 + minutes(91))
    taken_on = words(telephone().get(address))
    report = Report.objects.get()
    reports.close(report, version=report.version, outcome="reassured", by=as_ana, at=DAY_2 + minutes(95))

    assert "You told us something on Wednesday 4 March, 11:10" in waiting
    assert "later than we said. Please call us." in late
    assert "Somebody at the clinic has it in hand" in taken_on
    assert "You told us something" not in words(telephone().get(address))
    assert heading(telephone().get(f"{address}told/")) == "Mia, this is dealt with"


def test_numbers_are_asked_where_the_check_in_asks_for_them(address, wednesday):
    found = {}
    for days in (0, 1, 2, 7, 21):
        wednesday.move_to(END + timedelta(days=days, hours=1))
        page = words(telephone().get(f"{address}how/"))
        found[days] = [name for name in ("redness", "pain", "satisfaction") if f'name="{name}"' in page]

    assert found == {0: [], 1: [], 2: ["redness", "pain"], 7: ["satisfaction"], 21: []}


def test_told_without_anything_told_leads_back(address):
    assert telephone().get(f"{address}told/")["Location"] == address


def test_near_the_end_it_names_the_window_of_the_next_session(address, wednesday):
    wednesday.move_to(END + timedelta(days=28))
    page = words(telephone().get(address))

    assert "best around Monday 6 April, on any day from Monday 30 March to Monday 13 April" in page
    book = Link.objects.get(purpose=book_links.PURPOSE)
    assert f'href="{links.path(book)}"' in page


def test_without_a_page_to_book_it_asks_to_call(address, wednesday):
    wednesday.move_to(END + timedelta(days=28))
    Link.objects.filter(purpose=book_links.PURPOSE).delete()

    page = words(telephone().get(address))

    assert "Call us to choose a time." in page
    assert "Choose a time" not in page


def test_an_open_report_invites_nobody(address, wednesday):
    wednesday.move_to(END + timedelta(days=28))
    worried(address)

    assert "best around" not in words(telephone().get(address))
