from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from clinic import audit
from clinic.models import AuditLink, AuditRow


class Command(BaseCommand):
    help = "Check the audit trail: find edited, removed, inserted or truncated rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", default="", help="the last link as noted outside the database")

    def handle(self, *args: object, head: str, **options: object) -> None:
        found = audit.faults(head=head)
        for fault in found:
            self.stderr.write(f"{fault.kind}: {fault.where}")
        if found:
            raise CommandError(f"{len(found)} faults in the audit trail.")
        linked = AuditLink.objects.count()
        waiting = AuditRow.objects.count() - linked
        self.stdout.write(f"The trail holds: {linked} rows linked, {waiting} waiting. Head: {audit.head()}")
