"""A form posted twice is answered once.

The form carries a key of its own; where it led is kept with what it did. The same form again is led there again,
another body under the same key is refused. A view looks first, and acts once:
    if answer := submissions.answered_before(request):
        return redirect(answer)
    with submissions.once(request, leads_to=address_of) as form:
        closing.close(...)
    return redirect(form.url)
Two posts of one form at once both find nothing at the first look; `AnsweredOnce` (desk/middleware.py) leads the later.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinic import askings
from clinic.models import Submission
from clinic.refusals import Refusal, Refused

FIELD = "form_key"
LONGEST = Submission._meta.get_field("answer_url").max_length


class Mismatch(Refused):
    """Raised when a key comes back with other answers than before; nothing was changed."""

    def __init__(self) -> None:
        words = _("This form was already sent with other answers. Open it again to make a change.")
        super().__init__(Refusal("form.again", _("Nothing was changed"), words))


class Answered(Exception):
    """Raised when this very form was answered since one looked; nothing was changed now. url: where it led."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class Form:
    """A form that is posted. url: where it leads, once what it asks is done."""

    def __init__(self, request: HttpRequest, leads_to: str | Callable[[Any], str]) -> None:
        self.request, self.leads_to, self.key = request, leads_to, _key(request)
        self.url = leads_to if isinstance(leads_to, str) else ""

    def take(self) -> None:
        """Write its key down. Raises Again when it is there."""
        if self.key is None:
            return
        user, at = self.request.user, self.request.now
        try:
            Submission.objects.create(user=user, key=self.key, body_digest=_digest(self.request), answered_at=at)
        except IntegrityError:
            raise askings.Again from None

    def keep(self, result: Any) -> None:
        """Write down where it leads."""
        if not isinstance(self.leads_to, str):
            self.url = self.leads_to(result)
        if self.key is not None:
            known = self.url if len(self.url) <= LONGEST else self.url.partition("?")[0][:LONGEST]
            Submission.objects.filter(user=self.request.user, key=self.key).update(answer_url=known)


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


@contextmanager
def once(request: HttpRequest, *, leads_to: str | Callable[[Any], str]) -> Iterator[Form]:
    """Let what is done meanwhile be done once for this form, and yield the form with its url.

    leads_to: the address, or what makes it from the result of the deed; kept in the deed's own transaction.
    Raises Answered when the same form was faster on another road, Mismatch when that had other answers.
    """
    form = Form(request, leads_to)
    try:
        with askings.asked(form):
            yield form
    except askings.Again:
        raise Answered(answered_before(request) or "") from None


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _digest(request: HttpRequest) -> str:
    said = sorted((name, request.POST.getlist(name)) for name in request.POST if name != "csrfmiddlewaretoken")
    return hashlib.sha256(repr((request.path, said)).encode()).hexdigest()
