"""What is done about a recall from its page: each is one form, and comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clinic import submissions
from clinic.policy import may
from clinic.refusals import Refused
from desk.recalls import views
from desk.recalls.forms import CloseForm, ContactForm, LettersForm
from patients.models import Patient
from treatments import recalls as known
from treatments.models import Recall
from visits import recalls


@may("keep_stock")
@require_POST
def contact(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down a try to reach a patient."""
    one, form = views.found_one(uuid), ContactForm(request.POST)
    person = get_object_or_404(Patient, uuid=_uuid(request.POST.get("person", "")))

    def act() -> str:
        made = recalls.contact(one, person, **form.said, by=request.actor, at=request.now)
        return _("Kept: reached.") if made.is_reached else _("Kept. They still wait.")

    return _sent(request, one, "contact", form, act, of_whom=person.pk)


@may("keep_stock")
@require_POST
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Close a recall."""
    one, form = views.found_one(uuid), CloseForm(request.POST)

    def act() -> str:
        recalls.close(one, **form.cleaned_data, by=request.actor, at=request.now)
        return _("The recall is closed. What it was about stays out of use until somebody releases it.")

    return _sent(request, one, "closing", form, act)


@may("manage")
@require_POST
def letters(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep the words that go to patients."""
    one = views.found_one(uuid)
    form = LettersForm(request.POST, recall=one)

    def act() -> str:
        recalls.write_letters(one, form.letters, by=request.actor, at=request.now)
        return _("Kept. Nothing has left yet.")

    return _sent(request, one, "writing", form, act)


@may("manage")
@require_POST
def mail(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write to everybody who waits and can be mailed."""
    one = views.found_one(uuid)

    def act() -> str:
        count = recalls.mail(one, by=request.actor, at=request.now)
        words = ngettext("%(n)s e-mail is on its way.", "%(n)s e-mails are on their way.", count)
        return words % {"n": count} if count else _("Nobody is left who can be written to by e-mail.")

    return _sent(request, one, "contact", forms.Form(request.POST), act)


@may("keep_stock")
@require_POST
def posted(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down that the letters went to the post."""
    one = views.found_one(uuid)

    def act() -> str:
        count = recalls.post(one, by=request.actor, at=request.now)
        words = ngettext("%(n)s letter is written down.", "%(n)s letters are written down.", count)
        return words % {"n": count}

    return _sent(request, one, "contact", forms.Form(request.POST), act)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sent(
    request: HttpRequest, one: Recall, name: str, form: forms.Form, act: Callable[[], str], **more: Any
) -> HttpResponse:
    """Do what a form asks, once however often it is sent, and come back; what is wrong stands at its field."""
    said = ""
    try:
        if answer := submissions.answered_before(request):
            return redirect(answer)
        if form.is_valid():
            with submissions.once(request, leads_to=views.address(one)) as kept:
                said = act()
            messages.success(request, said)
            return redirect(kept.url)
    except submissions.Mismatch as mismatch:
        form.add_error(None, str(mismatch))
    except known.NotOpen as refused:
        messages.error(request, str(refused))
        return redirect(views.address(one))
    except Refused as refused:
        field = refused.refusal.values.get("field")
        form.add_error(field if field in form.fields else None, str(refused))
    return views.one_page(request, views.found_one(one.uuid), status=422, form=form, **{name: form}, **more)
