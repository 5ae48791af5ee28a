from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Inserts the clinical values that are missing; what a clinic has edited stays as it is."
    stealth_options = ("at",)  # since when the words stand, for a clinic with a past

    @transaction.atomic
    def handle(self, *args, verbosity: int = 1, at: datetime | None = None, **options) -> None:
        for path in settings.CLINICAL_LOADERS:
            count = import_string(path)(at=at or timezone.now())
            if verbosity:
                self.stdout.write(f"{path.partition('.')[0]}: {count} new")
