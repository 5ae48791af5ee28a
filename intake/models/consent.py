from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinic.models import User
from clinic.vault_names import VaultName
from patients.models import Patient


class Purpose(models.TextChoices):
    """What somebody may agree to, each by itself (C-690, C-619)."""

    PROCEDURE = "procedure", _("Microneedling")
    OFF_LABEL = "off_label", _("Off-label use")
    PRP = "prp", _("Microneedling with PRP")
    PEEL = "peel", _("Microneedling with a peel")
    LASER = "laser", _("Microneedling with laser")
    RADIOFREQUENCY = "radiofrequency", _("Microneedling with radiofrequency")
    CLINICAL_PHOTOS = "clinical_photos", _("Photos for the record")
    TEACHING_PHOTOS = "teaching_photos", _("Photos for teaching")
    MARKETING_PHOTOS = "marketing_photos", _("Photos for marketing")


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def current(self) -> ConsentTextQuerySet:
        """The texts of the highest version of their purpose, in every language it is written in."""
        newer = ConsentText.objects.filter(purpose=OuterRef("purpose")).order_by("-version").values("version")[:1]
        return self.filter(version=Subquery(newer))


class ConsentText(models.Model):
    """The words of one version of a purpose, in one language. A version never changes.

    A version is published in all its languages together. published_by: None for the words that the house ships.
    """

    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices, default=Purpose.PROCEDURE)
    language = models.CharField(_("language"), max_length=5, default="en")
    version = models.PositiveSmallIntegerField()
    words = models.TextField()
    digest = models.CharField(max_length=64)
    current_from = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "-version", "language"]
        constraints = [
            models.UniqueConstraint(fields=["purpose", "language", "version"], name="consent_version_once_a_language")
        ]

    def __str__(self) -> str:
        named = {"purpose": self.get_purpose_display(), "version": self.version}
        return str(_("%(purpose)s, version %(version)s")) % named


class ConsentQuerySet(models.QuerySet["Consent"]):
    def standing(self) -> ConsentQuerySet:
        """Signed, not taken back, and to the words of today."""
        newest = ConsentText.objects.filter(purpose=OuterRef("text__purpose")).order_by("-version").values("version")
        return self.filter(withdrawn_at=None, text__version=Subquery(newest[:1])).exclude(how=Consent.How.NOTED)


class Consent(models.Model):
    """That somebody agreed to one version of one text: a proof, signed and never changed; it may be taken back, once.

    given_at: when it was signed here; signed_on: the day that stands on a paper. patient_uuid, patient_name and
    patient_born_on: for whom, as the record had it then. recorded_by: who saw it signed; None when the patient signed
    behind a link of their own. signature and pdf are names in the vault, their digests the SHA-256 of those files
    before sealing; record_digest is the SHA-256 of all that was signed (`intake.proofs`). What was agreed to before
    signatures were kept is NOTED, and is no proof.
    """

    class How(models.TextChoices):
        TYPED = "typed", pgettext_lazy("how a consent was signed", "Name typed")
        DRAWN = "drawn", pgettext_lazy("how a consent was signed", "Drawn on the screen")
        PAPER = "paper", pgettext_lazy("how a consent was signed", "On paper, scanned")
        NOTED = "noted", pgettext_lazy("how a consent was signed", "Noted by staff")

    class Signer(models.TextChoices):
        PATIENT = "patient", _("The patient")
        GUARDIAN = "guardian", _("A parent or guardian")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    patient_uuid = models.UUIDField(null=True, editable=False)
    patient_name = models.CharField(max_length=120, blank=True, default="")
    patient_born_on = models.DateField(null=True, blank=True)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=5, choices=How.choices, default=How.NOTED)
    signer = models.CharField(max_length=8, choices=Signer.choices, default=Signer.PATIENT)
    signer_name = models.CharField(_("name"), max_length=120, default="")
    signer_relation = models.CharField(_("relation"), max_length=60, blank=True, default="")
    signed_on = models.DateField(_("day on the paper"), null=True, blank=True)
    signature = VaultName(max_length=40, blank=True, default="")
    signature_type = models.CharField(max_length=20, blank=True, default="")
    signature_digest = models.CharField(max_length=64, blank=True, default="")
    pdf = VaultName(max_length=40, blank=True, default="")
    pdf_digest = models.CharField(max_length=64, blank=True, default="")
    record_digest = models.CharField(max_length=64, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by_name = models.CharField(max_length=120, blank=True, default="")
    withdrawn_reason = models.CharField(_("reason"), max_length=250, blank=True, default="")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(how="noted") | (~Q(signer_name="") & ~Q(record_digest="") & ~Q(pdf="")),
                name="consent_signed_by_a_name_with_a_proof",
            ),
            models.CheckConstraint(
                condition=Q(how__in=["typed", "noted"]) | (~Q(signature="") & ~Q(signature_digest="")),
                name="consent_drawn_or_on_paper_is_kept",
            ),
            models.CheckConstraint(
                condition=Q(signer="patient", signer_relation="") | (Q(signer="guardian") & ~Q(signer_relation="")),
                name="consent_guardian_says_how_related",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_reason="", withdrawn_by_name="")
                | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient}, {self.text}"

    @property
    def is_signed(self) -> bool:
        return self.how != self.How.NOTED
