"""The demo clinic for the tests that look at it: told once in a run."""

from datetime import date
from io import StringIO

from django.core.management import call_command
from django.test import override_settings

from tests.plugins import database


def the_demo_clinic(day: date) -> str:
    """Fill the empty database with the demo clinic of a day, and return what was printed."""

    def tell() -> str:
        said = StringIO()
        with override_settings(DEMO=True):
            call_command("demo", day=day, force=True, stdout=said)
        return said.getvalue()

    return database.fill(f"demo-{day}", tell)
