from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment
from clinic.models import Device, Room, User
from intake.models import Consent, Screening
from patients.models import Patient
from stock.models import Cartridge, Lot
from treatments.models.course import Course
from treatments.models.reference import RuleSet


class SessionQuerySet(models.QuerySet["Session"]):
    def ended(self) -> SessionQuerySet:
        return self.filter(ended_at__isnull=False, struck_at=None)

    def standing(self) -> SessionQuerySet:
        """Those that were not entered in error."""
        return self.filter(struck_at=None)

    def at_visit(self, outer: str = "pk") -> Exists:
        """Return the condition that one of these was held at a visit; outer: where its id stands in the other query."""
        return Exists(self.filter(appointment=OuterRef(outer)))

    def unsigned(self) -> SessionQuerySet:
        return self.ended().filter(signed_at=None)


class Session(models.Model):
    """What was done to one patient on one occasion. A draft until signed; then the database refuses any change.

    Its five steps: cleansed_at, the creams, needling_started_at to needling_ended_at, serum_at, calm_from_at.
    The gates (identity, screening, consent) were passed at started_at; is_afterwards: it had happened already when it
    was recorded, and an incident says what it went past. Reactions: erythema and oedema 0 to 4, pain 0 to 10 (table f).
    beside: what was planned beside the needling (C-619), each purpose with the digest of the consent to it.
    typed: what was written last and could not be read yet, by the names of the fields; empty once all of it could.
    assistant: who helped. aftercare_version: of the protocol whose words were given, set at the end. adjunct_details:
    what was done beside the needling, in words.
    personal_words and products go to the patient with the first message after the treatment; products: one a line.
    serum_is_none and anaesthetic_is_none record an explicit "none". version guards two people writing one draft.
    struck_at: it was entered in error, as its strike says; it stays, and its visit and cartridge may have another.
    seal_digest is the SHA-256 of the sealed content, patient's UUID included.
    """

    class Bleeding(models.TextChoices):
        NONE = "none", _("None")
        PINPOINT = "pinpoint", _("Pinpoint")
        MORE = "more", _("More than pinpoint")

    class Adjunct(models.TextChoices):
        NONE = "none", _("Nothing beside the needling")
        PRP = "prp", _("Platelet-rich plasma")
        PEEL = "peel", _("Chemical peel")
        LASER = "laser", _("Laser")
        RF = "rf", _("Radiofrequency")
        OTHER = "other", _("Something else")

    class Given(models.TextChoices):
        PRINTED = "printed", _("Printed")
        SENT = "sent", _("Sent")
        TOLD = "told", _("Told")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="sessions")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sessions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    practitioner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions")
    assistant = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assistant")
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_afterwards = models.BooleanField(default=False)
    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, null=True, blank=True, related_name="session")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    beside = models.JSONField(default=dict, blank=True)
    identity_confirmed_at = models.DateTimeField()
    started_at = models.DateTimeField()
    cleansed_at = models.DateTimeField(_("cleansed at"), null=True, blank=True)
    needling_started_at = models.DateTimeField(_("needling from"), null=True, blank=True)
    needling_ended_at = models.DateTimeField(_("needling to"), null=True, blank=True)
    serum_at = models.DateTimeField(_("serum at"), null=True, blank=True)
    calm_from_at = models.DateTimeField(_("calming from"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    cartridge = models.ForeignKey(Cartridge, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    skin_prep_lot = models.ForeignKey(
        Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("skin preparation")
    )
    has_barrier_sleeve = models.BooleanField(_("barrier sleeve used"), default=False)
    seal_was_intact = models.BooleanField(_("sterile seal was intact"), default=False)
    serum_is_none = models.BooleanField(_("no serum"), default=False)
    anaesthetic_is_none = models.BooleanField(_("no anaesthetic"), default=False)
    erythema = models.PositiveSmallIntegerField(_("erythema, 0 to 4"), null=True, blank=True)
    oedema = models.PositiveSmallIntegerField(_("oedema, 0 to 4"), null=True, blank=True)
    bleeding = models.CharField(_("bleeding"), max_length=10, choices=Bleeding.choices, blank=True)
    pain_during = models.PositiveSmallIntegerField(_("pain, 0 to 10"), null=True, blank=True)
    pain_after = models.PositiveSmallIntegerField(_("pain afterwards, 0 to 10"), null=True, blank=True)
    reaction_note = models.CharField(_("reaction, in words"), max_length=250, blank=True)
    adjunct = models.CharField(_("beside the needling"), max_length=8, choices=Adjunct.choices, blank=True)
    adjunct_details = models.CharField(_("what was done beside it"), max_length=250, blank=True)
    note = models.TextField(_("note"), blank=True)
    personal_words = models.CharField(_("for this patient"), max_length=500, blank=True)
    products = models.CharField(_("recommended products"), max_length=500, blank=True)
    aftercare_given = models.BooleanField(_("aftercare explained"), default=False)
    aftercare_method = models.CharField(_("how aftercare was given"), max_length=8, choices=Given.choices, blank=True)
    aftercare_version = models.PositiveIntegerField(null=True, blank=True)
    sharps_disposed = models.BooleanField(_("sharps disposed of"), default=False)
    rule_set = models.ForeignKey(RuleSet, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    typed = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seal_digest = models.CharField(max_length=64, blank=True)
    struck_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        indexes = [  # for looking back from a device or a practitioner between two days
            models.Index(fields=["device", "started_at"], name="session_by_device"),
            models.Index(fields=["practitioner", "started_at"], name="session_by_practitioner"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(struck_at=None), name="one_session_of_a_visit"),
            models.UniqueConstraint(
                fields=["cartridge"], condition=Q(struck_at=None), name="cartridge_serves_one_session"
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None, seal_digest="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(seal_digest="")),
                name="session_signed_by_a_person_with_a_digest",
            ),
            models.CheckConstraint(
                condition=Q(is_afterwards=True) | Q(screening__isnull=False, consent__isnull=False),
                name="session_screened_and_agreed_to",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="session_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(ended_at__isnull=False), name="session_signed_after_its_end"
            ),
            models.CheckConstraint(
                condition=Q(needling_ended_at=None)
                | Q(needling_started_at=None)
                | Q(needling_ended_at__gte=F("needling_started_at")),
                name="needling_ends_after_start",
            ),
            models.CheckConstraint(
                condition=(Q(erythema=None) | Q(erythema__lte=4))
                & (Q(oedema=None) | Q(oedema__lte=4))
                & (Q(pain_during=None) | Q(pain_during__lte=10)),
                name="session_reaction_in_range",
            ),
            models.CheckConstraint(
                condition=Q(pain_after=None) | Q(pain_after__lte=10), name="session_pain_after_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.started_at:%Y-%m-%d}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
