"""The health questions behind the link: few screens, confirmed when they stand, judged when they are handed in."""

from datetime import date, timedelta

import pytest
import time_machine

from intake import consents, freshness, screenings
from intake.models import HealthForm, Purpose, Screening, ScreeningDraft
from intake.rules import Reply
from patients import restrictions
from tests.factories import intake as signing
from tests.factories import patients as who
from tests.factories import treatments
from tests.factories.booking import HOUSE, SUNDAY, minutes
from tests.factories.health_forms import address, opened, sent, telephone
from tests.factories.screening import screened
from tests.portal.test_offer import words

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]

NOON = SUNDAY + minutes(20)
NEW, RETURNING = 20, 8  # screens at most, the date of birth included
AT_FIRST = ("INFECTION", "COLD_SORE_ACTIVE", "WOUND", "ACNE_ACTIVE", "SKIN_DISEASE")  # beside the skin type
LIGHT_PAGE = 50_000  # bytes of a screen by itself


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


@pytest.fixture
def form(mia, site, values):
    return sent(mia)


@pytest.fixture
def phone(form):
    return opened(form)


class Patient:
    """Somebody with a telephone who fills in one screen after the other and counts them."""

    def __init__(self, form, phone, **told):
        self.form, self.phone, self.told = form, phone, told
        self.screens, self.bytes = ["begin"], []

    def all(self):
        """Fill in every screen until the end; return its page."""
        at = self.phone.get(address(self.form)).headers.get("Location")
        while at and at != address(self.form):
            at = self.fill(at)
        return self.phone.get(address(self.form))

    def fill(self, at):
        page = self.phone.get(at)
        assert page.status_code == 200, at
        self.bytes.append(len(page.content))
        self.screens.append(at.rstrip("/").rpartition("/")[2])
        assert len(self.screens) < 30
        answer = self.phone.post(at, self.answers(page.context["form"]))
        assert answer.status_code == 303, (at, words(answer)[:3000])
        return answer.headers["Location"]

    def answers(self, form):
        """Return the screen as it is filled in: what stands, the best answers but for those told, a name to sign."""
        said = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", False)}
        for one in form.group.questions if hasattr(form, "group") else ():
            said[f"answer_{one.code}"] = self.told.get(one.code, one.ways[0]["code"])
            said |= {part: self.told[part] for part in (f"on_{one.code}", f"note_{one.code}") if part in self.told}
        known = {"name": "Mia Okafor", "none": "on", "is_same": "same"}
        return said | {name: value for name, value in known.items() if name in form.fields}


def test_somebody_new_is_through_in_twenty_screens_each_of_them_light(form, phone):
    mia = Patient(form, phone)
    page = mia.all()

    assert "thank you, that is all" in words(page)
    assert len(mia.screens) <= NEW
    assert len(set(mia.screens)) == len(mia.screens)  # none twice
    assert max(mia.bytes) < LIGHT_PAGE
    assert Screening.objects.get().outcome == "clear"
    assert HealthForm.objects.get().done_at == NOON


def test_somebody_who_comes_back_confirms_what_stands_in_eight(mia, site):
    who.allergy(mia, "Latex")
    screened(mia, by=HOUSE, at=SUNDAY - timedelta(days=200))
    form = sent(mia)
    back = Patient(form, opened(form))
    page = back.all()

    assert "thank you, that is all" in words(page)
    assert len(back.screens) <= RETURNING, back.screens
    newest = freshness.latest(mia)
    assert (newest.given_by, newest.fresh_from, newest.outcome) == ("Mia Okafor", date(2026, 3, 1), "clear")


def test_somebody_for_whom_something_changed_goes_through_the_questions_with_the_old_answers_set(mia, site):
    screened(mia, by=HOUSE, at=SUNDAY - timedelta(days=200))
    form = sent(mia)
    phone = opened(form)
    phone.post(address(form, "last-time"), {"is_same": "changed"})

    page = phone.get(address(form, "q-you"))
    assert page.context["form"]["answer_INFECTION"].value() == "no"
    assert ScreeningDraft.objects.get().replies == {}


def test_an_answer_that_defers_is_told_neutrally_and_the_desk_learns_the_day_only(form, phone, mia):
    page = Patient(form, phone, ISOTRET_6M="yes", on_ISOTRET_6M="1/1/2026").all()

    assert "We will call you before your visit." in words(page)
    assert "isotretinoin" not in words(page).lower()
    word = restrictions.word_for_desk(mia, on=date(2026, 3, 1))
    assert (word.kind, word.not_before) == ("not_before", Screening.objects.get().not_before)
    assert date(2026, 6, 29) <= word.not_before <= date(2026, 7, 1)


