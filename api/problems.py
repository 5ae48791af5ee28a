"""Every "no" on the machine door is a problem document (RFC 9457): the same refusal that the desk reads aloud."""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from api.shapes import FreeTimeShape, iso, told_free_time
from clinic.policy import MayNot
from clinic.refusals import Refusal, Refused, Stale
from visits.transactions import Busy

MEDIA_TYPE = "application/problem+json"
TO_PUT_RIGHT = {"cancel.reason", "override.reason", "patient.not_reachable"}  # the request itself lacks something
TOLD_OF_A_VISIT = ("state", "starts_at", "ends_at", "practitioner", "note", "tell_patient", "needling_minutes")

log = logging.getLogger("django.request")


class Wrong(Schema):
    """One thing in the request to put right: where it stands, and what to do."""

    where: list[str]
    detail: str


class Was(Schema):
    """What a field was when it was read, and what it is now."""

    was: Any = None
    now: Any = None


class Problem(Schema):
    """Why something was not done. type: a name that stays the same, `urn:stipple:` and the code of the rule.

    earliest: the first day or instant at which it becomes possible. overridable_by: the capability whose holder may
    agree to it with a reason. alternatives: free times to offer instead. changed: what somebody else changed since
    the version that was sent. errors: what to put right in the request.
    """

    type: str
    title: str
    status: int
    detail: str
    earliest: str | None = None
    overridable_by: str | None = None
    alternatives: list[FreeTimeShape] | None = None
    values: dict[str, str | int | bool | None] | None = None
    changed: dict[str, Was] | None = None
    errors: list[Wrong] | None = None


