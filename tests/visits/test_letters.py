"""A doctor's letter: kept, named and dated; where nobody may prescribe, a practitioner passes an answer with it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from clinic import vault
from clinic.actors import Actor
from clinic.models import AuditRow, Role
from clinic.refusals import Refused
from intake import letters
from intake.models import Letter
from intake.rules import Reply
from intake.screenings import Given
from tests.factories import booking, treatments
from tests.factories import clinic as house
from tests.factories import intake as papers
from tests.factories import screening as full
from tests.factories.booking import SUNDAY, TEN, minutes
from tests.factories.intake import PDF
from treatments import gates
from treatments.decisions import NotDecided
from visits import answers, merging, reception, treatment

pytestmark = pytest.mark.django_db

ON = TEN.date()
THINNER = {"ANTICOAG": Reply("yes")}


@pytest.fixture(autouse=True)
def values(db):
    treatments.values()


@pytest.fixture
def visit(mia, microneedling, ana):
    return booking.visit(mia, microneedling, ana)


@pytest.fixture
def told(mia):
    return full.screened(mia, by=Actor.of_link(mia.name, uuid4()), at=SUNDAY, **THINNER)


def kept(patient, by, **fields) -> Letter:
    return papers.letter(patient, by=by, at=SUNDAY + minutes(1), **fields)


def decide(visit, by):
    return answers.decide(visit, {"ANTICOAG": "Dr Stein agrees"}, on=ON, by=by, at=SUNDAY + minutes(5))


def test_a_letter_is_kept_sealed_with_the_outcome_that_it_is_about(mia, told, as_ana):
    letter = kept(mia, as_ana)

    assert (letter.screening, letter.from_whom, letter.content_type) == (told, "Dr Amira Stein", "application/pdf")
    assert (vault.read(letter.file), b"letter" in storages["vault"].path(letter.file).encode()) == (PDF, False)
    assert AuditRow.objects.get(verb="letter.kept").patient_id_text == str(mia.uuid)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"content": b"<html>"}, "paper"),
        ({"content": b""}, "paper"),
        ({"content": PDF + b" " * 15_000_000}, "paper"),
        ({"content": b"%PDF-1.7 /JavaScript %%EOF"}, "paper"),
        ({"from_whom": " "}, "from_whom"),
        ({"about": ""}, "about"),
        ({"written_on": ON + timedelta(days=1)}, "written_on"),
    ],
)
def test_what_is_no_letter_is_refused_at_its_field_and_leaves_no_file(mia, told, as_ana, wrong, field):
    before = storages["vault"].names()

    with pytest.raises(Refused) as refused:
        kept(mia, as_ana, **wrong)

    assert refused.value.refusal.values["field"] == field
    assert (Letter.objects.count(), storages["vault"].names()) == (0, before)


def test_before_the_health_questions_a_letter_is_about_nothing(mia, as_ana):
    with pytest.raises(letters.NothingAsked):
        kept(mia, as_ana)


def test_with_a_current_letter_a_practitioner_decides_for_one_visit_and_it_can_be_started(
    mia, visit, told, as_ana, microneedling, ana
):
    with pytest.raises(NotDecided):
        decide(visit, as_ana)
    letter = kept(mia, as_ana)

    (made,) = decide(visit, as_ana)

    assert (made.letter, made.agreed_by, made.code) == (letter.uuid, as_ana.user, "ANTICOAG")
    assert gates.restriction_refusal(visit, on=ON, at=TEN) is None
    other = booking.visit(mia, microneedling, ana, starts_at=TEN + timedelta(days=1))
    assert gates.restriction_refusal(other, on=ON + timedelta(days=1), at=TEN).overridable_by == "prescribe"
    assert treatments.started(visit, by=as_ana).appointment == visit


def test_what_is_asked_at_the_start_is_decided_beforehand_with_the_letter(mia, visit, as_ana):
    severe = {"ACNE_ACTIVE": Reply("yes"), "ACNE_SEVERE": Reply("yes")}
    full.screened(mia, by=as_ana, at=SUNDAY, **severe)
    told = treatments.all_clear(ACNE_SEVERE=Given(True))
    assert _checked(visit, told, as_ana).outcome == "blocked"
    kept(mia, as_ana)

    answers.decide(visit, {"ACNE_SEVERE": "Dr Stein agrees"}, on=ON, by=as_ana, at=SUNDAY + minutes(5))

    assert _checked(visit, told, as_ana).outcome == "passed"


def _checked(visit, told, by):
    return treatment._screen(visit, answers=told, by=by, at=TEN)


def test_it_lets_a_practitioner_book_what_an_answer_stops_and_the_letter_stands_beside_it(
    mia, told, as_ana, ana, dee, microneedling, site
):
    wish = {"patient": mia, "service": microneedling, "practitioner": ana, "starts_at": TEN, "site": site, "at": SUNDAY}
    agreed = {"agreed_reason": "Dr Stein agrees"}
    with pytest.raises(Refused):
        reception.book(**wish, **agreed, by=as_ana)
    letter = kept(mia, as_ana)
    with pytest.raises(Refused):
        reception.book(**wish, **agreed, by=dee)

    booked = reception.book(**wish, **agreed, by=as_ana)

    assert booked.overrides.get(code="ANTICOAG").letter == letter.uuid
    assert gates.restriction_refusal(booked, on=ON, at=TEN) is None


@pytest.mark.parametrize("written_on", [ON - timedelta(days=181), date(2020, 1, 1)])
def test_an_old_letter_decides_nothing(mia, visit, told, as_ana, written_on):
    kept(mia, as_ana, written_on=written_on)

    with pytest.raises(NotDecided):
        decide(visit, as_ana)


def test_where_somebody_may_prescribe_they_decide_and_no_letter_does(mia, visit, told, as_ana):
    kept(mia, as_ana)
    vera = Actor.of(house.user("Vera Lind", Role.PRESCRIBER))

    with pytest.raises(NotDecided):
        decide(visit, as_ana)
    (made,) = decide(visit, vera)

    assert made.letter is None


def test_the_desk_decides_with_no_letter(mia, visit, told, as_ana, dee):
    kept(mia, as_ana)

    with pytest.raises(NotDecided):
        decide(visit, dee)


def test_a_letter_that_is_struck_has_decided_nothing(mia, visit, told, as_ana):
    letter = kept(mia, as_ana)
    decide(visit, as_ana)

    letters.strike(letter, because="Of another patient", by=as_ana, at=SUNDAY + minutes(9))

    assert gates.restriction_refusal(visit, on=ON, at=TEN).overridable_by == "prescribe"
    assert [one.visit for one in answers.broken(site=visit.site, at=SUNDAY, patient=mia)] == [visit]


def test_it_goes_with_a_record_that_is_merged_into_another_and_is_never_told_otherwise(mia, tomasz, told, as_ana):
    letter = kept(mia, as_ana)

    merging.merge(tomasz, mia, versions=(1, 1), by=as_ana, at=SUNDAY + minutes(9))

    letter.refresh_from_db()
    assert letter.patient == tomasz
    with pytest.raises(IntegrityError, match="only ever struck"), transaction.atomic():
        Letter.objects.update(about="Something else")
