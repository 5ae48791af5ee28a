"""Deny by default: a view says which capability it needs, or that it is open; a check finds one that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import checks
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _

from clinic.capabilities import CAPABILITIES, roles_with
from clinic.models import Role

View = Callable[..., HttpResponse]

THIRD_PARTY = ("allauth.",)  # sign-in pages, which guard themselves


class MayNot(PermissionDenied):
    """Raised when the person signed in lacks a capability; its words name the roles that have it."""

    def __init__(self, capability: str) -> None:
        self.capability = capability
        who = ", ".join(str(Role(role).label) for role in roles_with(capability))
        super().__init__(
            _("You may not %(what)s. These roles may: %(who)s.") % {"what": CAPABILITIES[capability], "who": who}
        )


def may(capability: str) -> Callable[[View], View]:
    """Return a decorator that lets in only people with the capability; others get 403 with who may."""
    roles_with(capability)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.actor.may(capability):
                raise MayNot(capability)
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_all(view: View) -> View:
    """Mark a view that needs no sign-in; it must not show anything about a person."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    opened.capability = None  # type: ignore[attr-defined]
    return login_not_required(opened)


def for_machines(view: View, capabilities: Mapping[str, str]) -> View:
    """Mark a view that asks each caller for a key and never looks at who is signed in.

    capabilities: what the key must allow, by HTTP method. The view holds to it; this says so to the check.
    """
    for capability in capabilities.values():
        roles_with(capability)
    opened = open_to_all(view)
    opened.capabilities = dict(capabilities)  # type: ignore[attr-defined]
    return opened


def every_url(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield each URL pattern of the house with its full route."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from every_url(entry, route)
        else:
            yield route, entry


def is_ours(pattern: URLPattern) -> bool:
    return not pattern.callback.__module__.startswith(THIRD_PARTY)


@checks.register("policy")
def every_view_declares_who_may(app_configs: object = None, **kwargs: object) -> list[checks.CheckMessage]:
    """Return an error for each URL whose view wears neither @may nor @open_to_all."""
    return [
        checks.Error(
            f"/{route} does not say who may open it.", hint="Wear @may(...) or @open_to_all.", id="clinic.E001"
        )
        for route, pattern in every_url()
        if is_ours(pattern) and not hasattr(pattern.callback, "capability")
    ]
