"""manage.py api_token USER: make a key for a machine, see which there are, end one."""

from __future__ import annotations

from itertools import chain, count

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinic import keys
from clinic.actors import Actor
from clinic.capabilities import capabilities_of
from clinic.models import ApiToken, User
from clinic.refusals import Refused

DAILY_WORK = ("see_board", "book", "see_patients", "edit_patients")  # what the doors for machines ask for


class Command(BaseCommand):
    """Print a new key once; list the keys of a person; end one by its name."""

    help = "Makes a key for a machine that acts for a person here, and prints it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the e-mail of the person the machine acts for")
        parser.add_argument("--name", help="what the key is for, such as “web site”; else “machine”, “machine 2” …")
        parser.add_argument("--may", help=f"capabilities, comma-separated; else those of {', '.join(DAILY_WORK)}")
        parser.add_argument("--list", action="store_true", help="list the keys that stand, without making one")
        parser.add_argument("--revoke", metavar="NAME", help="end the key of this name, without making one")

    def handle(
        self, *args, user: str, name: str | None, may: str | None, list: bool, revoke: str | None, **options
    ) -> None:
        """Do the one thing that was asked for."""
        person = self._person(user)
        if list:
            self._tell(person)
        elif revoke is not None:
            self._revoke(person, revoke)
        else:
            self._make(person, name, may)

    def _person(self, email: str) -> User:
        person = User.objects.filter(email__iexact=email.strip()).prefetch_related("grants").first()
        if person is None:
            known = ", ".join(
                User.objects.filter(is_active=True).order_by("email").values_list("email", flat=True)[:20]
            )
            raise CommandError(f"Nobody here has the e-mail “{email}”. People who work here: {known or 'nobody yet'}.")
        return person

    def _make(self, person: User, name: str | None, may: str | None) -> None:
        wanted = [one.strip() for one in may.split(",") if one.strip()] if may is not None else self._usual(person)
        try:
            token, key = keys.make(
                person,
                name=name or self._free_name(person),
                capabilities=wanted,
                by=Actor.system("api_token"),
                at=timezone.now(),
            )
        except Refused as refused:
            raise CommandError(f"{refused} Keys are listed with --list and ended with --revoke NAME.") from refused
        self.stderr.write(
            f"The key “{token.name}” acts for {person.name} and may: {', '.join(token.capabilities)}.\n"
            "It is printed this once; keep it where passwords are kept.",
            self.style.NOTICE,
        )
        self.stdout.write(key)

    def _usual(self, person: User) -> list[str]:
        may = capabilities_of(person.roles)
        return [one for one in DAILY_WORK if one in may]

    def _free_name(self, person: User) -> str:
        taken = {token.name for token in keys.standing(person)}
        numbered = (f"machine {number}" for number in count(2))
        return next(name for name in chain(["machine"], numbered) if name not in taken)

    def _tell(self, person: User) -> None:
        standing = keys.standing(person)
        if not standing:
            self.stdout.write(f"{person.name} has no key.")
        for token in standing:
            used = f"{token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never"
            self.stdout.write(f"{token.name}: {', '.join(token.capabilities)}; last used: {used}")

    def _revoke(self, person: User, name: str) -> None:
        token = ApiToken.objects.filter(user=person, name=name, revoked_at=None).first()
        if token is None:
            names = ", ".join(f"“{one.name}”" for one in keys.standing(person)) or "none"
            raise CommandError(f"{person.name} has no key named “{name}”. Keys that stand: {names}.")
        keys.revoke(token, by=Actor.system("api_token"), at=timezone.now())
        self.stdout.write(f"The key “{name}” of {person.name} opens nothing any more.")
