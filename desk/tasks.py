import logging

from celery import shared_task
from django.utils import timezone

from clinic.models import Site
from desk.board import sheet_files

log = logging.getLogger(__name__)


@shared_task
def save_sheets() -> int:
    """Save the sheet of each site's next day where that is due; return how many were written.

    Trouble with one site is logged and keeps no other from its sheet.
    """
    now, written = timezone.now(), 0
    for site in Site.objects.order_by("pk"):
        try:
            written += sheet_files.keep(site, at=now)
        except Exception:
            log.exception("The sheet of site %s could not be saved", site.pk)
    return written
