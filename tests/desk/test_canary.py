"""A word planted in each clinical field of each model, and looked for wherever the desk or a stranger can look.

docs/data-retention.yaml says which fields are clinical, so a field that joins it tomorrow is tried tomorrow.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test import Client

from api import door
from clinic import guards, keys, retention
from clinic.capabilities import ROLE_CAPABILITIES
from clinic.models import Role
from outbox import deliveries
from patients import links
from patients.models import Link, Patient
from tests.desk.test_every_door import DOORS, SIGNED_IN, address, of_role, record  # noqa: F401 (a fixture)
from tests.factories.booking import TEN, minutes
from treatments.models import ReactionEntry
from visits import notices

pytestmark = pytest.mark.django_db

WORD = "zqxcanary"  # no page says it by itself
CODES = {
    "intake.Answer.action",
    "treatments.Session.beside",
    "booking.Override.code",
    "treatments.Course.adjuncts",
    "treatments.Course.review_days",
    "treatments.CourseChange.field",
}  # chosen by the house, not written by a person
NONSENSE = {
    "version": "x",
    "page": "-1",
    "form_key": "x",
    "reason": "",
    "name": "",
    "next": "//evil.example",
    "time": "x",
}


def clinical_fields() -> list[tuple[type[models.Model], models.Field]]:
    """Return the fields in which a person's words can stand."""
    texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    return [
        (model, field)
        for model, field in retention.fields_of("clinical")
        if isinstance(field, texts) and not field.choices and f"{model._meta.label}.{field.name}" not in CODES
    ]


def named(number: int) -> str:
    """Return the word of one field, short enough for any of them."""
    return f"{WORD}{number:02d}z"


def value(field: models.Field, word: str) -> object:
    if isinstance(field, models.BinaryField):
        return word.encode()
    if not isinstance(field, models.JSONField):
        return word
    if field.model is ReactionEntry and field.name == "changes":
        return [{"field": "signs", "was": word, "became": word}]
    if field.name == "stopped_by":
        return [{"rule": "consent.missing", "title": word, "sentence": word}]
    if field.name == "depth_steps":
        return [{"number": 1, "zone": "", "depth_mm": "1.00", "reasons": {"above_zone": word}}]
    return (
        {"INFECTION": {"option": "no", "on": "", "note": word}} if field.name == "replies" else {"skin_concerns": word}
    )


@pytest.fixture
def planted(record, ana) -> dict[str, str]:  # noqa: F811
    """Return the word of each field in which it stands, by the field's name."""
    deliveries.send_due(clock=lambda: TEN + minutes(600))
    words = {}
    with guards.lifted():
        for number, (model, field) in enumerate(clinical_fields()):
            name, word = f"{model._meta.label}.{field.name}", named(number)
            beside = {
                "intake.Answer.passed_reason": {"passed_by": ana},
                "intake.Screening.given_by": {"asked_by": None},
                "intake.Letter.struck_because": {"struck_at": TEN},
                "treatments.Reaction.no_session_because": {"session": None},
                "treatments.Reaction.report_reference": {
                    "is_reportable": True,
                    "reported_to": "mhra",
                    "reported_on": TEN.date(),
                },
                "treatments.Reaction.struck_because": {"struck_at": TEN, "struck_by": ana},
            }
            try:
                with transaction.atomic():
                    if model._base_manager.update(**{field.name: value(field, word)}, **beside.get(name, {})):
                        words[name] = word
                    connection.check_constraints()
            except IntegrityError:
                continue
    return words


def asked_of(client: Client, routes, about) -> Iterator[tuple[str, str]]:
    """Yield every answer a person can get: pages, parts of pages, searches, forms sent empty or full of nonsense."""
    for route in routes:
        at = address(route, about)
        for ask, headers, data in (
            (client.get, {}, {}),
            (client.get, {"HX-Request": "true"}, {"q": WORD[:6], "view": "list", "day": "2026-03-02", "show": "all"}),
            (client.post, {}, {}),
            (client.post, {"HX-Request": "true"}, NONSENSE),
        ):
            answer = ask(at, data, headers=headers)
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            yield f"{ask.__name__} {at}", f"{said.decode(errors='replace')} {answer.headers}"


