"""The door of a patient's health form: the link, the date of birth, and nothing about anybody before both."""

from datetime import date, timedelta

import pytest
import time_machine

from clinic.models import AuditRow
from intake.models import HealthForm
from outbox.models import Notice
from patients import links
from patients import patients as people
from patients.models import Link, Patient
from tests.factories import patients as who
from tests.factories.booking import HOUSE, SUNDAY, minutes
from tests.factories.health_forms import address, date_in_boxes, opened, sent, telephone
from tests.portal.test_offer import everything, heading, words
from visits import health_forms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_engine]

NOON = SUNDAY + minutes(20)
WRONG = date(1994, 5, 22)


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def form(mia, site):
    who.allergy(mia, "Latex")
    return sent(mia)


def test_the_address_in_the_mail_is_the_address_of_the_page(form, settings):
    assert links.url(Link.objects.get(purpose="health")) == settings.PUBLIC_URL + address(form)


@pytest.mark.parametrize("browser", ["Mozilla/5.0", "Google-Safety"])
def test_opening_the_link_changes_nothing_however_often(form, browser):
    phone, before = telephone(), everything()
    for _ in range(3):
        assert phone.get(address(form), headers={"User-Agent": browser}).status_code == 200
        assert phone.head(address(form)).status_code == 200

    assert everything() == before


def test_before_the_date_of_birth_the_page_knows_the_first_name_only(form, mia):
    phone = telephone()
    page = words(phone.get(address(form)))

    assert heading(phone.get(address(form))) == "Mia, a few questions before your visit"
    for secret in ("Okafor", mia.reference, "0417", "mia.okafor", "1994", "Latex"):
        assert secret not in page.replace("21 5 1994", "")


@pytest.mark.parametrize("step", ["details", "allergies", "medicines", "procedures", "nonsense"])
def test_no_screen_opens_before_the_date_of_birth(form, step):
    phone = telephone()
    for answer in (phone.get(address(form, step)), phone.post(address(form, step), {"none": "on"})):
        assert (answer.status_code, answer.headers["Location"]) == (303, address(form))


def test_the_date_of_birth_opens_the_first_screen_and_leaves_a_row_in_the_trail(form, mia):
    answer = telephone().post(address(form), date_in_boxes())

    assert (answer.status_code, answer.headers["Location"]) == (303, address(form, "details"))
    form.refresh_from_db()
    assert form.begun_at == NOON
    row = AuditRow.objects.get(verb="health_form.open")
    assert (row.actor_kind, row.actor_name, row.patient_id_text) == ("link", "", str(mia.uuid))


@pytest.mark.parametrize("said", [{}, {"day": "x"}, {"day": 31, "month": 2, "year": 1994}, {"day": 1, "month": 1}])
def test_what_is_no_date_is_said_and_counts_as_no_try(form, said):
    answer = telephone().post(address(form), said)

    assert (answer.status_code, "This is no date" in words(answer)) == (422, True)
    assert HealthForm.objects.get().wrong_dates == 0


def test_a_wrong_date_is_refused_neutrally_and_what_was_typed_stays(form):
    answer = telephone().post(address(form), date_in_boxes(WRONG))

    assert (answer.status_code, "This does not open the form" in words(answer)) == (422, True)
    assert 'value="22"' in words(answer)
    assert HealthForm.objects.get().wrong_dates == 1


def test_after_five_wrong_dates_the_right_one_is_refused_in_the_same_words_for_an_hour(form, sunday):
    phone = telephone()
    refused = [words(phone.post(address(form), date_in_boxes(WRONG))) for _ in range(5)]
    locked = words(phone.post(address(form), date_in_boxes()))

    assert locked.replace('value="21"', 'value="22"') == refused[-1]
    sunday.shift(timedelta(minutes=59))
    assert phone.post(address(form), date_in_boxes()).status_code == 422
    sunday.shift(timedelta(minutes=1))
    assert phone.post(address(form), date_in_boxes()).status_code == 303


def test_after_fifteen_wrong_dates_the_link_opens_nothing_any_more(form, sunday):
    phone = telephone()
    for _ in range(15):
        phone.post(address(form), date_in_boxes(WRONG))
        sunday.shift(timedelta(minutes=61))

    assert phone.get(address(form)).status_code == 404
    assert HealthForm.objects.get().closed_at is not None


def test_whoever_guesses_at_once_gets_no_more_tries(form):
    phones = [telephone() for _ in range(5)]
    for phone in phones:
        phone.post(address(form), date_in_boxes(WRONG))

    assert telephone().post(address(form), date_in_boxes()).status_code == 422


def test_a_date_that_the_house_did_not_know_is_taken_from_the_form_and_nothing_is_shown_back(site):
    zoe = who.zoe(born_on=None)
    who.allergy(zoe, "Latex")
    form = sent(zoe)
    phone = opened(form, date(1988, 2, 29))

    assert Patient.objects.get().born_on == date(1988, 2, 29)
    page = words(phone.get(address(form, "allergies"))) + words(phone.get(address(form, "details")))
    assert ("Latex" in page, "zoe@post.example" in page) == (False, False)
    assert telephone().post(address(form), date_in_boxes()).status_code == 422