class Stopped(Exception):
    """Raised by the door itself. wrong: what to put right, as (where, sentence)."""

    def __init__(
        self,
        status: int,
        rule: str,
        title: str,
        sentence: str,
        *,
        wrong: tuple[tuple[str, ...], str] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.rule, self.title, self.retry_after = status, rule, title, retry_after
        self.wrong = [Wrong(where=list(wrong[0]), detail=wrong[1])] if wrong else None


def unusable(source: str, name: str, sentence: str) -> Stopped:
    """Return the problem of one value that has the right form and means nothing here. source: query or body."""
    return Stopped(422, "request.invalid", _title_of_the_unusable(), sentence, wrong=((source, name), sentence))


def answer(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Return the problem document for anything that stopped a request."""
    for kind, tell in TELLERS:
        if isinstance(fault, kind):
            return tell(request, fault)
    log.error("The machine door broke: %s", request.path, exc_info=fault, extra={"request": request})
    return of_status(500)


def of_status(status: int) -> HttpResponse:
    """Return the problem document of an error of which nothing more than its status is known."""
    if status == 404:
        return said(404, "request.not_there", _("Nothing is here"), _("There is nothing at this address."))
    if status < 500:
        return said(status, "request.unreadable", _("This cannot be read"), _("The house does not take this request."))
    words = _("Something went wrong on our side. Look whether it was done before you try again.")
    return said(status, "house.fault", _("A fault of ours"), words)


def said(
    status: int, rule: str, title: str, sentence: str, headers: Mapping[str, str] | None = None, **more: Any
) -> HttpResponse:
    """Return a problem document; members that are None are left out."""
    problem = Problem(type=f"urn:stipple:{rule}", title=str(title), status=status, detail=str(sentence), **more)
    body = problem.model_dump_json(exclude_none=True)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def _stopped(request: HttpRequest, fault: Stopped) -> HttpResponse:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
    return said(fault.status, fault.rule, fault.title, str(fault), headers, errors=fault.wrong)


def _busy(request: HttpRequest, fault: Busy) -> HttpResponse:
    refusal = fault.refusal
    return said(503, refusal.rule, refusal.title, refusal.sentence, {"Retry-After": "1"})


def _refused(request: HttpRequest, fault: Refused) -> HttpResponse:
    refusal: Refusal = fault.refusal
    zone, field = request.site.zone, refusal.values.get("field")
    is_to_put_right = field is not None or refusal.rule in TO_PUT_RIGHT
    wrong = [Wrong(where=["body", str(field)], detail=str(refusal.sentence))] if field else None
    return said(
        422 if is_to_put_right else 409,
        refusal.rule,
        refusal.title,
        refusal.sentence,
        earliest=_plain(refusal.earliest, zone),
        overridable_by=refusal.overridable_by or None,
        alternatives=[told_free_time(free, zone) for free in refusal.alternatives] or None,
        values={name: _plain(value, zone) for name, value in refusal.values.items() if _is_plain(value)} or None,
        errors=wrong,
    )


def _stale(request: HttpRequest, fault: Stale) -> HttpResponse:
    told = {name: pair for name, pair in fault.changed.items() if name in TOLD_OF_A_VISIT}
    zone = request.site.zone
    changed = {name: Was(was=_plain(was, zone), now=_plain(now, zone)) for name, (was, now) in told.items()}
    return said(409, "visit.stale", _("This visit changed meanwhile"), str(fault), changed=changed)


def _not_known(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    words = _("Send the header “Authorization: Bearer” with a key that stands. `manage.py api_token` makes one.")
    return said(401, "key.unknown", _("This key opens nothing"), words, {"WWW-Authenticate": "Bearer"})


def _may_not(request: HttpRequest, fault: MayNot) -> HttpResponse:
    return said(403, "key.may_not", _("Not allowed"), str(fault), overridable_by=fault.capability)


def _forbidden(request: HttpRequest, fault: PermissionDenied) -> HttpResponse:
    return said(403, "key.may_not", _("Not allowed"), _("This key does not open that."))


def _throttled(request: HttpRequest, fault: Throttled) -> HttpResponse:
    wait = str(60 - int(request.now.timestamp()) % 60)
    words = _("Too many requests in this minute. Go on after %(seconds)s seconds.") % {"seconds": wait}
    return said(429, "key.too_many", _("Slow down"), words, {"Retry-After": wait})


def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    wrong = [Wrong(where=_where(one["loc"]), detail=_sentence(one)) for one in fault.errors]
    several = " ".join(f"{one.where[-1]}: {one.detail}" for one in wrong)
    words = wrong[0].detail if len(wrong) == 1 else several
    return said(422, "request.invalid", _title_of_the_unusable(), words, errors=wrong)


def _where(loc: tuple[str | int, ...]) -> list[str]:
    """Return the place as the machine knows it, without the name that the code gives to a whole body."""
    source, *path = (str(part) for part in loc)
    return [source, *(path[1:] if source == "body" else path)]


def _sentence(wrong: Mapping[str, Any]) -> str:
    """Return what to put right; the words of the library where the house has none of its own."""
    ours = {
        "missing": _("This is needed."),
        "extra_forbidden": _("Nothing is known by this name."),
        "string_pattern_mismatch": _("Write this on one line, without control characters."),
    }
    words = ours.get(wrong["type"]) or wrong["msg"].removeprefix("Value error, ")
    return words if words.endswith(".") else f"{words}."


def _not_there(request: HttpRequest, fault: Exception) -> HttpResponse:
    return of_status(404)


def _too_big(request: HttpRequest, fault: Exception) -> HttpResponse:
    return said(413, "request.too_big", _("Too much at once"), _("This request is larger than the house takes."))


def _unreadable(request: HttpRequest, fault: Exception) -> HttpResponse:
    return said(400, "request.unreadable", _("This cannot be read"), _("Send a JSON object in UTF-8."))


def _title_of_the_unusable() -> str:
    return _("The request is not right yet")


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | bool | date | datetime)


def _plain(value: Any, zone: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value.astimezone(zone))
    return value.isoformat() if isinstance(value, date) else value


TELLERS = (  # the first that fits tells it
    (Stopped, _stopped),
    (Busy, _busy),
    (Refused, _refused),
    (Stale, _stale),
    (MayNot, _may_not),
    (PermissionDenied, _forbidden),
    (AuthenticationError, _not_known),
    (Throttled, _throttled),
    (ValidationError, _invalid),
    (Http404, _not_there),
    (RequestDataTooBig, _too_big),
    (SuspiciousOperation, _unreadable),
    (HttpError, _unreadable),
)
