from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from treatments.models.session import Session


class PrpUse(models.Model):
    """Blood that was drawn from a patient for platelet-rich plasma, and that it went back to nobody else.

    At the draw and at the application two identifiers are asked and the label of the tube is read, each with who did it
    and when. draw_ml: millilitres of blood, above 0. programme: of the centrifuge.
    """

    class Label(models.TextChoices):
        MATCHES = "matches", _("Names this patient")
        DIFFERS = "differs", _("Names somebody else")

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="prp_use")
    draw_ml = models.DecimalField(_("blood drawn, ml"), max_digits=4, decimal_places=1, null=True, blank=True)
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True)
    programme = models.CharField(_("centrifuge programme"), max_length=80, blank=True)
    draw_name = models.BooleanField(default=False)
    draw_born = models.BooleanField(default=False)
    draw_label = models.CharField(max_length=8, choices=Label.choices, blank=True)
    draw_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    draw_at = models.DateTimeField(null=True, blank=True)
    application_name = models.BooleanField(default=False)
    application_born = models.BooleanField(default=False)
    application_label = models.CharField(max_length=8, choices=Label.choices, blank=True)
    application_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    application_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(draw_ml=None) | Q(draw_ml__gt=0), name="prp_draw_positive"),
            models.CheckConstraint(
                condition=~Q(draw_label="differs") & ~Q(application_label="differs"),
                name="prp_label_never_of_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}"
