"""A patient's health form behind a link: the date of birth first, then one screen at a time, each saved by itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from clinic import audit, vault
from clinic.policy import open_to_all
from intake import health_forms, texts
from portal.health import door, questions, signing, steps
from portal.health.door import Visitor, with_link
from portal.health.fields import BirthForm
from portal.pages import page, wrong_link
from visits import health_forms as visit_forms


@csrf_exempt  # the link is the key, and a page without referrer sends no origin that could be checked
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for the date of birth; whoever gave it goes on where they were. Opening the page changes nothing."""
    if request.method == "POST":
        return _unlock(request, visitor)
    if visitor.form.done_at is not None:
        return _done(request, visitor)
    if door.is_known(request, visitor):
        return door.to(steps.following(visitor))
    return _show(request, visitor, "begin", form=BirthForm())


def _unlock(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    form = BirthForm(request.POST)
    if not form.is_valid() or form.born_on is None:
        return _show(request, visitor, "begin", form=form, status=422, is_no_date=True)
    try:
        health_forms.unlock(visitor.form, born_on=form.born_on, by=visitor.by, at=visitor.at)
    except health_forms.NotYours as refused:
        return _show(request, visitor, "begin", form=form, status=422, refusal=refused.refusal)
    questions.begin(visitor)
    goes_to = visitor.home if visitor.form.done_at else steps.following(visitor)
    return door.remember(door.to(goes_to), visitor)


def _done(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Say what happens next; the copies of what was signed open once the date of birth was given."""
    signed = [(one.uuid, texts.title(one.text)) for one in signing.signed_here(visitor)]
    context = {"signed": signed, "is_known": door.is_known(request, visitor), "token": visitor.token}
    return _show(request, visitor, "done", form=BirthForm(), will_call=questions.will_call(visitor), **context)


@open_to_all
@require_safe
@with_link
def copy(request: HttpRequest, visitor: Visitor, uuid: UUID) -> HttpResponse:
    """Hand out the document of what was signed with this form."""
    if not door.is_known(request, visitor):
        return door.to(visitor.home)
    consent = next((one for one in signing.signed_here(visitor) if one.uuid == uuid), None)
    if consent is None:
        return wrong_link(request)
    try:
        filename = f"consent-{consent.given_at:%Y-%m-%d}.pdf"
        answer = vault.answer(consent.pdf, content_type="application/pdf", filename=filename)
    except (vault.Unreadable, FileNotFoundError):
        return _show(request, visitor, "no_copy", status=500)
    audit.read(consent, by=visitor.by, at=visitor.at, patient=visitor.patient)
    return answer


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@with_link
def step(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    """Show one screen, or save it and go on; nothing of it is shown before the date of birth was given."""
    if visitor.form.done_at is not None or not door.is_known(request, visitor):
        return door.to(visitor.home)
    way = steps.way(visitor, code)
    if way is None:
        return door.to(steps.following(visitor))
    if request.method != "POST":
        return _screen(request, visitor, way, way.step.form(None))
    form = way.step.form(request.POST)
    if not form.is_valid() or not form.save():
        return _screen(request, visitor, way, form, status=422)
    health_forms.save_step(visitor.form, code)
    if "more" in request.POST:
        return door.remember(door.to(visitor.address(code)), visitor)
    if steps.is_all_done(visitor):
        visit_forms.finish(visitor.form, by=visitor.by, at=visitor.at)
    return door.remember(door.to(steps.following(visitor, code)), visitor)


def _screen(request: HttpRequest, visitor: Visitor, way: steps.Way, form: Any, *, status: int = 200) -> HttpResponse:
    context = {"way": way, "step": way.step, "form": form}
    return page(request, way.step.template, link=visitor.link, site=visitor.site, status=status, **context)


def _show(request: HttpRequest, visitor: Visitor, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"health_form": visitor.form}
    return page(request, f"portal/health/{name}.html", link=visitor.link, site=visitor.site, status=status, **context)
