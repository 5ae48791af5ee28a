from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from treatments import records


class Command(BaseCommand):
    help = "Check that every signed consent and every sealed record still says what was signed."

    def handle(self, *args: object, **options: object) -> None:
        done = records.check(at=timezone.now())
        for fault in done.faults:
            self.stderr.write(f"{fault['kind']} {fault['where']} of patient {fault['patient']}: {fault['words']}")
        counted = f"{done.consent_count} consents and {done.session_count} sealed records"
        if done.faults:
            raise CommandError(f"{len(done.faults)} faults in {counted}.")
        self.stdout.write(f"As they were signed: {counted}.")
