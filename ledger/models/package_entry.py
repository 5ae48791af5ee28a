from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.package import Package


class PackageEntry(models.Model):
    """What came to a package or left it, never changed afterwards; a wrong entry is corrected by another one.

    count: sessions, below 0 for what left. session: the id of the session that used one, as sessions live above;
    turn: which time this session used one, for it may be given back and used again. other: the id of the package on
    the other side of what was given on. amount: the money that was paid back. by_name is kept as the trail does.
    """

    class Kind(models.TextChoices):
        BOUGHT = "bought", _("Bought")
        REDEEMED = "redeemed", _("Used for a session")
        GIVEN_BACK = "given_back", _("Given back")
        REFUNDED = "refunded", _("Refunded")
        TRANSFERRED_OUT = "transferred_out", _("Given to somebody else")
        TRANSFERRED_IN = "transferred_in", _("Given by somebody else")
        EXPIRED = "expired", _("Expired")
        CORRECTED = "corrected", _("Corrected")

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    count = models.SmallIntegerField()
    session = models.UUIDField(null=True, blank=True)
    turn = models.PositiveSmallIntegerField(null=True, blank=True)
    other = models.UUIDField(null=True, blank=True)
    amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    reason = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("entry of a package")
        verbose_name_plural = _("entries of packages")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind", "turn"],
                condition=Q(session__isnull=False),
                name="package_used_once_by_a_session",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["bought", "given_back", "transferred_in"], count__gt=0)
                | Q(kind__in=["refunded", "transferred_out", "expired"], count__lt=0)
                | Q(kind="redeemed", count=-1)
                | (Q(kind="corrected") & ~Q(count=0)),
                name="package_entry_goes_its_way",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["bought", "redeemed", "expired"]) | ~Q(reason=""),
                name="package_entry_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["redeemed", "given_back"], session__isnull=False, turn__isnull=False, turn__gte=1)
                | (~Q(kind__in=["redeemed", "given_back"]) & Q(session=None, turn=None)),
                name="package_entry_of_a_session_is_a_use",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["transferred_out", "transferred_in"], other__isnull=False)
                | (~Q(kind__in=["transferred_out", "transferred_in"]) & Q(other=None)),
                name="package_entry_of_two_says_the_other",
            ),
            models.CheckConstraint(
                condition=Q(kind="refunded", amount__isnull=False, amount__gte=0)
                | (~Q(kind="refunded") & Q(amount=None)),
                name="package_refund_says_how_much",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.kind} {self.count:+d}"
