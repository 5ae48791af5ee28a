"""No key of a link or a calendar stands in the log, whatever was wrong with the request."""

import logging

import pytest
from django.conf import settings

from clinic.log_lines import WithoutKeys

SECRET = "kP86UqZ9SOGabJvAkiloIOcjjs"


def line(message, *args):
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, args, None)
    assert WithoutKeys().filter(record)
    return record.getMessage()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"/l/{SECRET}/", "/l/…/"),
        (f"/f/{SECRET}/details/", "/f/…/details/"),
        (f"/v/{SECRET}/change/2026-03-04/", "/v/…/change/2026-03-04/"),
        (f"/feeds/{SECRET}.ics", "/feeds/…"),
        (f"https://clinic.example/l/{SECRET}/", "https://clinic.example/l/…/"),
        ("/patients/17/", "/patients/17/"),
    ],
)
def test_the_key_in_an_address_is_not_written_down(path, told):
    assert line("%s: %s", "Conflict", path) == f"Conflict: {told}"


def test_every_line_of_the_house_passes_by():
    filters = {name: handler.get("filters") for name, handler in settings.LOGGING["handlers"].items()}
    assert filters == {"console": ["without keys"]}
    assert settings.LOGGING["filters"]["without keys"] == {"()": "clinic.log_lines.WithoutKeys"}
