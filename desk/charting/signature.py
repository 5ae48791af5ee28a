"""A signature is somebody's own: who has not shown who they are for five minutes types the password again."""

from __future__ import annotations

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import ratelimit
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.refusals import Refusal, Refused

FRESH_SECONDS = 5 * 60


class NotConfirmed(Refused):
    """Raised when the password that a signature needs is missing or is somebody else's; nothing was signed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Refusal("session.password", _("Not signed yet"), sentence, values={"field": "password"}))


def is_fresh(request: HttpRequest) -> bool:
    """Return whether who is signed in showed who they are within the last five minutes."""
    if not request.user.has_usable_password():
        return True  # nobody without a password signs in here
    shown = get_authentication_records(request, request.user)
    return bool(shown) and time.time() - shown[-1]["at"] < FRESH_SECONDS


def confirm(request: HttpRequest, *, password: str) -> None:
    """Make sure that whoever presses is who is signed in. Raises NotConfirmed."""
    if is_fresh(request):
        return
    if not password:
        raise NotConfirmed(_("Type your password to sign; you signed in more than five minutes ago."))
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        raise NotConfirmed(_("That was tried too often. Wait a minute, then try again."))
    if not check_password(password, request.user.password):
        raise NotConfirmed(_("This is not the password of %(name)s. Nothing was signed.") % {"name": request.user.name})
    reauthenticate_by_password(request)
