"""A request that is sent twice is answered once: the first answer is kept under the name that the machine gave it.

The name is the header `Idempotency-Key`, unique among the requests of one key. An answer is kept for a day.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from time import sleep
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import BaseModel

from api import problems
from api.models import Answer
from api.problems import Stopped
from clinic.models import ApiToken

HEADER = "Idempotency-Key"
LONGEST = 255
KEPT = timedelta(days=1)
LEASE = timedelta(minutes=2)  # whoever was at work for longer was struck down on the way
LOOKS, BETWEEN = 40, 0.05  # how often, and seconds between, a second request looks for the answer to the first


def once(status: int) -> Callable[[Callable[..., BaseModel]], Callable[..., HttpResponse]]:
    """Return a decorator for an operation that changes something: it is done once per `Idempotency-Key`.

    status: of the answer when all went well.
    """

    def decorate(operation: Callable[..., BaseModel]) -> Callable[..., HttpResponse]:
        @wraps(operation)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def act() -> HttpResponse:
                try:
                    made = operation(request, *args, **kwargs)
                except Exception as fault:
                    return problems.answer(request, fault)
                return HttpResponse(made.model_dump_json(), status=status, content_type="application/json")

            name = request.headers.get(HEADER)
            return act() if name is None else _answered_once(request, _checked(name), act)

        return answered

    return decorate


def tidy(*, at: datetime) -> int:
    """Forget answers that are older than a day; return how many."""
    return Answer.objects.filter(asked_at__lte=at - KEPT).delete()[0]


def _checked(name: str) -> str:
    if not (0 < len(name) <= LONGEST and name.isascii() and name.isprintable()):
        words = _("Idempotency-Key holds 1 to %(longest)s letters, digits or marks.") % {"longest": LONGEST}
        raise Stopped(422, "request.idempotency_key", _("The key of the request cannot be used"), words)
    return name


def _answered_once(request: HttpRequest, name: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    digest = _digest(request)
    mine = _begin(request.auth, name, digest, at=request.now)
    if mine is None:
        return _of_the_first(request.auth, name, digest)
    try:
        response = act()
    except BaseException:
        mine.delete()
        raise
    if response.status_code >= 500:  # nothing was decided; the same request may be tried again
        mine.delete()
    else:
        words = {"content_type": response.headers["Content-Type"], "body": response.content.decode()}
        Answer.objects.filter(pk=mine.pk).update(status=response.status_code, **words)
    return response


def _begin(token: ApiToken, name: str, digest: str, *, at: datetime) -> Answer | None:
    """Take the name for this request, or return None when another request has it."""
    try:
        with transaction.atomic():
            return Answer.objects.create(token=token, key=name, request_digest=digest, asked_at=at)
    except IntegrityError:
        old = Answer.objects.filter(token=token, key=name)
        if old.filter(request_digest=digest, status=None, asked_at__lte=at - LEASE).update(asked_at=at):
            return old.first()
        return None


def _of_the_first(token: ApiToken, name: str, digest: str) -> HttpResponse:
    """Return the answer that the first request with this name gets, waiting for it up to two seconds."""
    for _look in range(LOOKS):
        first = Answer.objects.filter(token=token, key=name).first()
        if first is None:
            break
        if first.request_digest != digest:
            words = _("This Idempotency-Key came with another request before. Give each request its own.")
            raise Stopped(422, "request.idempotency_key", _("The key of the request was used before"), words)
        if first.status is not None:
            return HttpResponse(first.body, status=first.status, content_type=first.content_type)
        sleep(BETWEEN)
    words = _("The same request is being answered at this moment. Send it again in a second.")
    raise Stopped(409, "request.in_progress", _("Still at work on it"), words, retry_after=1)


def _digest(request: HttpRequest) -> str:
    """Return what a request asks, however its JSON is spaced and ordered, as a digest."""
    try:
        said = json.dumps(json.loads(request.body), sort_keys=True).encode()
    except ValueError:
        said = request.body
    return hashlib.sha256(b"\n".join([request.method.encode(), request.get_full_path().encode(), said])).hexdigest()
