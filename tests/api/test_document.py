"""The door asked everything that its document allows, and more: it always answers as the document says.

A few questions of each operation in every run, hundreds with STIPPLE_PROOFS=full. Half of them name the people, the
service and the times that there are, so that the steps behind the door are reached; half name whatever they like.
"""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import door
from booking.models import Appointment
from clinic.models import AuditRow
from tests.api.conftest import machine_of
from tests.factories.booking import TEN, minutes, visit

QUESTIONS = 300 if os.environ.get("STIPPLE_PROOFS") == "full" else 6
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = sorted((path, method) for path, operations in door.document()["paths"].items() for method in operations)
APPLICATION = get_wsgi_application()
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.fixture(autouse=True)
def requests_share_the_connection_of_the_test():
    """Do as Django's own test client does: leave the connection open between requests."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def stage(site, dee, mia, ana, consultation, settings):
    """A visit of Mia's on Monday at ten, and the values that mean something here."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    booked = visit(mia, consultation, ana)
    return {
        "service": "consultation",
        "practitioner": ana.pk,
        "agreed_by": ana.pk,
        "patient": str(mia.uuid),
        "appointment": str(booked.uuid),
        "from": "2026-03-02",
        "to": "2026-03-04",
        "day": "2026-03-02",
    }


def with_known_values(case, known, data):
    """Put values that mean something in the place of some that were made up."""
    starts_at = (TEN + minutes(15 * data.draw(st.integers(0, 40)))).isoformat()
    version = data.draw(st.integers(1, 3))
    known = known | {"starts_at": starts_at, "version": version}
    for said in (case.path_parameters, case.query, case.body):
        if isinstance(said, dict):
            said.update({name: value for name, value in known.items() if name in said})


@pytest.fixture(scope="module")
def document():
    written = schemathesis.openapi.from_dict(door.document())
    written.app = APPLICATION
    return written


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_an_operation_answers_as_its_document_says_whatever_it_is_asked(document, stage, dee, path, method, mode):
    headers = {"Authorization": f"Bearer {machine_of(dee.user).key}"}
    statuses = set()

    @settings(
        max_examples=QUESTIONS,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        derandomize=True,
        database=None,
    )
    @given(case=document[path][method].as_strategy(generation_mode=mode), data=st.data())
    def ask(case, data):
        if data.draw(st.booleans()):
            with_known_values(case, stage, data)
        response = case.call(headers=headers)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS, headers=headers)

    ask()

    assert statuses
    assert mode is GenerationMode.NEGATIVE or not {401, 403, 429} & statuses  # a negative one may spoil the key
    assert Appointment.objects.count() <= AuditRow.objects.filter(verb="book").count() + 1


def test_the_control_an_answer_that_the_document_does_not_know_is_found(stage, dee, monkeypatch):
    """Nobody may read 404 where the document does not say so."""
    written = door.document()
    del written["paths"]["/api/v1/patients/{patient}"]["get"]["responses"][404]
    document = schemathesis.openapi.from_dict(written)
    document.app = APPLICATION
    case = document["/api/v1/patients/{patient}"]["GET"].Case(
        path_parameters={"patient": "00000000-0000-0000-0000-000000000000"}
    )
    headers = {"Authorization": f"Bearer {machine_of(dee.user).key}"}

    response = case.call(headers=headers)

    assert response.status_code == 404
    with pytest.raises(FailureGroup, match="Undocumented status code"):
        case.validate_response(response, checks=CHECKS, headers=headers)
