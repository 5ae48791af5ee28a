"""Every form of the patient's record, sent full of what people type and what nobody should: kept, or refused in words.

The forms are found on the pages themselves. A hundred and fifty in every run, 2,000 with STIPPLE_PROOFS=full.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from clinic.models import Role
from tests.desk.test_every_door import SIGNED_IN, address, record  # noqa: F401 (a fixture)
from tests.factories import clinic as house
from tests.journeys.paper import Node, Sheet

pytestmark = pytest.mark.django_db

OTHERS = {  # rooms that are no part of the record; whatever is built beside them is
    "board", "booking", "charting", "closures", "feeds", "hours", "mailbox", "messages", "my_day", "palette",
    "preferences", "series", "values", "waitlist",
}  # fmt: skip
HOW_MANY = 2000 if os.environ.get("STIPPLE_PROOFS") == "full" else 150
TYPED_INTO = ("text", "search", "email", "tel", "date", "number", "time", "")
VALID = ("Mia Okafor", "mia@post.example", "0113 496 0417", "21/05/1994", "2026-03-02", "Asked by letter", "3", "14:30")
NEAR = ("", "  ", "mia@", "0113", "31/02/2026", "2026-13-40", "-1", "0", "Mia\tOkafor", "25:61", "1e9", "R-10001", "on")
HOSTILE = (
    "<script>alert(1)</script>", "'; DROP TABLE patients_patient; --", "{{ 7|add:7 }} {% csrf %}", "=HYPERLINK(1)",
    "a\r\nBcc: x@evil.example", "x" * 6000, "9" * 40, "\u202egnirts\u202c", "🦷" * 40, "Zoë Ångström-Łuczak",
    "\x00\x07", "../../etc/passwd", "{link:1}", "\ud83d", "NaN", "\u0661\u0662", "https://evil.example/", "0" * 18,
    "00000000-0000-4000-8000-000000000007",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A form on a page: where it goes, what it sends as it stands, what is typed into, and the name of its button."""

    page: str
    action: str
    said: tuple[tuple[str, str], ...]
    typed: frozenset[str]
    pressed: str


@pytest.fixture
def everybody(record) -> Client:  # noqa: F811
    """Somebody who may do everything."""
    client = Client()
    client.force_login(house.user("Somebody Of-All-Roles", *Role.values))
    return client


def forms_of(client: Client, about) -> list[Found]:
    """Return each form that is posted from the pages of the record."""
    found = {}
    for route, pattern in SIGNED_IN.items():
        if pattern.callback.__module__.split(".")[1] in OTHERS:
            continue
        page = address(route, about)
        answer = client.get(page)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        sheet = Sheet(page, answer.content.decode())
        for button in sheet.all("button"):
            form = sheet.form_of(button)
            if form is None or form.attrs.get("method", "get").lower() != "post":
                continue
            action = urljoin(page, button.attrs.get("formaction") or form.attrs.get("action", ""))
            if not action.startswith(("/account/", "/preferences/")) and not action.endswith("/consents/device/"):
                typed = frozenset(
                    _name(node) for node in sheet.nodes if sheet.form_of(node) is form and _is_typed(node)
                )
                found[action, button.attrs.get("value", "")] = Found(
                    page, action, tuple(sheet.sent_by(button)), typed, _name(button)
                )
    return list(found.values())


def _name(node: Node) -> str:
    return node.attrs.get("name", "")


def _is_typed(node: Node) -> bool:
    is_text = node.tag == "input" and node.attrs.get("type", "") in TYPED_INTO
    return bool(_name(node)) and (is_text or node.tag == "textarea") and "readonly" not in node.attrs


def filled(form: Found, dice: random.Random) -> list[tuple[str, str]]:
    """Return the form as somebody sends it: mostly as meant, in some fields not."""
    names = {name for name, _value in form.said} | form.typed
    said = dict(form.said)
    for name in sorted(names - {"csrfmiddlewaretoken", form.pressed}):
        is_typed = name in form.typed
        if dice.random() < (0.75 if is_typed else 0.15):
            said[name] = dice.choice(dice.choice((VALID, NEAR, HOSTILE)))
    return [(name, value) for name, value in said.items() if name == form.pressed or dice.random() > 0.03]


def as_sent(text: str) -> str:
    """Return what a browser would send and show again: no half letters, one kind of line end, no blanks around."""
    plain = text.encode(errors="replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return plain.strip()


def faults(form: Found, said: list[tuple[str, str]], answer) -> list[str]:
    """Return what is wrong with an answer: a crash, a refusal without words, something typed that is gone."""
    if answer.status_code >= 500:
        return ["crashed"]
    if answer.status_code not in (409, 422):
        return []
    sheet = Sheet(form.action, answer.content.decode())
    wrong = [] if any(len(words) > 8 for words in sheet.alerts) else ["refused without a word"]
    shown = {(_name(node), as_sent(value)) for node in sheet.nodes if _is_typed(node) for value in _held(node)}
    return wrong + [
        f"{name} is lost" for name, value in said if name in form.typed and (name, as_sent(value)) not in shown
    ]


def _held(node: Node) -> list[str]:
    """Return what a field holds."""
    if node.tag == "textarea":
        return ["".join(one for one in node.inside if isinstance(one, str)).removeprefix("\n")]
    return [node.attrs.get("value", "")]


def test_what_is_sent_is_kept_or_refused_in_words_and_nothing_typed_is_lost(everybody, record):  # noqa: F811
    forms, dice, wrong, statuses = forms_of(everybody, record), random.Random(4), [], Counter()
    for number in range(HOW_MANY):
        form = forms[number % len(forms)]
        said = [(name, value.encode(errors="replace").decode()) for name, value in filled(form, dice)]
        before = transaction.savepoint()
        try:
            answer = everybody.post(form.action, urlencode(said), "application/x-www-form-urlencoded")
        except Exception as crash:  # whatever it is, the clinic would read a page about a fault
            wrong.append((form.action, said, repr(crash)[:300]))
        else:
            statuses[answer.status_code] += 1
            wrong += [(form.action, said, fault) for fault in faults(form, said, answer)]
            b"".join(answer.streaming_content if answer.streaming else ())  # a file is given out whole
        transaction.savepoint_rollback(before)

    assert [(where, fault) for where, _said, fault in wrong] == []
    assert len(forms) > 12
    assert {302, 422} <= statuses.keys()


def test_the_control_a_loss_and_a_silent_refusal_are_found():
    form = Found("/", "/", (), frozenset({"reason"}), "")
    kept = '<body><p role="alert">Say why, please.</p><textarea name="reason">\nA dog</textarea></body>'

    found = [
        faults(form, [("reason", "A dog")], HttpResponse(page, status=status))
        for page, status in (
            (kept, 422),
            (kept.replace("A dog", ""), 422),
            ("<body></body>", 409),
            ("", 500),
            ("", 302),
        )
    ]

    assert found == [[], ["reason is lost"], ["refused without a word", "reason is lost"], ["crashed"], []]
