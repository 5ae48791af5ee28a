"""The words that patients agree to: one version of each purpose at a time, in every language it is written in."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinic import audit
from clinic.actors import Actor
from clinic.refusals import Refusal, Refused, Stale
from intake.models import ConsentText, Purpose

LONGEST = 20_000  # letters of a text
HOUSE_LANGUAGE = settings.LANGUAGE_CODE  # every version is written in it


@dataclass(frozen=True)
class Block:
    """A piece of a consent text: its title, a heading, a paragraph or a list of bullets."""

    kind: str
    lines: tuple[str, ...]


def blocks(words: str) -> list[Block]:
    """Return a text in pieces: "# " its title, "## " a heading, "- " a bullet, an empty line a new paragraph."""
    found: list[Block] = []
    for line in words.splitlines():
        if line.startswith("# "):
            found.append(Block("title", (line[2:].strip(),)))
        elif line.startswith("## "):
            found.append(Block("heading", (line[3:].strip(),)))
        elif line.startswith("- ") and found and found[-1].kind == "bullets":
            found[-1] = Block("bullets", (*found[-1].lines, line[2:].strip()))
        elif line.startswith("- "):
            found.append(Block("bullets", (line[2:].strip(),)))
        elif not line.strip():
            found.append(Block("gap", ()))
        elif found and found[-1].kind in ("text", "bullets"):
            *before, last = found[-1].lines
            found[-1] = Block(found[-1].kind, (*before, f"{last} {line.strip()}"))
        else:
            found.append(Block("text", (line.strip(),)))
    return [block for block in found if block.kind != "gap"]


def title(text: ConsentText) -> str:
    """Return what a text is called: its own first line, or the purpose by name for one that has none."""
    own = next((block.lines[0] for block in blocks(text.words) if block.kind == "title"), "")
    return own or text.get_purpose_display()


class NoConsentText(Refused):
    """Raised when the clinic has no words yet for a purpose, so nobody can agree to them."""


class NotWritable(Refused):
    """Raised for words that cannot be published; `refusal.values["language"]` names the language at fault."""


def current(purpose: str = Purpose.PROCEDURE, language: str = HOUSE_LANGUAGE) -> ConsentText:
    """Return the words of today in that language, else in the house's own. Raises NoConsentText."""
    found = {text.language: text for text in ConsentText.objects.current().filter(purpose=purpose)}
    text = found.get(language) or found.get(HOUSE_LANGUAGE)
    if text is None:
        sentence = _("No consent text is set up. A manager adds one before the next session.")
        raise NoConsentText(Refusal("consent.no_text", _("There is nothing to agree to yet."), sentence))
    return text


def version_of(purpose: str) -> int:
    """Return the version that stands for a purpose, 0 where there is none."""
    newest = ConsentText.objects.filter(purpose=purpose).order_by("-version").values_list("version", flat=True)
    return newest.first() or 0


@transaction.atomic
def publish(purpose: str, words: Mapping[str, str], *, version: int, by: Actor, at: datetime) -> list[ConsentText]:
    """Make these words, by language, the next version of a purpose; whoever signed the one before is asked anew.

    version: the one that the writer read. A language without words is left out, the house's own may not be. The same
    words as today's are no new version. Raises NotWritable, and Stale when somebody else published since.
    """
    cleaned = {language: clean(text, language) for language, text in words.items() if text.strip()}
    if HOUSE_LANGUAGE not in cleaned:
        _refuse(HOUSE_LANGUAGE, _("The text is empty. Write what the patient agrees to."))
    standing = {text.language: text for text in ConsentText.objects.current().filter(purpose=purpose)}
    if version_of(purpose) != version:
        raise _published_meanwhile()
    if {language: text.words for language, text in standing.items()} == cleaned:
        return list(standing.values())
    try:
        written = _written(purpose, cleaned, version=version + 1, by=by, at=at)
    except IntegrityError:  # somebody else's was written while this one waited to be
        raise _published_meanwhile() from None
    audit.record(
        "consent_text.published", written[0], by=by, at=at, fields={text.language: text.digest for text in written}
    )
    return written


@transaction.atomic
def _written(purpose: str, words: Mapping[str, str], *, version: int, by: Actor, at: datetime) -> list[ConsentText]:
    return [
        ConsentText.objects.create(
            purpose=purpose,
            language=language,
            version=version,
            words=text,
            digest=digest_of(text),
            current_from=at,
            published_by=by.user,
        )
        for language, text in sorted(words.items())
    ]


def _published_meanwhile() -> Stale:
    return Stale(_("Somebody published another version a moment ago. Compare, and publish again."))


def digest_of(words: str) -> str:
    """Return the SHA-256 of a text in hex."""
    return hashlib.sha256(words.encode()).hexdigest()


def clean(words: str, language: str) -> str:
    """Return a text as it is kept: no blanks at the ends of lines, one line break at its end. Raises NotWritable."""
    text = "\n".join(line.rstrip() for line in words.strip().splitlines()) + "\n"
    found = blocks(text)
    if len(text) > LONGEST:
        _refuse(language, _("The text has more than %(longest)s letters.") % {"longest": LONGEST})
    if found[0].kind != "title" or len([block for block in found if block.kind == "title"]) > 1:
        _refuse(language, _("The text begins with its title: one line with “# ” before it."))
    if not any(block.kind in ("text", "bullets") for block in found):
        _refuse(language, _("The text has a title and says nothing."))
    return text


def _refuse(language: str, sentence: str) -> None:
    title = _("This can't be published.")
    raise NotWritable(Refusal("consent_text.not_writable", title, sentence, values={"language": language}))


@dataclass(frozen=True)
class Line:
    """A line of a text beside the one before it. kind: same, gone or new."""

    kind: str
    words: str


def changes(before: str, after: str) -> list[Line]:
    """Return both texts as one, line by line, with what goes and what comes."""
    kinds = {" ": "same", "-": "gone", "+": "new"}
    compared = difflib.ndiff(before.splitlines(), after.splitlines())
    return [Line(kinds[line[0]], line[2:]) for line in compared if line[0] in kinds]
