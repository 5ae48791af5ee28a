"""The words of a message as they would arrive: in a frame that can do nothing, and as a test to oneself."""

from __future__ import annotations

import re
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST

from aftercare import examples, lettering, protocols, wording
from aftercare.models import Step
from clinic import audit, words
from clinic.models import Site
from clinic.policy import may
from clinic.words import Letter, Words
from desk.protocols.forms import WORDS
from desk.protocols.views import step_of
from outbox import letters, to_staff
from treatments import courses
from treatments.models import Course, Session

LATEST = 12  # past sessions to choose among
NEW = "new"
DARK = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
SCHEMES = {"dark": "@media all", "light": "@media not all"}  # what stands in its place; else the reader's own choice
FRAME = {"default-src": [NONE], "style-src": ["'unsafe-inline'"], "frame-ancestors": [SELF], "sandbox": True}


def choices(request: HttpRequest) -> dict[str, Any]:
    """Return what a look may be taken with: past sessions, and what may hold for a made-up patient."""
    meanings = lettering.known_conditions()
    return {
        "past": list(_past()[:LATEST]),
        "languages": settings.LANGUAGES,
        "holds": [(name, meanings[name], name in examples.USUAL) for name in meanings],
    }


@may("manage")
@require_http_methods(["GET", "HEAD", "POST"])
@xframe_options_sameorigin
@csp(FRAME)
def look(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with a message as it would arrive: as it was typed where that is posted, else as it is saved."""
    asked = request.POST or request.GET
    language = asked.get("language", protocols.HOUSE_LANGUAGE)
    language = language if language in dict(settings.LANGUAGES) else protocols.HOUSE_LANGUAGE
    purpose, text = _asked_for(request, code, language)
    try:
        letter = lettering.checked(text, language=language, purpose=purpose)
    except lettering.NotWritable as refused:
        return _word(str(refused))
    try:
        said = _said(request, letter, purpose, session=asked.get("session", ""), holding=asked.getlist("holds"))
    except words.MissingValue:
        sentence = _("It speaks of the days of the next visit, and after that session none is planned. Choose another.")
        return _word(sentence)
    if asked.get("as") == "text":
        return HttpResponse(f"{said.subject}\n\n{said.text}", content_type="text/plain; charset=utf-8")
    media = SCHEMES.get(asked.get("scheme", ""))
    return HttpResponse(DARK.sub(media, said.html) if media else said.html)


def _word(sentence: str) -> HttpResponse:
    """Say in the frame why there is nothing to see; the page around it holds what was typed."""
    return HttpResponse(f'<p role="alert">{escape(sentence)}</p>')


@may("manage")
@require_POST
def send_test(request: HttpRequest, code: str) -> HttpResponse:
    """Mail a saved message, as a made-up patient would get it, to the person who asks for it, and to nobody else."""
    step, site = step_of(code), request.site
    sent = []
    for language, text in sorted(protocols.letters_of(step).items()):
        letter = lettering.checked(text, language=language, purpose=step.purpose)
        example = examples.said(letter, purpose=step.purpose, holding=examples.USUAL, at=request.now, site=site)
        with translation.override(settings.LANGUAGE_CODE):
            subject = _("Test: %(subject)s") % {"subject": example.subject}
        test = Words(subject[: lettering.LONGEST_SUBJECT], example.text, example.html)
        named = {"owner": "protocols", "kind": "TEST", "subject": f"step:{code}", "site": site, "at": request.now}
        to_staff.tell([request.user], test, occasion=f"{request.now.isoformat()}:{language}", **named)
        sent.append(language.upper())
    said = _("On its way to %(address)s: %(languages)s, with a made-up patient.")
    messages.success(request, said % {"address": request.user.email, "languages": ", ".join(sent)})
    return redirect("desk:protocol_step", code)


def _past():
    known = Session.objects.ended().filter(struck_at=None)
    return known.select_related("patient", "appointment__site").order_by("-ended_at")


def _asked_for(request: HttpRequest, code: str, language: str) -> tuple[str, str]:
    """Return the purpose and the words to look at."""
    step = None if code == NEW else step_of(code)
    typed = request.POST.get(f"{WORDS}{language}", "")
    if step is None:
        purpose = request.POST.get("purpose", "")
        return (purpose if purpose in Step.Purpose.values else str(Step.Purpose.CARE)), typed
    return step.purpose, typed if request.method == "POST" else protocols.letters_of(step).get(language, "")


def _said(request: HttpRequest, letter: Letter, purpose: str, *, session: str, holding: list[str]) -> Words:
    """Return the letter for a past session that was chosen, else for a made-up patient."""
    past = next((one for one in _past()[:LATEST] if str(one.uuid) == session), None)
    if past is None:
        site: Site | None = request.site
        holds = frozenset(holding) & examples.may_hold() if holding else examples.USUAL
        said = examples.said(letter, purpose=purpose, holding=holds, at=request.now, site=site)
    else:
        site = past.appointment.site
        audit.read(past, by=request.actor, at=request.now, patient=past.patient)
        said = wording.said(letter, session=past, site=site, window=_window(past), pages=examples.PAGES)
    return words.fill(said, letters.facts(site)) if site else said


def _window(session: Session) -> Any:
    """Return the window of the next session; a session without one lends its letter the days that are usual."""
    course = session.course
    return courses.window(course) if course and course.state == Course.State.RUNNING else None
