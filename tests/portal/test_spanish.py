"""Everything that a patient's pages say is there in Spanish, and what is served is what was written."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import templatize

from intake.models import Purpose

HOUSE = Path(settings.BASE_DIR)
CATALOG = HOUSE / "locale" / "es" / "LC_MESSAGES"
HANDED = ("_for", "_no_guardian", "_text", "sign", "device")  # pages of the desk that a patient holds
PAGES = [
    *sorted((HOUSE / "templates" / "portal").rglob("*.html")),
    *(HOUSE / "templates" / "desk" / "consents" / f"{name}.html" for name in HANDED),
    *sorted((HOUSE / "templates" / "mail").rglob("*.html")),
    HOUSE / "templates" / "base.html",
]
SOURCES = [*sorted((HOUSE / "portal").rglob("*.py")), HOUSE / "desk" / "consents" / "device.py"]
ASKING = {"_", "gettext", "gettext_lazy"}
REFUSING = [  # what stands in a patient's way is said by the rules themselves
    *(HOUSE / "booking" / f"{name}.py" for name in ("offers", "refusals")),
    *(HOUSE / "intake" / f"{name}.py" for name in ("agreeing", "answers", "screenings")),
    *(HOUSE / "patients" / f"{name}.py" for name in ("patients", "restrictions", "rules")),
    *(HOUSE / "visits" / f"{name}.py" for name in ("by_link", "own_choice", "rests")),
    *(HOUSE / "aftercare" / f"{name}.py" for name in ("recovery", "recovery_days", "report_rules")),
    HOUSE / "booking" / "calendar_files.py",
    HOUSE / "clinic" / "refusals.py",
    HOUSE / "clinic" / "pictures" / "cleaning.py",
]
NEVER_TOLD_PATIENTS = {  # refused where only the desk asks, or written down for it
    "The patient gave no reason",
    "Another time is held for %(name)s already. Withdraw it first, or wait for the answer.",
    "One offer at a time",
    "There is no time left for an answer. Call %(name)s, and book it at once.",
    "Too near to be offered",
    "It is booked for %(day)s. Move it to today first, and it begins truthfully.",
    "No step of this visit is left to be taken back.",
    "Nothing to take back",
    "That is not a lateness",
    "The visit begins at %(time)s; until then nobody has missed it.",
    "Write how many minutes late, 1 to %(most)s; beyond that, move the visit.",
}
MEANT_FOR_STAFF = re.compile(r"^In the health form: |^It then opens nothing but these pages")


def written():
    """Return the catalog as it is written, by the English words."""
    text = (CATALOG / "django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid (".*")\nmsgstr (".*")$', text, re.MULTILINE)
    return {ast.literal_eval(english): ast.literal_eval(spanish) for english, spanish in pairs if english != '""'}


def served():
    with (CATALOG / "django.mo").open("rb") as file:
        return {key: words for key, words in gettext.GNUTranslations(file)._catalog.items() if key}


def said_in(path):
    if path.suffix == ".html":
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        found = re.findall(r"""gettext\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\)""", code)
        return {ast.literal_eval(one) for one in found}
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if getattr(call.func, "id", "") in ASKING and call.args and isinstance(call.args[0], ast.Constant)
    }


def test_what_is_served_is_what_was_written():
    assert served() == written()


@pytest.mark.parametrize("path", [*PAGES, *SOURCES], ids=lambda path: path.name)
def test_every_word_of_a_page_is_there_in_spanish(path):
    missing = {words for words in said_in(path) if not MEANT_FOR_STAFF.match(words)} - written().keys()

    assert missing == set()


@pytest.mark.parametrize("path", REFUSING, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_refusal_that_a_patient_may_meet_is_there_in_spanish(path):
    assert said_in(path) - written().keys() - NEVER_TOLD_PATIENTS == set()


def test_what_is_never_told_to_patients_is_still_said_to_somebody():
    assert NEVER_TOLD_PATIENTS - set().union(*map(said_in, REFUSING)) == set()


def test_every_purpose_of_a_consent_has_its_name_in_spanish():
    assert {str(label) for label in Purpose.labels} - written().keys() == set()


def test_the_control_the_pages_do_say_something():
    assert {"Save and go on", "When were you born?", "Allergy"} <= set().union(*map(said_in, [*PAGES, *SOURCES]))


def test_no_value_is_lost_in_translation():
    places = re.compile(r"%\(\w+\)s")

    assert [k for k, v in written().items() if sorted(places.findall(k)) != sorted(places.findall(v))] == []
