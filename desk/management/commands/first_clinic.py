"""manage.py first_clinic: the site, hours, people, rooms and menu that a new clinic begins with."""

from __future__ import annotations

import re
import sys
from datetime import date
from decimal import Decimal, InvalidOperation
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.core.validators import validate_email
from django.db import OperationalError, ProgrammingError, transaction
from django.utils import timezone

from clinic import founding
from clinic.actors import Actor
from clinic.founding import Founded, Person

NEEDED = {
    "name": "the clinic's name",
    "address": "its address",
    "phone": "its telephone number",
    "email": "the mailbox where replies arrive",
    "time_zone": "its time zone, as in Europe/London",
    "manager_name": "the manager's full name",
    "manager_email": "the e-mail the manager signs in with",
}
IN_BRITAIN = {"emergency_number": "999", "out_of_hours": "Call NHS 111, or 999 if it cannot wait."}
FIELDS_OF = {"out_of_hours": "out_of_hours_words"}
NAME_AND_MAIL = re.compile(r"\s*([^<>]*[^<>\s])\s*<\s*([^<>\s]+)\s*>\s*")
DEVICE_PARTS = ("name", "maker", "model", "serial_number", "max_depth_mm", "service_due_on")


class Command(BaseCommand):
    """Make the first clinic on a new database and say what to do next; refuse where there is one."""

    help = "Makes the first clinic: its site, hours, manager, practitioners, rooms, services and pen."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the clinic's own words; what is missing is named in one sentence."""
        for name, words in NEEDED.items():
            parser.add_argument(_flag(name), help=words)
        parser.add_argument("--emergency-number", help="what patients dial; 999 in Europe/London")
        parser.add_argument("--out-of-hours", help="what patients do while the clinic is closed, as a sentence")
        parser.add_argument("--practitioner", nargs="+", action="extend", default=[], help='"Name <mail>"; any number')
        parser.add_argument("--room", nargs="+", action="extend", default=[], help="a room's name; any number")
        parser.add_argument("--device", help='"name, maker, model, serial number, deepest mm, next service 2027-06-01"')
        parser.add_argument("--password-stdin", action="store_true", help="read the manager's password from one line")

    def handle(self, *args, password_stdin: bool, **said) -> None:
        """Read everything first, ask for the password, then make all of it in one transaction."""
        try:
            founding.refuse_a_second()
            site = _site(said)
            manager = _person("--manager-email", said["manager_name"], said["manager_email"])
            given = {
                "site": site,
                "manager": manager,
                "practitioners": _practitioners(said["practitioner"]),
                "rooms": [name.strip() for name in said["room"]] or ["Room 1"],
                "device": _device(said["device"]) if said["device"] else None,
            }
            password = None if founding.account_of(manager) else self._password(manager, password_stdin)
            with transaction.atomic():
                made = founding.found(**given, password=password, by=Actor.system("first_clinic"), at=timezone.now())
                call_command("load_clinical", verbosity=0)
        except ValidationError as wrong:
            raise CommandError(_sentences(wrong)) from wrong
        except (OperationalError, ProgrammingError) as wrong:
            raise CommandError(f"The database is not ready ({wrong}). Run “manage.py migrate” first.") from wrong
        self._tell(made)

    def _password(self, manager: Person, from_stdin: bool) -> str:
        if from_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        elif sys.stdin.isatty():
            password = getpass(f"Password for {manager.name}: ")
            if getpass("The same once more: ") != password:
                raise CommandError("The two passwords are not the same. Nothing was made.")
        else:
            raise CommandError("Nobody can be asked for a password here. Say --password-stdin and give it as one line.")
        if not password:
            raise CommandError("The password is empty. Nothing was made.")
        validate_password(password, founding.new_user(manager))
        return password

    def _tell(self, made: Founded) -> None:
        self.stdout.write(f"{made.site.name}, {made.site.hours_words}, {made.site.time_zone}")
        self.stdout.write(f"  manager and front desk: {made.manager.name} <{made.manager.email}>")
        for user in made.practitioners:
            self.stdout.write(
                f"  practitioner: {user.name} <{user.email}>, Mon to Fri 9:00 to 13:00 and 14:00 to 18:00"
            )
        self.stdout.write(f"  rooms: {', '.join(room.name for room in made.rooms)}")
        for service in made.services:
            self.stdout.write(f"  service: {service.name}, {service.minutes} minutes")
        for pen in made.devices:
            self.stdout.write(f"  pen: {pen.name}, {pen.maker} {pen.model}, to {pen.max_depth_mm} mm")
        self.stdout.write("Next:")
        self.stdout.write(f"  {made.manager.name} signs in with {made.manager.email}.")
        if any(not user.has_usable_password() for user in made.practitioners):
            self.stdout.write('  Practitioners choose a password with "Forgot your password?" on the sign-in page.')
        if not made.practitioners:
            self.stdout.write("  Nobody treats yet, so nothing can be booked; docs/operating.md says how to go on.")
        if not made.devices:
            self.stdout.write("  Microneedling can be booked once a pen is entered; docs/operating.md says how.")
        self.stdout.write("  Read the clinical values with a clinician before the first patient: docs/clinical.md.")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _site(said: dict[str, Any]) -> dict[str, Any]:
    """Return the site's fields; what Britain knows by itself must be said elsewhere."""
    needed = dict(NEEDED)
    if said["time_zone"] == "Europe/London":
        said = said | {name: said[name] or words for name, words in IN_BRITAIN.items()}
    elif said["time_zone"]:
        needed |= {"emergency_number": "the number patients dial", "out_of_hours": "what they do while you are closed"}
    missing = [f"{_flag(name)} ({words})" for name, words in needed.items() if not (said[name] or "").strip()]
    if missing:
        raise CommandError(f"Please say also {', '.join(missing)}. Nothing was made.")
    names = [name for name in (*NEEDED, *IN_BRITAIN) if not name.startswith("manager_")]
    return {FIELDS_OF.get(name, name): said[name].strip() for name in names}


