from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aftercare.models.report import Report
from clinic.vault_names import VaultName


class ReportPhoto(models.Model):
    """A photo that a patient sent with a report, painted anew before it was kept. It never changes.

    whole, view and thumb are names in the vault: one picture in three sizes, as JPEG; width and height are those of
    whole. taken_at: as the camera said, None where it said nothing that can be. digest: SHA-256 of the file as it came.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="photos")
    whole = VaultName()
    view = VaultName()
    thumb = VaultName()
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    taken_at = models.DateTimeField(_("taken, as the camera says"), null=True, blank=True)
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("sent"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("photo of a report")
        verbose_name_plural = _("photos of reports")
        constraints = [
            models.CheckConstraint(
                condition=~Q(whole="") & ~Q(view="") & ~Q(thumb=""), name="report_photo_in_three_sizes"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id}, {self.added_at:%Y-%m-%d}"
