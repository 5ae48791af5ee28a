"""What a request names, looked up; a name that means nothing here is said to be so."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from api.problems import unusable
from clinic.models import Service, User
from clinic.often import often
from patients.models import Patient


def service(code: str, *, source: str) -> Service:
    """Return a service that is offered. source: query or body, for the problem document."""
    found = _offered.first(code)
    if found is None:
        raise unusable(source, "service", _("No service with this id is offered; GET /api/v1/services lists them."))
    return found


@often
def _offered(code: str) -> QuerySet[Service]:
    return Service.objects.filter(code=code, is_offered=True).order_by()


def practitioner(pk: int, *, source: str) -> User:
    found = _practitioner.first(pk)
    if found is None:
        words = _("Nobody with this id treats here; GET /api/v1/practitioners lists who does.")
        raise unusable(source, "practitioner", words)
    return found


@often
def _practitioner(pk: int) -> QuerySet[User]:
    return User.objects.practitioners().filter(pk=pk).order_by()


def patient(uuid: UUID, *, source: str) -> Patient:
    found = _patient.first(uuid)
    if found is None:
        raise unusable(source, "patient", _("There is no patient with this id; GET /api/v1/patients finds them."))
    return found


@often
def _patient(uuid: UUID) -> QuerySet[Patient]:
    return Patient.objects.filter(uuid=uuid).order_by()


def colleague(pk: int | None) -> User | None:
    """Return who agreed; whether they may is judged with the visit."""
    if pk is None:
        return None
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise unusable("body", "agreed_by", _("Nobody with this id works here."))
    return found
