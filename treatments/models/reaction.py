from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from patients.models import Patient
from treatments.models.session import Session

HOLDS_FROM = 2  # the grade from which an open reaction keeps the next session away (C-75)


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def standing(self) -> ReactionQuerySet:
        """Those that were not entered in error."""
        return self.filter(struck_at=None)

    def open(self) -> ReactionQuerySet:
        """Those that nobody has closed yet."""
        return self.standing().filter(closed_at=None)

    def holding(self) -> ReactionQuerySet:
        """Those that keep the next session of their patient away, as `reaction_rules.holds` says."""
        return self.open().filter(grade__gte=HOLDS_FROM, affected=Reaction.Affected.PATIENT)

    def to_look_at(self) -> ReactionQuerySet:
        """Those of which a lead was told and that no lead has looked at since."""
        return self.standing().filter(alerted_at__isnull=False, looked_at=None)


class Reaction(models.Model):
    """Harm that followed a treatment: what it is, how grave, and what became of it (C-661 to C-677).

    grade: 1 mild to 5 death, as CTCAE words it. session: which one it followed; its device, its cartridge and its lots
    are read there and never copied. Without a session no_session_because says why there is none here. affected: a
    needle that pricked somebody of the house is told with the session it was used in, and keeps nobody away.
    alerted_at: when the leads were last told; looked_at: when one of them looked since. version guards two people.
    """

    class Category(models.TextChoices):
        EXPECTED = "expected_reaction", _("Expected reaction")
        ERYTHEMA = "prolonged_erythema", _("Prolonged redness")
        SWELLING = "severe_swelling", _("Severe swelling")
        BACTERIAL = "infection_bacterial", _("Infection, bacterial")
        ATYPICAL = "infection_atypical", _("Infection, atypical")
        HERPES = "herpes_reactivation", _("Herpes reactivation")
        PIGMENT = "pih_dyspigmentation", _("Dark or light patches")
        SCARRING = "scarring_tramtrack", _("Scarring, tram tracks")
        GRANULOMA = "granuloma_hypersensitivity", _("Granuloma, hypersensitivity")
        CONTACT = "contact_dermatitis", _("Contact dermatitis")
        ACNE = "acne_milia_flare", _("Acne or milia")
        ANAESTHETIC = "anaesthetic_toxicity", _("Anaesthetic toxicity")
        FAINT = "vasovagal", _("Fainting")
        ALLERGY = "allergy_anaphylaxis", _("Allergy, anaphylaxis")
        SHARPS = "sharps_bbv_exposure", _("Needlestick, exposure to blood")
        DEVICE = "device_malfunction", _("Device malfunction")
        BURN = "burn_fat_loss_nerve", _("Burn, fat loss, nerve (radiofrequency)")

    class Affected(models.TextChoices):
        PATIENT = "patient", _("The patient")
        STAFF = "staff", _("Somebody of the house")

    class Causality(models.TextChoices):
        RELATED = "related", _("Related")
        POSSIBLE = "possible", _("Possible")
        UNLIKELY = "unlikely", _("Unlikely")
        UNDETERMINED = "undetermined", _("Not determined")

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVING = "resolving", _("Resolving")
        RESOLVED = "resolved", _("Resolved")
        SEQUELAE = "sequelae", _("Resolved with lasting marks")

    class Authority(models.TextChoices):
        MHRA = "mhra", _("MHRA, Yellow Card (UK)")
        FDA = "fda", _("FDA, MedWatch (US)")
        CANADA = "health_canada", _("Health Canada")
        OTHER = "other", _("Another authority or the maker")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reactions")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, blank=True, related_name="reactions")
    no_session_because = models.CharField(_("why no session here"), max_length=250, blank=True)
    affected = models.CharField(_("who was harmed"), max_length=8, choices=Affected.choices, default=Affected.PATIENT)
    category = models.CharField(_("what it is"), max_length=32, choices=Category.choices)
    grade = models.PositiveSmallIntegerField(_("grade, 1 to 5"))
    zone_codes = models.JSONField(_("where"), default=list, blank=True)
    onset_at = models.DateTimeField(_("when it began"))
    causality = models.CharField(_("caused by the treatment"), max_length=12, choices=Causality.choices)
    is_serious = models.BooleanField(_("serious"), default=False)
    signs = models.TextField(_("what is seen and felt"))
    action_taken = models.TextField(_("what was done about it"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    is_reportable = models.BooleanField(_("to be reported to an authority"), default=False)
    reported_to = models.CharField(_("reported to"), max_length=16, choices=Authority.choices, blank=True)
    report_reference = models.CharField(_("reference of the report"), max_length=80, blank=True)
    reported_on = models.DateField(_("reported on"), null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_because = models.CharField(_("why it was struck"), max_length=250, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name = _("adverse reaction")
        verbose_name_plural = _("adverse reactions")
        constraints = [
            models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="reaction_grade_in_range"),
            models.CheckConstraint(condition=~Q(signs=""), name="reaction_says_what_is_seen"),
            models.CheckConstraint(
                condition=Q(session__isnull=False, no_session_because="")
                | (Q(session=None) & ~Q(no_session_because="")),
                name="reaction_follows_a_session_or_says_why",
            ),
            models.CheckConstraint(
                condition=Q(affected="patient") | Q(category="sharps_bbv_exposure", session__isnull=False),
                name="reaction_of_staff_is_a_needlestick",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome__in=["open", "resolving"])
                | Q(closed_at__isnull=False, closed_by__isnull=False, outcome__in=["resolved", "sequelae"]),
                name="reaction_closed_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by=None, struck_because="")
                | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_because="")),
                name="reaction_struck_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(reported_to="", report_reference="", reported_on=None)
                | (Q(is_reportable=True, reported_on__isnull=False) & ~Q(reported_to="")),
                name="reaction_reported_to_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}, {self.grade}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and self.struck_at is None

    @property
    def waits_for_a_lead(self) -> bool:
        return self.alerted_at is not None and self.looked_at is None and self.struck_at is None


class ReactionEntry(models.Model):
    """One step in the story of a reaction: who wrote what and when, and which values changed. Never altered.

    changes: a list of {field, was, became}, as texts (`clinic.value_history`). version: what the step made of it.
    """

    class Kind(models.TextChoices):
        REPORTED = "reported", _("Reported")
        FOLLOWED = "followed", _("Follow-up")
        LOOKED_AT = "looked_at", _("Looked at by a lead")
        TO_AUTHORITY = "to_authority", _("Report to an authority")
        CLOSED = "closed", _("Closed")
        STRUCK = "struck", _("Entered in error")

    reaction = models.ForeignKey(Reaction, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    words = models.TextField(_("in words"), blank=True)
    changes = models.JSONField(default=list)
    version = models.PositiveIntegerField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("step of an adverse reaction")
        verbose_name_plural = _("steps of adverse reactions")

    def __str__(self) -> str:
        return f"{self.reaction_id}, {self.kind}"
