"""The clinic's device in a patient's hand: what it opens meanwhile, who gave it, and who took it back.

That it was given stands in the session, so it holds for every tab and every address of this browser, and nowhere
else. The session gets another key at both moments: what was still under way under the old one can write nothing back,
and the browser forgets the pages that it kept for Back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from clinic import audit
from clinic.refusals import Refusal, Refused
from patients.models import Patient

KEY = "handed"
SIGNING, HAND, DEVICE = "desk:consent_sign", "desk:device_hand", "desk:device"
TAKING_BACK = "take_back"  # of ACCOUNT_RATE_LIMITS


class NotTakenBack(Refused):
    """Raised when the password is not that of who is signed in; the device stays with the patient."""

    def __init__(self, name: str) -> None:
        sentence = _("This is not the password of %(name)s. The device stays as it is; try again.") % {"name": name}
        super().__init__(Refusal("device.password", _("Not taken back"), sentence))


class TooManyTries(Refused):
    """Raised when passwords were tried too often; for a while none is looked at."""

    def __init__(self) -> None:
        sentence = _("That was tried too often. Wait five minutes, then try again.")
        super().__init__(Refusal("device.tries", _("Not taken back"), sentence))


@dataclass(frozen=True)
class Handed:
    """A device that a patient holds.

    patient: the id of their record. purposes: what they are to read, in this order. language: of every page meanwhile.
    goes_on: the page of the house to which whoever takes it back is led.
    """

    patient: str
    purposes: tuple[str, ...]
    language: str
    goes_on: str

    def opens(self, path: str) -> bool:
        """Return whether an address is one of this patient's signing pages, or the one that takes the device back."""
        try:
            found = resolve(path)
        except Resolver404:
            return False
        is_theirs = str(found.kwargs.get("uuid", "")) == self.patient
        return found.view_name == DEVICE or (is_theirs and found.view_name in (SIGNING, HAND))

    def page_of(self, purpose: str) -> str:
        return f"{reverse(SIGNING, args=[self.patient])}?purpose={purpose}"

    def page_after(self, purpose: str) -> str:
        """Return where it goes on once a purpose is signed: to the next, or to the thanks."""
        after = self.purposes[self.purposes.index(purpose) + 1 :] if purpose in self.purposes else ()
        return self.page_of(after[0]) if after else reverse(DEVICE)


def held(request: HttpRequest) -> Handed | None:
    """Return what the device of this request is held for, or None while it is the clinic's."""
    said: dict[str, Any] | None = request.session.get(KEY)
    return Handed(**(said | {"purposes": tuple(said["purposes"])})) if said else None


def hand(request: HttpRequest, person: Patient, purposes: Sequence[str], *, language: str, goes_on: str) -> Handed:
    """Close everything on this device but what the patient is to read and sign, until it is taken back."""
    handed = Handed(str(person.uuid), tuple(purposes), _spoken(language, person.language), goes_on)
    with transaction.atomic():
        audit.record("device.handed", person, by=request.actor, at=request.now, patient=person)
        _write(request, handed)
        request.session.cycle_key()
    return handed


def read_in(request: HttpRequest, handed: Handed, language: str) -> Handed:
    """Return how it is held once the patient chose a language, which stays chosen; one that is not spoken is none."""
    chosen = replace(handed, language=_spoken(language, handed.language))
    if chosen != handed:
        _write(request, chosen)
    return chosen


def take_back(request: HttpRequest, handed: Handed, *, password: str) -> None:
    """Give the device back to who is signed in, who shows it by their password. Raises NotTakenBack, TooManyTries."""
    if not ratelimit.consume(request, action=TAKING_BACK, key=request.session.session_key):
        raise TooManyTries
    if not check_password(password, request.user.password):
        raise NotTakenBack(request.user.name)
    with transaction.atomic():
        person = Patient.objects.filter(uuid=handed.patient).first()
        audit.record("device.taken_back", person or request.user, by=request.actor, at=request.now, patient=person)
        del request.session[KEY]
        request.session.cycle_key()


def _write(request: HttpRequest, handed: Handed) -> None:
    request.session[KEY] = asdict(handed)


def _spoken(language: str, else_in: str) -> str:
    return language if language in dict(settings.LANGUAGES) else else_in
