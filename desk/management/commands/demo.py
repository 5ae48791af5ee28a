"""manage.py demo: a year of an ordinary clinic, and any number of years of a bigger one beside it."""

from __future__ import annotations

import time as stopwatch
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.utils import timezone

from clinic.models import Site, User
from desk.demo import telling
from desk.demo.crowd import Crowd
from desk.demo.house import PASSWORD, STAFF
from patients.models import Patient

ZONE = ZoneInfo("Europe/London")
LONGER_THAN_THE_STORY = timedelta(days=500)  # since when its words stand
MOST_PATIENTS, LEAST_YEARS, MOST_YEARS = 200_000, 0.2, 20


class Command(BaseCommand):
    """Fill an empty database with the demo clinic and print how to sign in."""

    help = "Fill an empty database with the demo clinic; only in demo mode, or with --force."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the demo's own day and clock; the same two give the same clinic."""
        parser.add_argument("--day", type=date.fromisoformat, help="the day it is, as 2026-11-23; today if left out")
        parser.add_argument("--at", type=time.fromisoformat, help="the time it is, from 11:00 to 16:00")
        parser.add_argument("--patients", type=int, default=0, help="so many patients more, each with five visits")
        parser.add_argument("--years", type=float, default=2, help="over how many years their visits go back")
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
        if not 0 <= options["patients"] <= MOST_PATIENTS or not LEAST_YEARS <= options["years"] <= MOST_YEARS:
            raise CommandError(
                f"--patients goes up to {MOST_PATIENTS}, --years from {LEAST_YEARS} to {MOST_YEARS}. Nothing was made."
            )
        began = stopwatch.monotonic()
        moment = self._moment(day, at)
        call_command("load_clinical", verbosity=0, at=moment - LONGER_THAN_THE_STORY)
        events = telling.tell(moment=moment, zone=ZONE)
        self.stdout.write(f"  demo clinic: {events} events told in {stopwatch.monotonic() - began:.1f} s")
        if options["patients"]:
            self._gather(options["patients"], options["years"], moment)
        self._print_sign_ins()

    def _gather(self, patients: int, years: float, moment: datetime) -> None:
        """Fill the house with a crowd, and say how far that is."""
        began = stopwatch.monotonic()
        crowd = Crowd(Site.objects.get(), patients, years, moment.astimezone(ZONE).date(), moment)
        self.stdout.write(f"  {patients} patients more, over {years:g} years")
        with telling.hurried():
            written = crowd.fill(told=lambda count: self._show(count, crowd.visits))
        self._show(crowd.visits, crowd.visits, end="\n")
        self.stdout.write(f"  {written} visits written in {stopwatch.monotonic() - began:.1f} s")

    def _show(self, done: int, of: int, end: str = "") -> None:
        share = min(done / of, 1)
        self.stdout.write(f"\r  [{'#' * round(share * 30):<30}] {share:4.0%}", ending=end)
        self.stdout.flush()

    def _moment(self, day: date | None, at: time | None) -> datetime:
        now = timezone.now().astimezone(ZONE)
        return telling.moment_of(day or now.date(), at or (time(14, 4) if day else now.time()), ZONE)

    def _print_sign_ins(self) -> None:
        self.stdout.write("  sign in as")
        for person in STAFF:
            roles = ", ".join(str(role.label) for role in person.roles)
            self.stdout.write(f"    {person.email:<20} {PASSWORD}   {person.name}, {roles.lower()}")
