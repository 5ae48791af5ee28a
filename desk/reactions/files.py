"""Adverse reactions for an authority or a maker: one as a PDF, a list as CSV; initials, age and sex, never a name.

The record does not ask for a sex, so that column stays open for whoever reports.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import typst
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import audit, csv_files
from clinic.models import Site
from clinic.policy import may
from desk.reactions import telling, views
from treatments import reaction_rules as rules
from treatments import reactions
from treatments.models import Reaction

TEMPLATE = Path(__file__).with_name("report.typ")
FATAL = 5


@may("treat")
@require_safe
def reactions_csv(request: HttpRequest) -> HttpResponse:
    """Answer with the reactions of one shelf; each that leaves the house stands in the trail."""
    shelf = views.shelf_of(request)
    found = views.on_shelf(views.visible(request), shelf)
    whole = ("session__appointment__site", "session__device", "session__cartridge__lot__product")
    rows = list(found.select_related(*whole).prefetch_related(*LOTS))
    for one in rows:
        audit.read(one, by=request.actor, at=request.now, patient=one.patient, verb=audit.EXPORT)
    table = [heads(), *(row for one in rows for row in as_rows(one))]
    answer = csv_files.answer(table, filename=f"adverse-reactions-{shelf}-{localtime(request.now):%Y-%m-%d}.csv")
    answer.headers["Cache-Control"] = "no-store"  # like every page of the desk
    return answer


LOTS = ("session__anaesthetic_uses__lot__product", "session__serum_uses__lot__product")


def heads() -> list[str]:
    return [
        _("Case"),
        _("Initials"),
        _("Age at onset"),
        _("Sex"),
        _("Reaction"),
        _("Description"),
        _("Where"),
        _("Grade"),
        _("Serious"),
        _("Treated on"),
        _("Onset"),
        _("Hours after the session"),
        _("Causality"),
        _("Action taken"),
        _("Outcome"),
        _("Closed on"),
        _("Device, maker"),
        _("Device, model"),
        _("Device, serial number"),
        _("Product"),
        _("Maker"),
        _("Lot"),
        _("Use until"),
        _("Reported to"),
        _("Reported on"),
        _("Reference"),
    ]


def as_rows(one: Reaction) -> Iterator[list[Any]]:
    """Yield a row for each product that was used, one at least: a reaction with three lots takes three rows."""
    session, device = one.session, one.session.device if one.session else None
    hours = rules.hours_after(one.onset_at, session.ended_at) if session else None
    said = [
        case(one),
        one.patient.initials,
        _age(one),
        "",
        one.get_category_display(),
        one.signs,
        ", ".join(reactions.zones(one.zone_codes)),
        one.grade,
        _("yes") if one.is_serious else _("no"),
        _day(session.started_at) if session else "",
        f"{localtime(one.onset_at):%Y-%m-%d %H:%M}",
        "" if hours is None else hours,
        one.get_causality_display(),
        one.action_taken,
        outcome(one),
        _day(one.closed_at) if one.closed_at else "",
        *([device.maker, device.model, device.serial_number] if device else ["", "", ""]),
    ]
    told = [one.get_reported_to_display(), one.reported_on or "", one.report_reference]
    for lot in reactions.lots(one) or [None]:
        thing = [lot.product.name, lot.product.maker, lot.number, lot.expires_on] if lot else ["", "", "", ""]
        yield [*said, *thing, *told]


@may("see_clinical")
@require_safe
def reaction_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer with the report of one reaction; that it left the house stands in the trail."""
    one = views.found_one(uuid)
    audit.read(one, by=request.actor, at=request.now, patient=one.patient, verb=audit.EXPORT)
    content = as_pdf(one, site=request.site, by_name=request.actor.name)
    headers = {
        "Content-Disposition": content_disposition_header(True, f"adverse-reaction-{case(one)}.pdf") or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def as_pdf(one: Reaction, *, site: Site, by_name: str) -> bytes:
    """Return the report as PDF, A4."""
    report = json.dumps(said(one, site=site, by_name=by_name))
    return typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), format="pdf", sys_inputs={"report": report})


def said(one: Reaction, *, site: Site, by_name: str) -> dict[str, Any]:
    """Return what the report says, part by part."""
    story = [f"{telling.moment(step.at)}: {step.title}. {step.words}".strip() for step in reversed(telling.story(one))]
    report = [
        (_("Reported to"), one.get_reported_to_display()),
        (_("On"), date_format(one.reported_on, "j F Y") if one.reported_on else ""),
        (_("Reference"), one.report_reference),
    ]
    parts = [
        (_("Who reports"), [(_("Clinic"), site.name), (_("Address"), site.address), (_("Contact"), _reach(site))]),
        (_("The patient"), [(_("Initials"), one.patient.initials), (_("Age at onset"), _age(one)), (_("Sex"), "")]),
        (
            _("The reaction"),
            [
                (_("What it is"), one.get_category_display()),
                (_("Description"), one.signs),
                *telling.facts(one),
                (_("Action taken"), one.action_taken),
                (_("Outcome"), outcome(one)),
                (_("Closed"), telling.moment(one.closed_at) if one.closed_at else ""),
            ],
        ),
        (_("What was used"), [(_("Treated on"), _treated(one)), *telling.used(one)]),
        (_("The report"), report),
    ]
    always = {_("Sex"), _("Reference"), _("Reported to")}  # open lines to be filled in by hand
    return {
        "title": _("Report of an adverse reaction"),
        "under": case(one),
        "parts": [
            {"heading": head, "lines": [[label, str(value)] for label, value in pairs if value or label in always]}
            for head, pairs in parts
        ],
        "story_head": _("Step by step"),
        "story": story,
        "struck": _("Entered in error: %(why)s") % {"why": one.struck_because} if one.struck_at else "",
        "foot": _("Prepared by %(name)s · confidential · look for names in what was written before this is sent")
        % {"name": by_name},
    }


def case(one: Reaction) -> str:
    """Return by what a report is found again: the beginning of its own id, which says nothing about anybody."""
    return str(one.uuid)[:8].upper()


def outcome(one: Reaction) -> str:
    return _("Fatal") if one.grade == FATAL else one.get_outcome_display()


def _age(one: Reaction) -> str:
    age = one.patient.age_on(localtime(one.onset_at).date())
    return "" if age is None else str(age)


def _treated(one: Reaction) -> str:
    return telling.moment(one.session.started_at) if one.session else ""


def _day(at: Any) -> str:
    return f"{localtime(at):%Y-%m-%d}"


def _reach(site: Site) -> str:
    return f"{site.phone.as_international} · {site.email}"
