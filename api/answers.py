"""A request that is sent twice is done once: its answer is kept under the name that the machine gave it.

The name is the header `Idempotency-Key`, unique among the requests of one key. It is taken and its answer kept in the
transaction of the change itself, so the same request at the same moment waits, and none is done again after a crash. A
refusal is kept as well. An answer is kept for a day.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import BaseModel

from api import problems
from api.models import Answer
from api.problems import Stopped
from clinic import askings

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = timedelta(days=1)

Row = TypeVar("Row")
Tell = Callable[[HttpRequest, Row], BaseModel]


class Named:
    """A request with a name of its own. answer: what it was answered, once what it asks is done."""

    def __init__(self, request: HttpRequest, name: str, tell: Callable[[Any], HttpResponse]) -> None:
        self.mine = {"token": request.auth, "key": name}
        self.digest, self.asked_at, self.tell = _digest(request), request.now, tell
        self.answer: HttpResponse | None = None

    def take(self) -> None:
        """Write the name down. Raises Again when it is there."""
        try:
            Answer.objects.create(**self.mine, request_digest=self.digest, asked_at=self.asked_at)
        except IntegrityError:
            raise askings.Again from None

    def keep(self, result: Any) -> None:
        """Write down what is answered."""
        self.answer = self.tell(result)
        Answer.objects.filter(**self.mine).update(**_kept(self.answer))

    def of_the_first(self) -> HttpResponse | None:
        """Return what the first request with this name was answered, if there was one. Raises Stopped for another."""
        first = Answer.objects.filter(**self.mine).first()
        if first is None:
            return None
        if first.request_digest != self.digest:
            words = _("This Idempotency-Key came with another request before. Give each request its own.")
            raise Stopped(422, "request.idempotency_key", _("The key of the request was used before"), words)
        if first.status is None:  # kept by a release that took the name before the deed, and was struck down
            words = _("This request was begun and its answer was lost. Look whether it was done before you ask anew.")
            raise Stopped(409, "request.answer_lost", _("Its answer was lost"), words)
        return HttpResponse(first.body, status=first.status, content_type=first.content_type)

    def keep_refusal(self, response: HttpResponse) -> HttpResponse:
        """Keep why nothing was done and return it, or what another with this name was answered meanwhile."""
        try:
            with transaction.atomic():
                self.take()
                Answer.objects.filter(**self.mine).update(**_kept(response))
        except askings.Again:
            return self.of_the_first() or response
        return response


def once(status: int, *, tell: Tell) -> Callable[[Callable[..., Any]], Callable[..., HttpResponse]]:
    """Return a decorator for an operation that changes something: it is done once per `Idempotency-Key`.

    The operation returns the row it came to, in one transaction. status: of the answer when all went well; tell: makes
    the answer from the row.
    """

    def decorate(operation: Callable[..., Any]) -> Callable[..., HttpResponse]:
        @wraps(operation)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def told(row: Any) -> HttpResponse:
                body = tell(request, row).model_dump_json()
                return HttpResponse(body, status=status, content_type="application/json")

            name = request.headers.get(HEADER)
            if name is None:
                return told(operation(request, *args, **kwargs))
            named = Named(request, _checked(name), told)
            return named.of_the_first() or _done(named, request, lambda: operation(request, *args, **kwargs))

        return answered

    return decorate


def tidy(*, at: datetime) -> int:
    """Forget answers that are older than a day; return how many."""
    return Answer.objects.filter(asked_at__lte=at - KEPT).delete()[0]


def _done(named: Named, request: HttpRequest, act: Callable[[], Any]) -> HttpResponse:
    try:
        with askings.asked(named):
            act()
    except askings.Again:
        return named.of_the_first() or problems.of_status(500)
    except Exception as fault:
        response = problems.answer(request, fault)
        # of a fault of ours nothing was decided; the same request may be tried again
        return response if response.status_code >= 500 else named.keep_refusal(response)
    return _answer_of(named)


def _answer_of(named: Named) -> HttpResponse:
    if named.answer is None:
        raise RuntimeError("an operation that is done once opens a transaction of its own")
    return named.answer


def _checked(name: str) -> str:
    if not (0 < len(name) <= LONGEST and name.isascii() and name.isprintable()):
        words = _("Idempotency-Key holds 1 to %(longest)s letters, digits or marks.") % {"longest": LONGEST}
        raise Stopped(422, "request.idempotency_key", _("The key of the request cannot be used"), words)
    return name


def _kept(response: HttpResponse) -> dict[str, Any]:
    body = response.content.decode()
    return {"status": response.status_code, "content_type": response.headers["Content-Type"], "body": body}


def _digest(request: HttpRequest) -> str:
    """Return what a request asks, however its JSON is spaced and ordered, as a digest."""
    try:
        said = json.dumps(json.loads(request.body), sort_keys=True).encode()
    except ValueError:
        said = request.body
    return hashlib.sha256(b"\n".join([request.method.encode(), request.get_full_path().encode(), said])).hexdigest()
