"""Reading and signing on the telephone: a typed name is enough, photos may be refused, and a copy is theirs."""

from datetime import date, timedelta

import pytest
import time_machine

from intake import consents
from intake.models import Consent, HealthForm, Purpose
from patients.models import Patient as Patients
from portal.health import steps
from tests.factories import intake as signing
from tests.factories import patients as who
from tests.factories import stock, treatments
from tests.factories.booking import SUNDAY, minutes, visit
from tests.factories.health_forms import address, opened, sent, telephone
from tests.portal.test_health_questions import Patient
from tests.portal.test_offer import words

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]

NOON = SUNDAY + minutes(20)
PROCEDURE, PHOTOS = "sign-procedure", "sign-clinical_photos"


@pytest.fixture(autouse=True)
def sunday():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def texts(db):
    treatments.values()


@pytest.fixture
def form(mia, site, texts):
    return sent(mia)


@pytest.fixture
def phone(form):
    return opened(form)


def read(phone, form, step=PROCEDURE):
    """Return the version that stands on the page."""
    return phone.get(address(form, step)).context["form"].words.pk


def sign(phone, form, step=PROCEDURE, **changes):
    return phone.post(address(form, step), {"text": read(phone, form, step), "name": "Mia Okafor"} | changes)


def test_a_typed_name_signs_the_words_of_today(phone, form, mia):
    answer = sign(phone, form)

    assert answer.status_code == 303
    (consent,) = Consent.objects.all()
    assert (consent.patient, consent.how, consent.signer_name, consent.given_at) == (mia, "typed", "Mia Okafor", NOON)
    assert consents.covers(mia, Purpose.PROCEDURE) is True


@pytest.mark.parametrize("name", ["", "Mia Okafer", "x" * 121])
def test_a_name_that_signs_nothing_is_said_and_stays(phone, form, name):
    answer = sign(phone, form, name=name)

    assert (answer.status_code, f'value="{name}"' in words(answer) or not name) == (422, True)
    assert not Consent.objects.exists()


def test_words_that_changed_meanwhile_are_read_again(phone, form):
    answer = sign(phone, form, text="0")

    assert (answer.status_code, "These words changed a moment ago" in words(answer)) == (422, True)
    assert f'value="{read(phone, form)}"' in words(answer)


def test_photos_may_be_refused_and_nobody_is_asked_again(phone, form, mia):
    assert sign(phone, form, PHOTOS, refuse="on", name="").status_code == 303

    assert not Consent.objects.exists()
    assert "no-clinical_photos" in HealthForm.objects.get().steps_done
    assert "I would rather not" not in words(phone.get(address(form, PROCEDURE)))


def asked(phone, form):
    """Return the purposes of the screens to sign, in their order."""
    answer = phone.get(address(form, PROCEDURE))
    codes = [step.code for step in steps.all_steps(answer.context["form"].visitor)]
    return [code.removeprefix("sign-") for code in codes if code.startswith("sign-")]


def test_what_the_booked_service_does_is_signed_behind_the_link_as_well(phone, form, mia, ana, microneedling):
    assert asked(phone, form) == ["procedure", "clinical_photos"]
    microneedling.beside = ["peel", "prp"]
    microneedling.save()
    visit(mia, microneedling, ana)

    assert asked(phone, form) == ["procedure", "prp", "peel", "clinical_photos"]
    assert sign(phone, form, "sign-prp").status_code == 303
    assert sign(phone, form, "sign-peel", refuse="on", name="").status_code == 422
    assert consents.covers(mia, Purpose.PRP) is True


def test_what_was_used_in_the_course_so_far_is_signed_for_the_next_session(
    phone, form, mia, ana, microneedling, as_ana
):
    treatments.course(mia, by=as_ana)
    kit = stock.lot(stock.product("PRP kit", "serum", open_channel="allow", use="prp"), "PK-1", date(2027, 1, 31))
    before = SUNDAY - timedelta(days=27)
    begun = treatments.started(visit(mia, microneedling, ana, starts_at=before, at=before), by=as_ana)
    signing.signed(mia, purpose="prp", by=as_ana, at=before)
    treatments.ended(begun, by=as_ana, serums=(treatments.serum_row(kit),), serum_is_none=False)

    assert asked(phone, form) == ["procedure", "prp", "clinical_photos"]


def test_photos_for_others_are_offered_unticked_and_each_has_its_own_words(phone, form, mia):
    page = phone.get(address(form, PHOTOS))
    assert (page.context["form"]["also"].value(), "checked" in words(page)) == (None, False)

    assert sign(phone, form, PHOTOS, also=["teaching_photos"]).status_code == 303
    assert asked(phone, form) == ["procedure", "clinical_photos", "teaching_photos"]
    assert sign(phone, form, "sign-teaching_photos", refuse="on", name="").status_code == 303
    assert set(consents.covered(mia)) == {"clinical_photos"}


def test_the_procedure_cannot_be_refused_by_a_forged_answer(phone, form):
    assert sign(phone, form, refuse="on", name="").status_code == 422


def test_below_eighteen_a_guardian_signs(site, texts):
    ivy = who.patient("Ivy Marsh", born_on=date(2010, 3, 1), email="ivy@post.example")
    form = sent(ivy)
    phone = opened(form, date(2010, 3, 1))
    unnamed = sign(phone, form, name="Rose Marsh", relation="Mother")
    assert (unnamed.status_code, "with the patient&#x27;s details first, then sign here." in words(unnamed)) == (
        422,
        True,
    )

    Patients.objects.filter(pk=ivy.pk).update(guardian_name="Rose Marsh")
    assert sign(phone, form, name="Ivy Marsh", relation="me").status_code == 422
    assert sign(phone, form, name="Jo Marsh", relation="Uncle").status_code == 422
    assert sign(phone, form, name="Rose Marsh", relation="").status_code == 422
    assert sign(phone, form, name="Rose Marsh", relation="Mother").status_code == 303
    assert [(one.signer, one.signer_name) for one in Consent.objects.all()] == [("guardian", "Rose Marsh")]


def test_the_last_screen_is_the_end_and_says_what_happens_next(phone, form):
    page = words(Patient(form, phone).all())

    assert HealthForm.objects.get().done_at == NOON
    assert "Mia, thank you, that is all" in page
    assert phone.get(address(form, "details")).headers["Location"] == address(form)


def test_the_copy_is_theirs_once_the_date_of_birth_was_given(phone, form):
    Patient(form, phone).all()
    consent = Consent.objects.get(text__purpose=Purpose.PROCEDURE)
    copy = f"{address(form)}copy/{consent.uuid}/"

    answer = phone.get(copy)
    assert (answer.status_code, answer.headers["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )
    stranger = telephone()
    assert stranger.get(copy).headers["Location"] == address(form)
    assert "copy/" not in words(stranger.get(address(form)))
    assert "give your date of birth once more" in words(stranger.get(address(form)))


def test_the_copy_of_somebody_else_is_nothing(phone, form, tomasz, dee):
    other = signing.signed(tomasz, by=dee, at=NOON)

    assert phone.get(f"{address(form)}copy/{other.uuid}/").status_code == 404
