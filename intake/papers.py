"""A signed consent as a document: PDF/A, tagged, readable by anybody years from now."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils import translation
from django.utils.formats import date_format

from clinic import wall_time
from clinic.models import Site
from intake import texts
from intake.models import Consent, ConsentText

SHEET = Path(__file__).with_name("consent.typ")
WORDS = Path(__file__).with_name("words") / "paper.toml"
# To keep (PDF/A-2, with all its fonts) and to be read aloud (tagged, and PDF/UA-1).
STANDARDS = ["a-2a", "ua-1"]


@cache
def _all_words() -> dict[str, dict[str, str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def words_in(language: str) -> Mapping[str, str]:
    """Return what stands around a text in its language, else in the house's own."""
    found = _all_words()
    return found.get(language, found[texts.HOUSE_LANGUAGE])


def agreement(language: str, *, signer: str, patient_name: str) -> str:
    """Return the sentence that somebody signs below the text."""
    words = words_in(language)
    if signer == Consent.Signer.GUARDIAN:
        return words["guardian_agrees"].format(patient=patient_name)
    return words["i_agree"]


def pdf(consent: Consent, *, site: Site, drawing: bytes = b"") -> bytes:
    """Return a signed consent as a PDF. drawing: the signature as PNG, where there is one."""
    with translation.override(consent.text.language):
        said = _said(consent, site)
    said["drawing"] = list(drawing) if drawing else None
    inputs = {"consent": json.dumps(said)}
    try:
        return typst.compile(str(SHEET), format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS)
    except RuntimeError:
        # A letter that no font of this machine has; the document must be there all the same.
        return typst.compile(str(SHEET), format="pdf", sys_inputs=inputs)


def _said(consent: Consent, site: Site) -> dict[str, Any]:
    text, words = consent.text, words_in(consent.text.language)
    given_at = wall_time.local(consent.given_at, site.zone)
    title = texts.title(text)
    return {
        "language": text.language,
        "title": title,
        "clinic": site.name,
        "address": site.address,
        "date": [given_at.year, given_at.month, given_at.day],
        "for_whom": _for_whom(consent, words),
        "version": version_words(text, site),
        "blocks": [
            {"kind": one.kind, "lines": list(one.lines)} for one in texts.blocks(text.words) if one.kind != "title"
        ],
        "agreed": agreement(text.language, signer=consent.signer, patient_name=consent.patient_name),
        "drawing_words": words["signature"].format(name=consent.signer_name),
        "facts": _facts(consent, words, f"{date_format(given_at, words['day'])}, {given_at:%H:%M}"),
        "foot": f"{consent.patient_name} · {title} · {words['version'].split(' ')[0]} {text.version}",
        "words": dict(words),
    }


def version_words(text: ConsentText, site: Site) -> str:
    """Return which version a text is and since when, in its own language."""
    words = words_in(text.language)
    with translation.override(text.language):
        day = date_format(wall_time.local(text.current_from, site.zone), words["day"])
    return words["version"].format(version=text.version, day=day)


def _for_whom(consent: Consent, words: Mapping[str, str]) -> str:
    if consent.patient_born_on is None:
        return words["for_whom_undated"].format(name=consent.patient_name)
    born = date_format(consent.patient_born_on, words["day"])
    return words["for_whom"].format(name=consent.patient_name, born=born)


def _facts(consent: Consent, words: Mapping[str, str], when: str) -> list[tuple[str, str]]:
    relation = f", {consent.signer_relation}" if consent.signer_relation else ""
    how = words[consent.how]
    if consent.signed_on:
        how = words["paper_of"].format(day=date_format(consent.signed_on, words["day"]))
    return [
        (words["by_whom"], f"{consent.signer_name} ({words[consent.signer]}{relation})"),
        (words["when"], when),
        (words["how"], how),
        (words["witness"], consent.recorded_by.name if consent.recorded_by else words["by_link"]),
        (words["fingerprint"], consent.record_digest),
    ]
