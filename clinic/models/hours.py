from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models.site import Site
from clinic.models.user import User


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """When a site is open on a weekday, in its own wall time; half-open.

    first_on and last_on: the local days between which this holds, both included; None for no end.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["site", "weekday", "opens_at"]
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="opens_before_closing"),
            models.CheckConstraint(
                condition=Q(first_on=None) | Q(last_on=None) | Q(first_on__lte=F("last_on")),
                name="opening_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}–{self.closes_at:%H:%M}"


class Shift(models.Model):
    """When a practitioner works at a site on a weekday, in the site's wall time; two shifts leave a lunch.

    first_on and last_on: the local days between which this holds, both included; None for no end.
    """

    practitioner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shifts")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["practitioner", "weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="shift_starts_before_end"),
            models.CheckConstraint(
                condition=Q(first_on=None) | Q(last_on=None) | Q(first_on__lte=F("last_on")), name="shift_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner}, {self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class SpecialDay(models.Model):
    """Other hours on one local day, in the place of the weekly pattern: of a practitioner, or of the whole site.

    Rows of one (site, practitioner, day) make its hours together; one row without times says that there are none.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="special_days")
    practitioner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="special_days")
    on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    words = models.CharField(_("why"), max_length=120, blank=True)

    class Meta:
        ordering = ["on", "starts_at"]
        indexes = [models.Index(fields=["site", "on"], name="special_day_by_site")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(starts_at__lt=F("ends_at")), name="special_day_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner or self.site}, {self.on:%Y-%m-%d}"
