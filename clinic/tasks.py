from celery import shared_task
from django.utils import timezone

from clinic import audit, vault_names


@shared_task
def seal_audit(**kwargs: object) -> None:
    audit.seal_links(at=timezone.now())


@shared_task
def sweep_vault() -> int:
    """Remove the files of the vault that no row names; return how many."""
    return vault_names.sweep(at=timezone.now())
