from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from clinic.vault import Unreadable


class Command(BaseCommand):
    help = "Seal every file of the vault with the first of VAULT_KEYS, so that the others may be retired."

    def handle(self, *args: object, **options: object) -> None:
        vault, sealed_again, faulty = storages["vault"], 0, []
        names = vault.names()
        for name in names:
            try:
                sealed_again += vault.reseal(name)
            except Unreadable as error:
                faulty.append(str(error))
        self.stdout.write(f"{sealed_again} of {len(names)} files were sealed again.")
        if faulty:
            raise CommandError("\n".join([*faulty, "Keep the former keys until these are settled."]))
