"""A machine at the door of Rowan Skin Clinic on a Sunday morning, with a key of Dee's."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from clinic import keys
from clinic.models import User
from tests.factories.booking import HOUSE, SUNDAY

EVERYTHING = ("see_board", "book", "see_patients", "edit_patients")


@dataclass
class Machine:
    """Asks the door with a key, or without one."""

    key: str = ""
    client: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any = None, *, once: str = "", method: str = "post") -> HttpResponse:
        send = getattr(self.client, method)
        said = body if isinstance(body, bytes) else json.dumps(body or {})
        return send(f"/api/v1/{path}", said, content_type="application/json", headers=self._headers(once))

    def patch(self, path: str, body: Any, *, once: str = "") -> HttpResponse:
        return self.post(path, body, once=once, method="patch")

    def follow(self, address: str) -> HttpResponse:
        return self.client.get(address, headers=self._headers())

    def _headers(self, once: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return headers | ({"Idempotency-Key": once} if once else {})


def machine_of(user: User, *capabilities: str, name: str = "tests") -> Machine:
    """Return a machine with a new key of this person."""
    _token, key = keys.make(user, name=name, capabilities=capabilities or EVERYTHING, by=HOUSE, at=SUNDAY)
    return Machine(key)


@pytest.fixture(autouse=True)
def it_is_sunday():
    with time_machine.travel(SUNDAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def nobody_asked_before():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def machine(site, dee) -> Machine:
    return machine_of(dee.user)


@pytest.fixture
def wish(mia, ana, consultation) -> dict[str, Any]:
    """What a machine says to book Mia on Monday at ten."""
    return {
        "service": "consultation",
        "practitioner": ana.pk,
        "starts_at": "2026-03-02T10:00:00+00:00",
        "patient": str(mia.uuid),
    }