def _person(where: str, name: str, email: str) -> Person:
    try:
        validate_email(email.strip())
    except ValidationError as wrong:
        raise CommandError(f"{where}: “{email}” is not an e-mail address. Nothing was made.") from wrong
    return Person(name.strip(), email.strip().lower())


def _practitioners(said: list[str]) -> list[Person]:
    people: list[Person] = []
    for words in said:
        found = NAME_AND_MAIL.fullmatch(words)
        if found is None:
            raise CommandError(f"--practitioner: write “{words}” as “Ana Duarte <ana@clinic.example.org>”.")
        person = _person("--practitioner", *found.groups())
        if person.email in [known.email for known in people]:
            raise CommandError(f"--practitioner: {person.email} is named twice; each person has an own address.")
        people.append(person)
    return people


def _device(said: str) -> dict[str, Any]:
    parts = [part.strip() for part in said.split(",")]
    if len(parts) != len(DEVICE_PARTS):
        raise CommandError(
            "--device: write six parts with commas between: name, maker, model, serial number, deepest setting in mm, "
            "day of the next service. For example “Pen 1, Northlight, NL-2, NL2-04417, 2.50, 2027-06-01”."
        )
    known: dict[str, Any] = dict(zip(DEVICE_PARTS, parts, strict=True))
    try:
        known["max_depth_mm"] = Decimal(known["max_depth_mm"])
        if not 0 < known["max_depth_mm"] <= 3:
            raise CommandError("--device: the deepest setting is more than 0 mm and at most 3.00 mm.")
    except InvalidOperation as wrong:
        raise CommandError(f"--device: “{parts[4]}” is not a depth in mm, such as 2.50.") from wrong
    try:
        known["service_due_on"] = date.fromisoformat(known["service_due_on"])
    except ValueError as wrong:
        raise CommandError(f"--device: “{known['service_due_on']}” is not a day, such as 2027-06-01.") from wrong
    return known


def _sentences(wrong: ValidationError) -> str:
    """Return what is wrong as sentences, each with the field it speaks of."""
    if not hasattr(wrong, "error_dict"):
        return " ".join(wrong.messages)
    return " ".join(
        sentence if field == "__all__" else f"{field.replace('_', ' ').capitalize()}: {sentence}"
        for field, sentences in wrong.message_dict.items()
        for sentence in sentences
    )
