"""Who comes, as the desk knows them: name, born, contact, reference, and the one word about when they may come."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from api import answers
from api.gate import Key
from api.shapes import Asked, Day, Line, Offset, Page, page_of
from clinic import askings
from clinic.wall_time import local
from patients import patients, restrictions
from patients.models import Patient
from patients.restrictions import DeskWord

router = Router(tags=["patients"])


class Word(Schema):
    """All that may be said of when a patient may come. not_before: the first open day where there is one."""

    kind: Literal["clear", "not_before", "needs_clinician"]
    text: str
    not_before: date | None = None


class PatientShape(Schema):
    id: UUID
    reference: str
    name: str
    born_on: date | None = None
    phone: str
    email: str
    word: Word


class Search(Asked):
    """q: letters of the name, digits of the phone, a date of birth, an e-mail or a reference; empty lists everybody."""

    q: Annotated[Line, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    offset: Offset = 0


class NewPatient(Asked):
    """Somebody new; a phone number or an e-mail address is needed."""

    name: Annotated[Line, Field(min_length=1, max_length=120)]
    phone: Annotated[Line, Field(max_length=40)] = ""
    email: Annotated[Line, Field(max_length=254)] = ""
    born_on: Day | None = None


@router.get("/patients", auth=Key("see_patients"), response=Page[PatientShape])
def find_patients(request: HttpRequest, search: Query[Search]):
    """Find patients, the closest names first; without q everybody in order of name."""
    typed = search.q.strip()
    found = Patient.objects.matching(typed) if typed else Patient.objects.order_by("search_key", "id")
    rows = list(found[search.offset : search.offset + search.limit + 1])
    return page_of(request, _told(request, rows), offset=search.offset, limit=search.limit)


@router.get("/patients/{uuid:patient}", auth=Key("see_patients"), response=PatientShape)
def read_patient(request: HttpRequest, patient: UUID):
    """Read one patient."""
    return _told(request, [get_object_or_404(Patient, uuid=patient)])[0]


@router.post("/patients", auth=Key("edit_patients"), response={201: PatientShape})
@answers.once(201, tell=lambda request, entered: _told(request, [entered])[0])
def enter_patient(request: HttpRequest, new: NewPatient):
    """Enter somebody new. Look first whether they are known: families share a telephone, so nothing is refused."""
    return askings.act(patients.register, **new.model_dump(), by=request.actor, at=request.now)


def _told(request: HttpRequest, people: list[Patient]) -> list[PatientShape]:
    words = restrictions.words_for_desk(people, on=local(request.now, request.site.zone).date())
    return [_shape(one, words[one.pk]) for one in people]


def _shape(patient: Patient, word: DeskWord) -> PatientShape:
    return PatientShape(
        id=patient.uuid,
        reference=patient.reference,
        name=patient.name,
        born_on=patient.born_on,
        phone=str(patient.phone or ""),
        email=patient.email,
        word=Word(kind=word.kind, text=str(word.text), not_before=word.not_before),
    )
