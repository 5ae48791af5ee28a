from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.vault_names import VaultName
from patients.models.patient import Patient


class ImportQuerySet(models.QuerySet["Import"]):
    def at_work(self) -> ImportQuerySet:
        return self.filter(state__in=[Import.State.CHECKING, Import.State.RUNNING])


class Import(models.Model):
    """A table of another system and how far it has come. file: its name in the vault, "" once it was removed.

    mapping: field of the record -> number of the column, from 0. problems: row, column and sentence of each, without
    the cell's own words. alikes: row, whom it looks like and why. done_count of row_count: the progress bar.
    lease_until: while at work, whoever works is alive until then; began_at: None while nobody has taken it up.
    """

    class State(models.TextChoices):
        NEW = "new", _("Columns to be matched")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Stopped")
        UNDONE = "undone", _("Taken back")

    class Dates(models.TextChoices):
        DAY_FIRST = "dmy", _("day first: 21/05/1994")
        MONTH_FIRST = "mdy", _("month first: 05/21/1994")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filename = models.CharField(max_length=200)
    file = VaultName(blank=True)
    source = models.CharField(_("came from"), max_length=60, blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict, blank=True)
    dates = models.CharField(max_length=3, choices=Dates.choices, default=Dates.DAY_FIRST)
    enters_alikes = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    state_reason = models.CharField(max_length=250, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    ready_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    entered_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    alikes = models.JSONField(default=list, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "running"], lease_until__isnull=False)
                | (~Q(state__in=["checking", "running"]) & Q(lease_until=None)),
                name="import_at_work_has_a_lease",
            )
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done_count // self.row_count) if self.row_count else 0


class ImportedRow(models.Model):
    """One patient who came with a table. key: by which the same row is known again, whatever file it stands in."""

    of = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rows")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="imported_from")
    key = models.CharField(max_length=64, unique=True)
    row = models.PositiveIntegerField()
    place = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")

    def __str__(self) -> str:
        return f"{self.of}, row {self.row}"
