"""What a request names, looked up; a name that means nothing here is said to be so."""

from uuid import UUID

from django.utils.translation import gettext as _

from api.problems import unusable
from clinic.models import Service, User
from patients.models import Patient


def service(code: str, *, source: str) -> Service:
    """Return a service that is offered. source: query or body, for the problem document."""
    found = Service.objects.filter(code=code, is_offered=True).first()
    if found is None:
        raise unusable(source, "service", _("No service with this id is offered; GET /api/v1/services lists them."))
    return found


def practitioner(pk: int, *, source: str) -> User:
    found = User.objects.practitioners().filter(pk=pk).first()
    if found is None:
        words = _("Nobody with this id treats here; GET /api/v1/practitioners lists who does.")
        raise unusable(source, "practitioner", words)
    return found


def patient(uuid: UUID, *, source: str) -> Patient:
    found = Patient.objects.filter(uuid=uuid).first()
    if found is None:
        raise unusable(source, "patient", _("There is no patient with this id; GET /api/v1/patients finds them."))
    return found


def colleague(pk: int | None) -> User | None:
    """Return who agreed; whether they may is judged with the visit."""
    if pk is None:
        return None
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise unusable("body", "agreed_by", _("Nobody with this id works here."))
    return found
