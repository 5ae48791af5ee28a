from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.device import Device
from clinic.models.room import Room
from clinic.models.user import User


class Service(models.Model):
    """What can be booked. A service is a run of phases, and each phase says what it holds.

    beside: codes of what is always done beside the needling; each is agreed to by itself (`intake.agreeing.BESIDE`).
    """

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", _("Consultation")
        NEEDLING = "needling", _("Microneedling")
        REVIEW = "review", _("Review")

    code = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    start_grid_minutes = models.PositiveSmallIntegerField(_("starts every"), default=15)
    minimum_notice_minutes = models.PositiveIntegerField(_("shortest notice"), default=0)
    maximum_advance_days = models.PositiveIntegerField(_("booked at most ahead"), default=365)
    beside = models.JSONField(_("beside the needling"), default=list, blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)
    position = models.PositiveSmallIntegerField(default=0)
    practitioners = models.ManyToManyField(User, related_name="services", blank=True)
    rooms = models.ManyToManyField(Room, related_name="services", blank=True)
    devices = models.ManyToManyField(Device, related_name="services", blank=True)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_grid_minutes__in=[5, 10, 15, 30]), name="service_grid_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def minutes(self) -> int:
        """Whole minutes from the first phase to the last, clean-down included."""
        return sum(phase.minutes for phase in self.phases.all())

    @property
    def patient_minutes(self) -> int:
        """Whole minutes that the patient is there: all phases but those that do not hold the patient."""
        return sum(phase.minutes for phase in self.phases.all() if phase.holds_patient)


class Phase(models.Model):
    """One stretch of a service and what it holds, in order of position (C-16 to C-22)."""

    class Kind(models.TextChoices):
        TALK = "talk", _("Talk")
        PREPARE = "prepare", _("Prepare")
        NUMBING = "numbing", _("Numbing")
        NEEDLING = "needling", _("Needling")
        CALM = "calm", _("Calm and aftercare")
        CLEAN_DOWN = "clean_down", _("Clean-down")

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="phases")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    holds_practitioner = models.BooleanField(default=True)
    holds_room = models.BooleanField(default=True)
    holds_chair = models.BooleanField(default=False)
    holds_device = models.BooleanField(default=False)
    holds_patient = models.BooleanField(default=True)

    class Meta:
        ordering = ["service", "position"]
        constraints = [
            models.UniqueConstraint(fields=["service", "position"], name="phase_position_once"),
            models.CheckConstraint(condition=models.Q(minutes__gt=0, minutes__lte=480), name="phase_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.minutes} min"
