"""A recall on paper and as a table: the list for the maker's questions and the telephone, and the letters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import typst
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import audit, csv_files
from clinic.models import Site
from clinic.policy import may
from clinic.words import Words, fill
from desk.recalls import reading, views
from desk.recalls.reading import Found, Row
from outbox import letters
from patients.models import Patient
from treatments import recall_words
from treatments import recalls as known
from treatments.models import Recall
from treatments.tracing import Use

LIST, LETTERS = (Path(__file__).with_name(name) for name in ("list.typ", "letters.typ"))


@may("keep_stock")
@require_safe
def recall_csv(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer with everybody on a recall, a line for each session."""
    one, found = _taken_out(request, uuid)
    sees_zones = reading.sees_zones(request)
    table = [heads(sees_zones), *(line for row in found.rows for line in as_lines(row, sees_zones))]
    answer = csv_files.answer(table, filename=f"recall-{one.pk}-{localtime(request.now):%Y-%m-%d}.csv")
    answer.headers["Cache-Control"] = "no-store"  # like every page of the desk
    return answer


@may("keep_stock")
@require_safe
def recall_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer with everybody on a recall as a list to call from."""
    one, found = _taken_out(request, uuid)
    said = listed(one, found, sees_zones=reading.sees_zones(request), by_name=request.actor.name)
    return _pdf(LIST, said, f"recall-{one.pk}.pdf")


@may("keep_stock")
@require_safe
def letters_pdf(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer with a letter to everybody who still waits, each in their language and on a page of its own."""
    one = views.found_one(uuid)
    found = reading.found(request, known.people(one))
    reading.tell_the_trail(request, found.to_write_to, verb=audit.EXPORT)
    pages = [page(one, row.patient, on=localtime(request.now)) for row in found.to_write_to]
    none = _("Nobody waits for a letter.")
    return _pdf(LETTERS, {"title": _("Letters"), "pages": pages, "none": none}, f"recall-{one.pk}-letters.pdf")


def _taken_out(request: HttpRequest, uuid: UUID) -> tuple[Recall, Found]:
    """Return a recall and its people, and write that each of them left the house on a list."""
    one = views.found_one(uuid)
    found = reading.found(request, known.people(one))
    reading.tell_the_trail(request, found.rows, verb=audit.EXPORT)
    return one, found


def heads(sees_zones: bool) -> list[str]:
    own = [_("Reference"), _("Name"), _("Born"), _("Phone"), _("E-mail"), _("Language"), _("Reached"), _("Last tried")]
    of_session = [_("Session"), _("Practitioner"), _("Lot"), _("Remark")]
    return [*own, *of_session, *([_("Zones")] if sees_zones else [])]


def as_lines(row: Row, sees_zones: bool) -> Iterator[list[Any]]:
    """Yield a line for each session in which it was used."""
    person, patient = row.person, row.patient
    last = person.contacts[0] if person.contacts else None
    own = [
        patient.reference,
        patient.name,
        patient.born_on or "",
        patient.phone,
        patient.email,
        patient.language,
        _("yes") if person.is_reached else _("no"),
        f"{localtime(last.at):%Y-%m-%d}" if last else "",
    ]
    for use in person.uses:
        session = use.session
        of_session = [f"{localtime(session.started_at):%Y-%m-%d}", session.practitioner.name]
        zones = [", ".join(use.zones) if row.sees_zones else ""] if sees_zones else []
        yield [*own, *of_session, " ".join(lot.number for lot in use.lots), remark(use), *zones]


def remark(use: Use) -> str:
    """Return what is to be known of a session on the list."""
    if use.is_struck:
        return _("entered in error")
    return "" if use.session.is_signed else _("not signed yet")


def listed(one: Recall, found: Found, *, sees_zones: bool, by_name: str) -> dict[str, Any]:
    """Return what the list says, line by line."""
    columns = [_("Who"), _("How to reach them"), _("Sessions"), *([_("Zones")] if sees_zones else []), _("Reached")]
    return {
        "title": _("Recall: %(name)s") % {"name": one.name},
        "under": _("Opened %(day)s: %(why)s")
        % {"day": date_format(localtime(one.opened_at), "j F Y"), "why": one.reason},
        "columns": columns,
        "lines": [_on_paper(row, sees_zones) for row in found.rows],
        "none": _("Nobody is on it."),
        "foot": _("Printed by %(name)s · confidential") % {"name": by_name},
    }


def _on_paper(row: Row, sees_zones: bool) -> list[str]:
    patient, uses = row.patient, row.person.uses
    sessions = "\n".join(
        f"{date_format(localtime(use.session.started_at), 'j M Y')} {remark(use)}".strip() for use in uses
    )
    zones = ["\n".join(", ".join(use.zones) for use in uses) if row.sees_zones else ""] if sees_zones else []
    reach = "\n".join(filter(None, (patient.phone_words, patient.email)))
    return [f"{patient.name}\n{patient.reference}", reach, sessions, *zones, _reached(row)]


def _reached(row: Row) -> str:
    for contact in row.person.contacts:
        if contact.is_reached:
            return f"{contact.get_how_display()}, {date_format(localtime(contact.at), 'j M Y')}"
    return "" if row.person.is_to_be_told else _("need not be told")


def page(one: Recall, patient: Patient, *, on: Any) -> dict[str, Any]:
    """Return the letter to one patient, in their language; it says no more than the words that were kept."""
    letter = recall_words.letter(one.letters, patient.language).to(patient.first_name)
    site: Site = one.site
    words = fill(Words(letter.subject, letter.words, ""), letters.facts(site))
    with translation.override(letter.language):
        day = date_format(on, "j F Y")
    return {
        "language": letter.language,
        "from": site.name,
        "from_address": site.address,
        "to": _address(patient),
        "on": day,
        "title": words.subject,
        "lines": words.text.split("\n\n"),
        "foot": f"{site.name} · {patient.reference}",
    }


def _address(patient: Patient) -> list[str]:
    lines: Iterable[str] = (patient.name, *patient.address.splitlines(), patient.country)
    return [line.strip() for line in lines if line.strip()]


def _pdf(template: Path, said: dict[str, Any], name: str) -> HttpResponse:
    content = typst.compile(
        str(template), root=str(template.parent), format="pdf", sys_inputs={"said": json.dumps(said)}
    )
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)
