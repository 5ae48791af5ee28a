from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


def is_a_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone; write it as in Europe/London."), params={"name": name})


class Site(models.Model):
    """A place where the clinic treats people: its address, its time zone, how to reach it, and its rules of booking.

    nsaid_policy: what letters say of ibuprofen and its like where nothing about the patient speaks against it (C-50).
    """

    class NsaidPolicy(models.TextChoices):
        ALLOW = "allow", _("May be taken")
        ASK_FIRST = "ask_first", _("Only after asking the clinic")
        AVOID = "avoid", _("Is not named")

    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=250)
    phone = PhoneNumberField(_("phone"))
    email = models.EmailField(_("mailbox"), help_text=_("Replies to messages arrive here."))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[is_a_time_zone])
    hours_words = models.CharField(
        _("opening hours in words"), max_length=160, help_text=_("As patients read them: Mon to Fri 9:00 to 18:00.")
    )
    out_of_hours_words = models.CharField(_("outside opening hours"), max_length=250)
    emergency_number = models.CharField(_("emergency number"), max_length=16)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, such as GB or ES."))
    region = models.CharField(
        _("region"), max_length=8, blank=True, help_text=_("As the public holidays know it, such as ENG or MD.")
    )
    travel_minutes = models.PositiveSmallIntegerField(
        _("way from another site, minutes"),
        default=30,
        help_text=_("Kept free between visits of one practitioner here and elsewhere."),
    )
    consultation_first = models.BooleanField(_("a consultation before the first needling"), default=True)
    consent_cooling_days = models.PositiveSmallIntegerField(
        _("days between consent and treatment"),
        default=0,
        validators=[MaxValueValidator(90)],
        help_text=_("Time to think it over; 0 asks for none."),
    )
    minimum_age = models.PositiveSmallIntegerField(
        _("youngest age for a session, years"),
        default=18,
        validators=[MaxValueValidator(30)],
        help_text=_("Below it a prescriber decides for each visit, and the guardian signs."),
    )
    late_cancel_hours = models.PositiveSmallIntegerField(_("late cancellation, hours before the visit"), default=24)
    policy_words = models.CharField(
        _("what is said about missed visits"),
        max_length=250,
        blank=True,
        help_text=_("Read to the patient at booking; empty says nothing."),
    )
    offer_minutes = models.PositiveSmallIntegerField(
        _("how long an offered time is held, minutes"), default=120, validators=[MinValueValidator(5)]
    )
    feeds_show_initials = models.BooleanField(_("initials in calendar feeds"), default=False)
    keep_years = models.PositiveSmallIntegerField(
        _("years a record is kept after its last entry"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    own_patients_only = models.BooleanField(
        _("practitioners open only the records of their own patients"), default=False
    )
    sheets_show_initials = models.BooleanField(_("initials only on the day sheets saved each evening"), default=False)

    report_minutes = models.PositiveSmallIntegerField(
        _("until a report nobody took on is told to the leads, minutes"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(1440)],
        help_text=_("What is urgent is told at once."),
    )
    nsaid_policy = models.CharField(
        _("ibuprofen and its like after a treatment"),
        max_length=10,
        choices=NsaidPolicy.choices,
        default=NsaidPolicy.ALLOW,
    )
    sends_health_form = models.BooleanField(_("the health form goes out with a first booking"), default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