def test_the_telephone_is_known_for_two_hours_and_then_asked_again_and_nothing_is_lost(form, sunday):
    phone = opened(form)
    phone.post(address(form, "details"), details(form))
    phone.post(address(form, "allergies"), {"substance_1": "Nickel", "reaction_1": "A rash"})
    sunday.shift(timedelta(hours=24))

    assert phone.get(address(form, "allergies")).headers["Location"] == address(form)
    assert phone.get(address(form)).status_code == 200
    answer = phone.post(address(form), date_in_boxes())
    assert answer.headers["Location"] == address(form, "medicines")
    assert "Nickel" in words(phone.get(address(form, "allergies")))


def test_the_cookie_opens_this_form_only_and_no_script_reads_it(form, tomasz):
    other = sent(tomasz)
    phone = opened(form)
    cookie = phone.cookies["health-form"]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (address(form), True, "Lax")
    stranger = telephone()
    stranger.cookies["health-form"] = cookie.value
    assert stranger.get(address(other, "details")).headers["Location"] == address(other)


@pytest.mark.parametrize("how", ["taken back", "too old", "another purpose", "cut off", "of nobody"])
def test_every_wrong_link_is_answered_alike(form, dee, sunday, how):
    at = address(form)
    if how == "taken back":
        health_forms.take_back(form, by=dee, at=NOON)
    elif how == "too old":
        sunday.shift(timedelta(days=31))
    elif how == "another purpose":
        at = at.replace("/f/", "/l/")
    elif how == "cut off":
        at = f"{at[:-5]}/"
    else:
        at = "/f/x/"
    answer = telephone().get(at)

    assert (answer.status_code, heading(answer)) == (404, "This link opens nothing")
    assert answer.content == telephone().get(f"{at[:3]}y/").content
    assert telephone().post(at, date_in_boxes()).status_code == 404


NEW = "If the old link was ours and had run out, a new one is on its way"
MONTH = timedelta(days=31)


def letters(form):
    return list(Notice.objects.filter(patient=form.patient, kind="HEALTH_FORM").order_by("pk"))


def test_in_the_place_of_a_link_that_ran_out_one_new_one_goes_to_the_address_on_record(form, mia, sunday):
    at = address(form)
    sunday.shift(MONTH)
    assert "Send me a new link" in words(telephone().get(at))
    before = len(letters(form))

    answers = [telephone().post(at, {"again": "on", "email": "elsewhere@post.example"}) for _ in range(3)]

    assert [(one.status_code, NEW in words(one)) for one in answers] == [(200, True)] * 3
    newest = HealthForm.objects.get(closed_at=None)
    assert (newest.sent_at, newest.sent_count) == (NOON + MONTH, 1)
    assert [one.to_address for one in letters(form)[before:]] == ["mia.okafor@post.example"]
    assert (telephone().get(at).status_code, telephone().get(address(newest)).status_code) == (404, 200)


@pytest.mark.parametrize("how", ["open", "taken back", "done", "of nobody", "closed record"])
def test_whoever_asks_for_a_new_link_hears_the_same_and_nothing_is_sent(form, dee, sunday, how):
    at = "/f/x/" if how == "of nobody" else address(form)
    if how == "taken back":
        health_forms.take_back(form, by=dee, at=NOON)
    if how == "done":
        HealthForm.objects.filter(pk=form.pk).update(begun_at=NOON, done_at=NOON)
    if how == "closed record":
        Patient.objects.filter(pk=form.patient_id).update(closed_at=NOON)
    sunday.shift(timedelta(0) if how == "open" else MONTH)
    before = everything()

    answer = telephone().post(at, {"again": "on"})

    if how != "open":
        assert (answer.status_code, answer.content) == (200, telephone().post("/f/y/", {"again": "on"}).content)
    assert everything() == before


def test_a_new_link_is_offered_in_the_language_of_the_telephone(form, sunday):
    sunday.shift(MONTH)
    spanish = {"Accept-Language": "es"}

    assert "Envíenme un enlace nuevo" in words(telephone().get(address(form), headers=spanish))
    assert "Un enlace nuevo" in words(telephone().post(address(form), {"again": "on"}, headers=spanish))


def test_the_address_is_told_to_nobody_and_nothing_is_kept(form):
    phone = opened(form)
    for answer in (telephone().get(address(form)), phone.get(address(form, "allergies"))):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in words(answer)


def test_a_form_on_paper_shows_nothing_that_the_house_knew(form, dee):
    assert "Latex" in words(opened(form).get(address(form, "allergies")))  # the control
    health_forms.print_out(form, by=dee, at=NOON)

    assert "Latex" not in words(opened(form).get(address(form, "allergies")))


def details(form, **changes):
    patient = Patient.objects.get(pk=form.patient_id)
    said = {"phone": "0113 496 0417", "email": "mia.okafor@post.example", "version": patient.version}
    return said | changes


def test_the_emergency_number_and_the_phone_are_on_every_page(form, site):
    phone = opened(form)
    pages = [telephone().get(address(form)), telephone().get("/f/x/")]
    pages += [phone.get(address(form, step)) for step in ("details", "allergies", "medicines", "procedures")]

    assert [site.phone.as_e164 in words(page) for page in pages] == [True] * 6
    assert [f"Call {site.emergency_number} at once" in words(page) for page in pages] == [True, False, *[True] * 4]


def test_a_patient_who_reads_spanish_is_asked_in_spanish(form, mia):
    people.edit(mia, version=mia.version, language="es", by=HOUSE, at=NOON)
    page = words(telephone().get(address(form)))

    assert '<html lang="es"' in page
    assert heading(telephone().get(address(form))) == "Mia, unas preguntas antes de su visita"
    assert "¿Cuándo nació?" in page
