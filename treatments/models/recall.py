from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Device, Site, User
from patients.models import Patient
from stock.models import Lot, Product


class RecallQuerySet(models.QuerySet["Recall"]):
    def open(self) -> RecallQuerySet:
        """Those of which somebody may still have to be told."""
        return self.filter(closed_at=None)


class Recall(models.Model):
    """A lot, a product or a device that a maker takes back, and whoever it was used on is told.

    Whom it is about is asked of the records each time (`treatments.tracing`) and never copied. name: what it was called
    when the recall was opened. used_from_on, used_until_on: only what was used on these days, both included. site:
    who writes, and whose days are meant. letters: by language, the subject and the words that go to patients, where
    somebody wrote others than the house's own. closed_because: why not everybody was
    reached, "" where everybody was.
    """

    class What(models.TextChoices):
        LOT = "lot", _("Lot")
        PRODUCT = "product", _("Product")
        DEVICE = "device", _("Device")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("what"), max_length=8, choices=What.choices)
    name = models.CharField(_("name"), max_length=250)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="recalls")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="recalls")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="recalls")
    used_from_on = models.DateField(_("used from"), null=True, blank=True)
    used_until_on = models.DateField(_("used until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=250)
    maker_asks = models.TextField(_("what the maker asks"), blank=True)
    letters = models.JSONField(default=dict, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(_("why not everybody was reached"), max_length=250, blank=True)

    objects = RecallQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        constraints = [
            models.CheckConstraint(
                condition=Q(what="lot", lot__isnull=False, product=None, device=None)
                | Q(what="product", lot=None, product__isnull=False, device=None)
                | Q(what="device", lot=None, product=None, device__isnull=False),
                name="recall_is_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="recall_says_why"),
            models.CheckConstraint(
                condition=Q(used_from_on=None) | Q(used_until_on=None) | Q(used_until_on__gte=F("used_from_on")),
                name="recall_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, closed_because="")
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="recall_closed_by_somebody",
            ),
            *(
                models.UniqueConstraint(
                    fields=[what], condition=Q(closed_at=None), name=f"recall_open_once_of_a_{what}"
                )
                for what in ("lot", "product", "device")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def thing(self) -> Lot | Product | Device:
        """Return what is recalled."""
        return self.lot or self.product or self.device


class RecallContact(models.Model):
    """One try to reach a patient about a recall, never changed afterwards.

    Whoever was reached once counts as reached. by_post_of_the_house: an e-mail that the outbox sends.
    """

    class How(models.TextChoices):
        CALL = "call", _("Call")
        LETTER = "letter", _("Letter")
        MAIL = "mail", _("E-mail")
        PERSON = "person", _("In person")

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="contacts")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="recall_contacts")
    how = models.CharField(_("how"), max_length=8, choices=How.choices)
    is_reached = models.BooleanField(_("reached"), default=False)
    by_post_of_the_house = models.BooleanField(_("sent from here"), default=False)
    words = models.CharField(_("words"), max_length=250, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("contact about a recall")
        verbose_name_plural = _("contacts about recalls")
        constraints = [
            models.CheckConstraint(
                condition=Q(by_post_of_the_house=False) | Q(how="mail", is_reached=False),
                name="recall_mail_reaches_nobody_by_itself",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recall} {self.how}"