def leaks(answers, words: dict[str, str]) -> list[tuple[str, str]]:
    return [(at, name) for at, text in answers if WORD in text for name, word in words.items() if word in text]


def test_every_clinical_field_has_a_row_to_stand_in(planted):
    bare = {f"{model._meta.label}.{field.name}" for model, field in clinical_fields()} - planted.keys()

    assert bare == set(), "let the record of tests/desk/test_every_door.py hold a row of each"


def test_nothing_clinical_reaches_the_desk_nor_any_line_of_the_log(planted, record, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)

    assert leaks(asked_of(of_role(Role.FRONT_DESK), SIGNED_IN, record), planted) == []
    assert WORD not in caplog.text


def test_nothing_clinical_reaches_a_stranger(planted, record):  # noqa: F811
    stranger, routes = Client(), [route for route in SIGNED_IN if "<" in route or route in ("", "find/", "patients/")]
    opened = [links.path(one) for one in Link.objects.all()]
    opened += [f"/{route}" for route in DOORS if "<" not in route and route not in SIGNED_IN and "[" not in route]

    found = leaks(asked_of(stranger, routes, record), planted)
    found += leaks(((at, stranger.get(at).content.decode(errors="replace")) for at in opened), planted)

    assert opened
    assert found == []


def test_nothing_clinical_reaches_a_machine_of_the_desk(planted, record, dee):  # noqa: F811
    _token, key = keys.make(dee.user, name="Kiosk", capabilities=ROLE_CAPABILITIES[Role.FRONT_DESK], by=dee, at=TEN)
    machine, found, answered = Client(), [], 0
    about = {"{patient}": record["patients"], "{appointment}": record["appointments"]}
    for path, operations in door.document()["paths"].items():
        if "get" not in operations:
            continue
        for name, uuid in about.items():
            path = path.replace(name, str(uuid))
        for asked in ({}, {"day": "2026-03-02"}, {"patient": str(record["patients"])}, {"q": "mia"}):
            answer = machine.get(path, asked, headers={"Authorization": f"Bearer {key}"})
            answered += answer.status_code == 200
            found += leaks([(path, answer.content.decode())], planted)

    assert answered > 5
    assert found == []


def test_nothing_clinical_is_mailed(smtp_server, planted, record):  # noqa: F811
    """The words of a message that is to leave were planted too, so they are made anew first."""
    for patient in Patient.objects.all():
        notices.reconcile(patient, at=TEN + minutes(601))
    said = mailed_in_two_months(smtp_server)

    assert len(said) > 5
    assert any("Mia" in text for _subject, text in said)
    assert leaks(said, planted) == []


def test_the_control_what_was_planted_in_a_message_is_mailed(smtp_server, planted, record):  # noqa: F811
    assert {name for _subject, name in leaks(mailed_in_two_months(smtp_server), planted)} >= {
        "outbox.Notice.headline",
        "outbox.Notice.body_text",
        "outbox.Notice.body_html",
    }


def mailed_in_two_months(smtp_server) -> list[tuple[str, str]]:
    for hours in range(11, 60 * 24, 3):
        deliveries.send_due(clock=lambda: TEN + timedelta(hours=hours))  # noqa: B023 - asked at once
    return [
        (mail["Subject"], " ".join([str(mail.items()), *(str(part.get_content()) for part in parts_of(mail))]))
        for mail in smtp_server.messages
    ]


def parts_of(mail: EmailMessage) -> list[EmailMessage]:
    return [part for part in mail.walk() if not part.is_multipart()]


def test_the_control_a_practitioner_reads_them(planted, record, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)

    seen = {name for _at, name in leaks(asked_of(of_role(Role.PRACTITIONER), SIGNED_IN, record), planted)}

    assert seen >= {
        "patients.Patient.skin_concerns",
        "patients.Allergy.substance",
        "patients.ClinicalNote.words",
        "treatments.Session.note",
        "treatments.Session.reaction_note",
        "treatments.Addendum.words",
        "treatments.ZonePass.note",
        "outbox.Notice.body_text",
    }
    assert WORD not in caplog.text
