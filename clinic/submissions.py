"""A form posted twice is answered once.

The form carries a key of its own; the answer to it is remembered. The same form again gets the same answer, another
body under the same key is refused.
"""

from __future__ import annotations

import hashlib
import uuid

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic.models import Submission

FIELD = "form_key"


class Mismatch(Exception):
    """Raised when a key comes back with other answers than before; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("This form was already sent with other answers. Open it again to make a change."))


def answered_before(request: HttpRequest) -> str | None:
    """Return where this very form led when it was posted before, or None. Raises Mismatch."""
    key = _key(request)
    if key is None:
        return None
    row = Submission.objects.filter(user=request.user, key=key).first()
    if row is None:
        return None
    if row.body_digest != _digest(request):
        raise Mismatch
    return row.answer_url


def remember(request: HttpRequest, url: str) -> str:
    """Keep where this form led and return it; the first answer stands if another request was faster."""
    key = _key(request)
    if key is None:
        return url
    try:
        with transaction.atomic():
            Submission.objects.create(
                user=request.user, key=key, body_digest=_digest(request), answer_url=url, answered_at=request.now
            )
    except IntegrityError:
        return Submission.objects.get(user=request.user, key=key).answer_url
    return url


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _digest(request: HttpRequest) -> str:
    said = sorted((name, request.POST.getlist(name)) for name in request.POST if name != "csrfmiddlewaretoken")
    return hashlib.sha256(repr((request.path, said)).encode()).hexdigest()
