from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


class PatientQuerySet(models.QuerySet["Patient"]):
    def matching(self, text: str) -> PatientQuerySet:
        """Patients whose name, phone, e-mail, reference or date of birth holds every word of `text`.

        Words of digits match the tail of the phone, the reference, or a date of birth written 1994 or 21/05/1994.
        """
        found = self
        for word in text.casefold().split()[:6]:
            found = found.filter(word_matches(word))
        return found


def word_matches(word: str) -> models.Q:
    """Return the condition that one word of a search puts on a patient."""
    digits = "".join(ch for ch in word if ch.isdigit())
    if digits and digits == word.lstrip("+"):
        query = models.Q(phone_digits__endswith=digits) | models.Q(reference__icontains=digits)
        if len(digits) == 4 and 1900 <= int(digits) <= 2100:
            query |= models.Q(born_on__year=int(digits))
        return query
    for form in ("/", ".", "-"):
        parts = word.split(form)
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            return models.Q(born_on=_as_date(parts))
    return models.Q(search_key__contains=word) | models.Q(email__icontains=word) | models.Q(reference__iexact=word)


def _as_date(parts: list[str]) -> date | None:
    day, month, year = (parts[2], parts[1], parts[0]) if len(parts[0]) == 4 else (parts[0], parts[1], parts[2])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class Patient(models.Model):
    """A person who comes, and how to reach them. Clinical facts here are for clinicians only.

    search_key is the name folded for finding; actions keep it (`patients.patients.write`). fitzpatrick: I to VI as 1
    to 6 or empty when unknown (C-20). version rises with every edit.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=120)
    called = models.CharField(_("called"), max_length=60, blank=True)
    search_key = models.CharField(max_length=200, editable=False)
    born_on = models.DateField(_("born"), null=True, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    phone_digits = models.CharField(max_length=20, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    wants_appointment_mail = models.BooleanField(_("messages about appointments"), default=True)
    wants_aftercare_mail = models.BooleanField(_("aftercare and follow-up messages"), default=True)
    fitzpatrick = models.PositiveSmallIntegerField(_("skin type"), null=True, blank=True)
    allergies = models.TextField(_("allergies"), blank=True)
    has_pigment_history = models.BooleanField(_("marks darken easily"), default=False)
    has_cold_sores = models.BooleanField(_("cold sores before"), default=False)
    avoids_nsaids = models.BooleanField(_("no anti-inflammatories"), default=False)
    died_on = models.DateField(_("died"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["search_key", "id"]
        indexes = [
            models.Index(fields=["search_key"], name="patient_search_key"),
            models.Index(fields=["phone_digits"], name="patient_phone_digits"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(phone="") | ~models.Q(email=""), name="patient_can_be_reached"
            ),
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

    def age_on(self, day: date) -> int | None:
        """Return whole years on that day, or None when the date of birth is not known."""
        if self.born_on is None:
            return None
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (0 if had_birthday else 1)
