from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ledger.rules import MOST_SESSIONS
from patients.models import Patient


class PackageQuerySet(models.QuerySet["Package"]):
    def with_left(self) -> PackageQuerySet:
        """Each package with `left`: the sessions that its entries leave."""
        return self.annotate(left=Coalesce(Sum("entries__count"), 0))

    def of_open_records(self) -> PackageQuerySet:
        """Those of patients whose record is not closed."""
        return self.filter(patient__closed_at=None)

    def open_on(self, on: date) -> PackageQuerySet:
        """Those that were bought by that day of the site and have not expired on it."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=on), bought_on__lte=on)

    def soonest_first(self) -> PackageQuerySet:
        """In the order in which they are used: what expires first, then what was bought first."""
        return self.order_by(F("expires_on").asc(nulls_last=True), "bought_on", "pk")


class Package(models.Model):
    """A number of sessions that somebody bought, or was given; what is left of them is the sum of the entries.

    name: what the desk calls it. price: for all of it, in currency, as three letters; 0 for what was given on.
    expires_on: the last day of use, in the site's days. service_codes: the services of the menu that it pays for;
    empty for every treatment. Nothing of it changes but whose it is, with a merge of two records.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="packages")
    name = models.CharField(_("name"), max_length=80)
    sessions_count = models.PositiveSmallIntegerField(_("sessions"))
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    bought_on = models.DateField(_("bought on"))
    expires_on = models.DateField(_("use until"), null=True, blank=True)
    service_codes = models.JSONField(_("pays for"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ["-bought_on", "-pk"]
        verbose_name = _("package of sessions")
        verbose_name_plural = _("packages of sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(sessions_count__range=(1, MOST_SESSIONS)), name="package_holds_some_sessions"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="package_costs_something_or_nothing"),
            models.CheckConstraint(condition=~Q(name=""), name="package_has_a_name"),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("bought_on")), name="package_expires_afterwards"
            ),
        ]

    def __str__(self) -> str:
        return self.name
