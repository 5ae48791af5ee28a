from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from clinic import vault_names


class Command(BaseCommand):
    help = "List the files of the vault that no row names and that are older than a day; with --remove, remove them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove them, as the house does each night")

    def handle(self, *args: object, **options: object) -> None:
        if options["remove"]:
            self.stdout.write(f"{vault_names.sweep(at=timezone.now())} files were removed.")
            return
        found = vault_names.strays(at=timezone.now())
        self.stdout.write("\n".join([*found, f"{len(found)} files are named by no row. Nothing was removed."]))
