"""The words of one message to one patient, by what was done and whom it was done to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import translation

from aftercare import rules
from aftercare.health import Health
from aftercare.models import Step, StepWords
from clinic import wall_time, words
from clinic.models import Site
from clinic.words import Letter, Words, days
from patients.models import Patient
from stock.models import Product
from treatments.models import Session
from treatments.rules import Window

FALLBACK = "en"
FIRST = "AFTER_0H"  # the message that leaves when the treatment ends
PERSONAL = "{personal}"


class NoWords(LookupError):
    """Raised when a step has no words in the patient's language, nor in English."""


def say(
    step: Step,
    *,
    session: Session,
    site: Site,
    window: Window | None,
    instead_of: Collection[str] = (),
    pages: Mapping[str, str] | None = None,
    closed: tuple[date, date] | None = None,
    health: Health | None = None,
) -> Words:
    """Return the step's message for the patient of this session, in their language where the step has it.

    window: of the course, for a message that speaks of it. instead_of: codes of older messages whose facts it carries.
    pages: what stands for the addresses of the patient's own pages, by the names of `clinic.words`: link, book_link.
    closed: the first and last day of the window on which the site is shut. health: of the patient, where it was asked
    before. Raises NoWords, or what `clinic.words` raises for words that cannot be filled.
    """
    letter = _letter(step, session.patient.language)
    more = {"instead_of": instead_of, "pages": pages, "closed": closed, "health": health}
    return said(letter, session=session, site=site, window=window, **more)


def said(
    letter: Letter,
    *,
    session: Session,
    site: Site,
    window: Window | None,
    instead_of: Collection[str] = (),
    pages: Mapping[str, str] | None = None,
    closed: tuple[date, date] | None = None,
    health: Health | None = None,
) -> Words:
    """Return a letter of aftercare as the patient of this session gets it; otherwise as `say`."""
    led = {name: address for name, address in (pages or {}).items() if address}
    with translation.override(letter.language):
        told = words.late() | values(session, site=site, window=window) | led
        if closed:
            told |= {"closed_from": days.day(closed[0]), "closed_until": days.day(closed[1])}
    if "serum" in letter.placeholders:  # asked of the record only for the letter that names it
        told["serum"] = "; ".join(_serums(session))
    overtaken = {f"instead_of_{code.lower().removeprefix('after_')}" for code in instead_of}
    beside = (overtaken | led.keys() | ({"closed"} if closed else set())) & letter.conditions
    return words.render(letter, told, holding(session, among=letter.conditions, health=health) | beside)


def language(step: Step, patient: Patient) -> str:
    """Return the language in which a step speaks to a patient. Raises NoWords."""
    return _words_row(step, patient.language).language


def _letter(step: Step, language: str) -> Letter:
    row = _words_row(step, language)
    text = _with_personal(row.letter) if step.code == FIRST else row.letter
    return words.parse(text, language=row.language, code=step.code)


def _with_personal(text: str) -> str:
    """Return the first letter with the place for what is said to this patient alone: before its first heading.

    A clinic that put the place elsewhere in its own words keeps it there.
    """
    if PERSONAL in text:
        return text
    head, mark, rest = text.partition("\n\n## ")
    return f"{head}\n\n{PERSONAL}{mark}{rest}"


def _words_row(step: Step, language: str) -> StepWords:
    by_language: dict[str, StepWords] = {row.language: row for row in step.words.all()}
    row = by_language.get(language) or by_language.get(language.partition("-")[0]) or by_language.get(FALLBACK)
    if row is None:
        raise NoWords(f"{step.code} has no words in {language} or {FALLBACK}")
    return row


def values(session: Session, *, site: Site, window: Window | None) -> dict[str, str]:
    """Return what letters about a session ask for, in the language that is active; without the site's facts."""
    later = rules.waits_longer(is_signed=session.is_signed, deepest_mm=_deepest_mm(session))
    allowed = rules.permissions(session.ended_at, later=later, zone=site.zone)
    told = {
        "first_name": session.patient.first_name,
        "practitioner_name": session.practitioner.short_name or session.practitioner.name,
        "treated_on": days.day(wall_time.local(session.ended_at, site.zone).date()),
        "link": "",
        "book_link": "",
        "closed_from": "",
        "closed_until": "",
        "serum": "",
        **_personal(session),
    }
    told |= {name: moment(instant, site.zone) for name, instant in allowed.items()}
    if window is not None:
        told |= {
            "window_opens": days.day(window.opens_on),
            "window_best": days.day(window.best_on),
            "window_closes": days.day(window.closes_on),
        }
    return told


def _personal(session: Session) -> dict[str, str]:
    """Return what is said to this patient alone, each on one line."""
    home_care = session.course.home_care if session.course else ""
    told = {"personal_words": session.personal_words, "home_care": _bare(home_care)}
    listed = "; ".join(filter(None, (line.strip() for line in session.products.splitlines())))
    return {name: " ".join(said.split()) for name, said in told.items()} | {"products": listed}


def _bare(text: str) -> str:
    """Return words without braces, which would stand for something in a letter."""
    return text.replace("{", "(").replace("}", ")")


def holding(session: Session, *, among: Collection[str], health: Health | None = None) -> frozenset[str]:
    """Return those of the conditions of `clinic.words` that hold for this treatment and its patient.

    health: of the patient, where it was asked before.
    """
    known, personal = health or Health(session.patient), _personal(session)
    site = session.appointment.site
    holds: dict[str, Callable[[], bool]] = {
        "deep": lambda: rules.is_deep(_deepest_mm(session)),
        "ibuprofen_ok": lambda: known.ibuprofen(site) == Site.NsaidPolicy.ALLOW,
        "ibuprofen_ask": lambda: known.ibuprofen(site) == Site.NsaidPolicy.ASK_FIRST,
        "pigment_care": lambda: known.marks_easily,
        "cold_sores": lambda: known.cold_sores,
        "prp": lambda: _had_plasma(session),
        "serum": lambda: bool(_serums(session)),
        "personal": lambda: bool(personal["personal_words"]),
        "products": lambda: bool(personal["products"]),
        "home_care": lambda: bool(personal["home_care"]),
        "for_you": lambda: any(personal.values()),
    }
    return frozenset(name for name in among if name in holds and holds[name]())


def _had_plasma(session: Session) -> bool:
    """Return whether plasma of the patient's own blood was used (C-53)."""
    kits = session.serum_uses.filter(lot__product__kind=Product.Kind.PRP_KIT)
    return session.adjunct == Session.Adjunct.PRP or kits.exists()


def _serums(session: Session) -> list[str]:
    """Return the names of what was put on the skin and stays there, each once; plasma has words of its own."""
    uses = session.serum_uses.exclude(lot__product__kind=Product.Kind.PRP_KIT).select_related("lot__product")
    return list(dict.fromkeys(_bare(use.lot.product.name) for use in uses))


def _deepest_mm(session: Session) -> Decimal | None:
    return max((zone_pass.depth_mm for zone_pass in session.zone_passes.all()), default=None)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as letters say it: Tue 10 March, 16:00."""
    return days.moment(wall_time.local(at, zone))
