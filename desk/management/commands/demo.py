"""manage.py demo: a year of an ordinary clinic, for looking around and for tests."""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.utils import timezone

from clinic.models import Site, User
from desk.demo import telling
from desk.demo.house import PASSWORD, STAFF
from patients.models import Patient

ZONE = ZoneInfo("Europe/London")


class Command(BaseCommand):
    """Fill an empty database with the demo clinic and print how to sign in."""

    help = "Fill an empty database with the demo clinic; only in demo mode, or with --force."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the demo's own day and clock; the same two give the same clinic."""
        parser.add_argument("--day", type=date.fromisoformat, help="the day it is, as 2026-11-23; today if left out")
        parser.add_argument("--at", type=time.fromisoformat, help="the time it is, from 11:00 to 16:00")
        parser.add_argument("--force", action="store_true", help="outside demo mode, on an empty database")

    def handle(self, *args, day: date | None, at: time | None, force: bool, **options) -> None:
        """Refuse where it could meet real people; do nothing where it has been."""
        if not settings.DEMO and not force:
            raise CommandError(
                "The demo clinic is for demo mode only. Set DEMO=1, or say --force on an empty database."
            )
        if Site.objects.exists() or User.objects.exists() or Patient.objects.exists():
            if not User.objects.filter(email=STAFF[0].email).exists():
                raise CommandError("The database is not empty. The demo clinic does not mix with a real one.")
            self._print_sign_ins()
            return
        began = stopwatch.monotonic()
        call_command("load_clinical", verbosity=0)
        events = telling.tell(moment=self._moment(day, at), zone=ZONE)
        self.stdout.write(f"  demo clinic: {events} events told in {stopwatch.monotonic() - began:.1f} s")
        self._print_sign_ins()

    def _moment(self, day: date | None, at: time | None) -> datetime:
        now = timezone.now().astimezone(ZONE)
        return telling.moment_of(day or now.date(), at or (time(14, 4) if day else now.time()), ZONE)

    def _print_sign_ins(self) -> None:
        self.stdout.write("  sign in as")
        for person in STAFF:
            roles = ", ".join(str(role.label) for role in person.roles)
            self.stdout.write(f"    {person.email:<20} {PASSWORD}   {person.name}, {roles.lower()}")
