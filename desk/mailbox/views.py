"""The demo's mailbox: what patients would have received. In a real clinic these pages do not exist."""

from __future__ import annotations

from email.message import EmailMessage

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from clinic.mailbox import Letter, Mailbox
from clinic.policy import may

ON_A_PAGE = 50


@may("read_messages")
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the mails that arrived, the newest first."""
    page = Paginator(_the_mailbox().letters(), ON_A_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "desk/mailbox/list.html", {"letters": page.object_list, "page": page})


@may("read_messages")
@require_safe
@csp_update({"frame-src": [SELF]})
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its headers, its plain words, and its page in a frame that can do nothing."""
    found = _letter(name)
    context = {
        "letter": found,
        "headers": found.message.items(),
        "plain": _part(found.message, "plain"),
        "has_page": bool(_part(found.message, "html")),
    }
    return TemplateResponse(request, "desk/mailbox/letter.html", context)


@may("read_messages")
@require_safe
@xframe_options_sameorigin
@csp({"default-src": [NONE], "style-src": ["'unsafe-inline'"], "frame-ancestors": [SELF], "sandbox": True})
def letter_page(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a mail's HTML as it arrived: no script, no form, no request to anybody."""
    page = _part(_letter(name).message, "html")
    if not page:
        raise Http404
    return HttpResponse(page)


def _the_mailbox() -> Mailbox:
    if not settings.DEMO:
        raise Http404
    return Mailbox(settings.MAILBOX_DIR)


def _letter(name: str) -> Letter:
    found = _the_mailbox().letter(name)
    if found is None:
        raise Http404
    return found


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body([kind])
    return part.get_content() if part else ""
