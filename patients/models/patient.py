from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import region_code_for_country_code

from patients import finding


def as_dialled(number: PhoneNumber | str) -> str:
    """Return a number as it is dialled here, with the country's code only for another country, or ""."""
    if not number:
        return ""
    is_home = region_code_for_country_code(number.country_code) == settings.PHONENUMBER_DEFAULT_REGION
    return number.as_national if is_home else number.as_international


class PatientQuerySet(models.QuerySet["Patient"]):
    def matching(self, text: str) -> PatientQuerySet:
        """Patients that hold everything that was typed (`patients.finding`), the closest names first."""
        found = self.filter(finding.condition(text))
        return found.order_by(finding.closeness(text), "search_key", "id")

    def closest(self, text: str, at_most: int) -> list[Patient]:
        """Return the first of `matching`; where that many names begin so, no other is looked at."""
        closest = self.filter(finding.condition(text), finding.begins(text)).order_by("search_key", "id")
        found = list(closest[:at_most])
        return found if len(found) == at_most else list(self.matching(text)[:at_most])


class StandingPatients(models.Manager.from_queryset(PatientQuerySet)):  # type: ignore[misc]
    """Records that stand for themselves: what was merged into another is met under that one, on every page."""

    def get_queryset(self) -> PatientQuerySet:
        return super().get_queryset().filter(merged_into=None)


class OpenRecords(StandingPatients):
    """The records that everybody works with. One that was closed is met on the pages about privacy alone."""

    def get_queryset(self) -> PatientQuerySet:
        return super().get_queryset().filter(closed_at=None)


class Patient(models.Model):
    """A person who comes, and how to reach them. Clinical facts here are for clinicians only.

    name is as the patient says it, first name first; legal_name where papers say otherwise; called, how to address
    them. search_key is the names folded for finding and phone_digits the phone in E.164 without its plus;
    `patients.patients` keeps both. fitzpatrick: I to VI as 1 to 6, or empty when unknown (C-610). version
    rises with every edit. no_known_allergies: they were asked, and said there are none. merged_into: the record that
    this one became part of (`patients.merging`); such a row is found by `with_merged` alone, and takes nothing new.
    closed_at: the patient asked to be forgotten (`visits.erasing`); such a record is found by `everybody` alone.
    """

    CLINICAL = (
        "fitzpatrick",
        "skin_concerns",
        "no_known_allergies",
        "has_keloid_history",
        "has_pigment_history",
        "has_cold_sores",
        "avoids_nsaids",
    )

    class SkinType(models.IntegerChoices):
        I = 1, "I"  # noqa: E741  (a Roman numeral)
        II = 2, "II"
        III = 3, "III"
        IV = 4, "IV"
        V = 5, "V"
        VI = 6, "VI"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=120)
    called = models.CharField(_("called"), max_length=60, blank=True)
    legal_name = models.CharField(_("legal name"), max_length=120, blank=True)
    former_names = models.CharField(
        _("former names"),
        max_length=250,
        blank=True,
        help_text=_("Separated by commas; the patient is found by them."),
    )
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    search_key = models.CharField(max_length=480, editable=False)
    born_on = models.DateField(_("born"), null=True, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    phone_digits = models.CharField(max_length=20, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    wants_appointment_mail = models.BooleanField(_("e-mails about appointments"), default=True)
    wants_aftercare_mail = models.BooleanField(_("e-mails with aftercare"), default=True)
    wants_recall_mail = models.BooleanField(_("e-mails that the next session is due"), default=True)
    wants_marketing_mail = models.BooleanField(_("news and offers"), default=False)
    emergency_name = models.CharField(_("emergency contact"), max_length=120, blank=True)
    emergency_relation = models.CharField(_("who that is"), max_length=60, blank=True)
    emergency_phone = PhoneNumberField(_("phone of the emergency contact"), blank=True)
    guardian_name = models.CharField(_("guardian"), max_length=120, blank=True)
    guardian_relation = models.CharField(_("who the guardian is"), max_length=60, blank=True)
    guardian_phone = PhoneNumberField(_("phone of the guardian"), blank=True)
    guardian_email = models.EmailField(_("e-mail of the guardian"), blank=True)
    fitzpatrick = models.PositiveSmallIntegerField(_("skin type"), choices=SkinType.choices, null=True, blank=True)
    skin_concerns = models.CharField(_("what they would like to change"), max_length=250, blank=True)
    no_known_allergies = models.BooleanField(_("no known allergies"), default=False)
    has_keloid_history = models.BooleanField(_("raised scars before"), default=False)
    has_pigment_history = models.BooleanField(_("marks darken easily"), default=False)
    has_cold_sores = models.BooleanField(_("cold sores before"), default=False)
    avoids_nsaids = models.BooleanField(_("no anti-inflammatories"), default=False)
    died_on = models.DateField(_("died"), null=True, blank=True)
    archived_on = models.DateField(_("no longer comes"), null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    objects = OpenRecords()
    everybody = StandingPatients()
    with_merged = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["search_key", "id"]
        indexes = [
            models.Index(fields=["search_key"], name="patient_search_key"),
            models.Index(  # for names that begin so, whatever the language that PostgreSQL sorts by
                fields=["merged_into", "closed_at", "search_key"],
                name="patient_name_begins",
                opclasses=["int8_ops", "timestamptz_ops", "varchar_pattern_ops"],
            ),
            models.Index(fields=["phone_digits"], name="patient_phone_digits"),
            models.Index(fields=["email"], name="patient_email"),
            models.Index(fields=["born_on"], name="patient_born_on"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(phone="") | ~models.Q(email=""), name="patient_can_be_reached"),
            models.CheckConstraint(
                condition=models.Q(fitzpatrick=None) | models.Q(fitzpatrick__range=(1, 6)),
                name="patient_fitzpatrick_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        return self.called or self.name.split()[0]

    @property
    def phone_tail(self) -> str:
        return self.phone_digits[-4:]

    @property
    def phone_words(self) -> str:
        return as_dialled(self.phone)

    @property
    def has_guardian(self) -> bool:
        """Whether a guardian is written down who can be reached."""
        return bool(self.guardian_name and (self.guardian_phone or self.guardian_email))

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    def age_on(self, day: date) -> int | None:
        """Return whole years on that day, or None when the date of birth is not known."""
        if self.born_on is None:
            return None
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (0 if had_birthday else 1)


class ReferenceSeries(models.Model):
    """The last number given out as a patient's reference; one row, and whoever registers waits for it."""

    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_reference_series")]

    def __str__(self) -> str:
        return f"R-{self.last}"