def test_a_practitioner_reads_in_the_story_that_the_patient_answered_alone(form, phone, ana, client):
    Patient(form, phone).all()
    client.force_login(ana)

    page = client.get(f"/patients/{form.patient.uuid}/", {"show": "checks"})
    assert (page.status_code, [one.who for one in page.context["story"].entries]) == (200, ["Mia Okafor"])


def test_an_answer_that_blocks_is_told_in_the_same_words(form, phone, mia):
    blocked = words(Patient(form, phone, PREGNANT="yes").all())

    assert "We will call you before your visit." in blocked
    assert "pregnan" not in blocked.lower()
    assert restrictions.word_for_desk(mia, on=date(2026, 3, 1)).kind == "needs_clinician"


def test_what_is_open_is_said_at_its_question_and_the_rest_stays(form, phone):
    version = phone.get(address(form, "q-you")).context["form"]["version"].value()
    answer = phone.post(address(form, "q-you"), {"version": version, "answer_INFECTION": "no", "note_INFECTION": "Dry"})

    assert (answer.status_code, words(answer).startswith("<!doctype")) == (422, True)
    assert "Answer this question." in words(answer)
    assert "<title>Error:" in words(answer)
    assert ("Dry" in words(answer), ScreeningDraft.objects.get().replies) == (True, {})


def test_two_telephones_at_once_lose_nothing(form, phone):
    other = opened(form)
    version = phone.get(address(form, "q-you")).context["form"]["version"].value()
    said = {"version": version, "answer_FITZ": "2"}
    said |= {f"answer_{code}": "no" for code in AT_FIRST}
    assert phone.post(address(form, "q-you"), said).status_code == 303
    late = other.post(address(form, "q-you"), said | {"answer_FITZ": "3"})

    assert (late.status_code, "changed a moment ago" in words(late)) == (422, True)
    assert ScreeningDraft.objects.get().replies["FITZ"]["option"] == "2"
    assert late.context["form"]["answer_FITZ"].value() == "3"


def test_handed_in_twice_it_is_one_screening(form, phone):
    mia = Patient(form, phone)
    at = phone.get(address(form)).headers["Location"]
    while "answers" not in at:
        at = mia.fill(at)
    said = mia.answers(phone.get(at).context["form"])
    assert [phone.post(at, said).status_code, phone.post(at, said).status_code] == [303, 303]

    assert (Screening.objects.count(), ScreeningDraft.objects.count()) == (1, 0)


def test_an_answer_is_changed_from_the_last_look(form, phone):
    mia = Patient(form, phone)
    at = phone.get(address(form)).headers["Location"]
    while "answers" not in at:
        at = mia.fill(at)

    page = words(phone.get(at))
    assert f'href="{address(form, "q-you")}"' in page
    assert mia.fill(address(form, "q-you")) == at


def test_after_a_day_the_answers_are_where_they_were(form, phone, sunday):
    mia = Patient(form, phone)
    at = phone.get(address(form)).headers["Location"]
    while "q-spots_more" not in at:
        at = mia.fill(at)
    kept = ScreeningDraft.objects.get().replies
    sunday.shift(timedelta(hours=24))

    again = opened(form)
    assert again.get(address(form)).headers["Location"] == at
    assert ScreeningDraft.objects.get().replies == kept


def test_what_somebody_else_began_is_not_shown_to_one_who_told_the_date_of_birth_first(site):
    zoe = who.zoe(born_on=None)
    draft = screenings.begin(zoe, by=HOUSE, at=SUNDAY)
    screenings.save(
        draft, "pregnancy", {"PREGNANT": Reply("yes"), "BREASTFEED": Reply("no")}, version=1, by=HOUSE, at=SUNDAY
    )
    form = sent(zoe)
    phone = opened(form, date(1988, 2, 29))

    for step in ("q-you", "q-products", "answers", "last-time"):
        assert phone.get(address(form, step)).status_code == 303


def test_nothing_of_the_answers_is_there_before_the_date_of_birth_or_after_the_end(form, phone):
    Patient(form, phone, KELOID="yes", note_KELOID="Quetzal").all()

    for client in (telephone(), phone):
        assert "eloid" not in words(client.get(address(form)))
        assert client.get(address(form, "q-scars")).status_code == 303


def test_consent_was_signed_on_the_way(form, phone, mia):
    Patient(form, phone).all()

    assert consents.covers(mia, Purpose.PROCEDURE) is True
    assert signing.agreed(mia, by=HOUSE).signer_name == "Mia Okafor"
