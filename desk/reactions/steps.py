"""The steps of a reaction as they are sent from its page: each is one form, and comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clinic.policy import may
from clinic.refusals import Refused, Stale
from desk.products.comparing import retype
from desk.reactions import telling, views
from desk.reactions.forms import Asked, AuthorityForm, CloseForm, FollowForm, LookForm, StrikeForm
from treatments import reactions as known
from treatments.models import Reaction
from visits import reactions


@may("treat")
@require_POST
def follow(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Write down how it goes on; what two people changed at once is shown side by side."""
    reaction = views.found_one(uuid)
    form = FollowForm(request.POST, reaction=reaction)
    try:
        return _sent(request, reaction, "follow", form, lambda: _follow(request, reaction, form), _("Kept."))
    except Stale as stale:
        return _stale(request, reaction, form, stale)


def _follow(request: HttpRequest, reaction: Reaction, form: FollowForm) -> None:
    reactions.follow(reaction, **form.facts, site=request.site, by=request.actor, at=request.now)


@may("treat")
@require_POST
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """End a reaction with what became of it."""
    reaction = views.found_one(uuid)
    form = CloseForm(request.POST)
    said = _("Closed. What waited for it goes on.")

    def act() -> None:
        reactions.close(reaction, **form.cleaned_data, site=request.site, by=request.actor, at=request.now)

    try:
        return _sent(request, reaction, "close", form, act, said)
    except Stale as stale:
        form.add_error(None, str(stale))
        retype(form, "version", views.found_one(uuid).version)
        return views.one_page(request, views.found_one(uuid), status=409, close=form)


@may("treat")
@require_POST
def told_authority(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep that an authority was told."""
    reaction = views.found_one(uuid)
    form = AuthorityForm(request.POST)

    def act() -> None:
        reactions.told_authority(reaction, **form.cleaned_data, by=request.actor, at=request.now)

    return _sent(request, reaction, "authority", form, act, _("Kept."))


@may("see_clinical")
@require_POST
def look(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Keep what a lead says follows from it."""
    reaction = views.found_one(uuid)
    form = LookForm(request.POST)

    def act() -> None:
        reactions.look(reaction, **form.cleaned_data, by=request.actor, at=request.now)

    return _sent(request, reaction, "look", form, act, _("Kept. Everybody who treats reads it here."))


@may("treat")
@require_POST
def strike(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Strike a reaction that was entered in error."""
    reaction = views.found_one(uuid)
    form = StrikeForm(request.POST)

    def act() -> None:
        because = form.cleaned_data["struck_because"]
        reactions.strike(reaction, because=because, site=request.site, by=request.actor, at=request.now)

    return _sent(request, reaction, "strike", form, act, _("Struck. It stays to be read and counts for nothing."))


def _sent(
    request: HttpRequest, reaction: Reaction, name: str, form: Asked, act: Callable[[], Any], said: str
) -> HttpResponse:
    """Do what a form asks and come back to the reaction, or show it with what is wrong. Raises Stale."""
    if not form.is_valid():
        return views.one_page(request, reaction, status=422, **{name: form})
    try:
        act()
    except known.NotOpen as refused:
        messages.error(request, str(refused))
        return redirect("desk:reaction", reaction.uuid)
    except Refused as refused:
        form.refuse(refused)
        return views.one_page(request, views.found_one(reaction.uuid), status=422, **{name: form})
    messages.success(request, said)
    return redirect("desk:reaction", reaction.uuid)


def _stale(request: HttpRequest, reaction: Reaction, form: FollowForm, stale: Stale) -> HttpResponse:
    """Show what both changed beside one another; what only the other one changed is taken over into the form."""
    now = views.found_one(reaction.uuid)
    since = known.since(now, form.cleaned_data["version"])
    typed = FollowForm(reaction=now)
    for name in since.keys() & form.fields.keys() - stale.changed.keys():
        value = getattr(now, name)
        if name == "onset_at":
            value = typed.fields[name].widget.format_value(typed[name].value())
        retype(form, name, value)
    retype(form, "version", now.version)
    differing = [telling.compared(name, stands, asked) for name, (stands, asked) in stale.changed.items()]
    return views.one_page(request, now, status=409, follow=form, differing=differing)
