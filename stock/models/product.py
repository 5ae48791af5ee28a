from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """A thing the house uses up, by its maker's name.

    needle_length_mm and needle_count belong to cartridges and rollers; active_percent (0 to 100) and agents, the
    anaesthetics in it (C-24, C-219, C-220), to numbing creams. A cream from before they were asked for names none, and
    then nobody knows what is in it. open_channel says what may go on freshly needled skin (C-57); use, what kind of use
    a patient agrees to by itself (C-476, C-477, C-506), usual where the words about the treatment cover it. gtin is the
    number under the bars of its pack, 14 digits with the check digit; low_stock_below, the units under which it is low.
    """

    class Kind(models.TextChoices):
        CARTRIDGE = "cartridge", _("Cartridge")
        SERUM = "serum", _("Serum")
        ANAESTHETIC = "anaesthetic", _("Anaesthetic")
        SKIN_PREP = "skin_prep", _("Skin preparation")
        PRP_KIT = "prp_kit", _("PRP kit")

    OFFERED_AS = {Kind.SERUM: (Kind.SERUM, Kind.PRP_KIT)}

    class OpenChannel(models.TextChoices):
        ALLOW = "allow", _("May be used")
        OVERRIDE = "override", _("Needs a reason")
        BLOCK = "block", _("Not on needled skin")

    class Use(models.TextChoices):
        USUAL = "usual", _("Usual")
        OFF_LABEL = "off_label", _("Outside the maker's instructions")
        PRP = "prp", _("PRP")
        PEEL = "peel", _("Peel")

    class Agent(models.TextChoices):
        LIDOCAINE = "lidocaine", _("Lidocaine")
        PRILOCAINE = "prilocaine", _("Prilocaine")
        TETRACAINE = "tetracaine", _("Tetracaine")
        BENZOCAINE = "benzocaine", _("Benzocaine")
        OTHER = "other", _("Another anaesthetic")

    name = models.CharField(_("name"), max_length=120)
    maker = models.CharField(_("maker"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    open_channel = models.CharField(
        _("on needled skin"), max_length=10, choices=OpenChannel.choices, default=OpenChannel.BLOCK
    )
    use = models.CharField(_("use"), max_length=10, choices=Use.choices, default=Use.USUAL)
    is_sterile = models.BooleanField(_("sterile"), default=False)
    is_single_use = models.BooleanField(_("single use"), default=False)
    needle_count = models.PositiveSmallIntegerField(_("needles"), null=True, blank=True)
    needle_length_mm = models.DecimalField(
        _("needle length, mm"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    active_percent = models.DecimalField(
        _("active ingredient, %"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    agents = models.JSONField(_("anaesthetics in it"), default=list, blank=True)
    is_stocked = models.BooleanField(_("in use"), default=True)
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    low_stock_below = models.PositiveSmallIntegerField(_("low below, units"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["maker", "name"], name="product_named_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="cartridge")
                | models.Q(needle_length_mm__gt=0, needle_length_mm__lte=Decimal("3.00")),
                name="cartridge_has_a_needle_length",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="anaesthetic") | models.Q(agents=[]), name="only_anaesthetics_hold_agents"
            ),
            models.UniqueConstraint(fields=["gtin"], condition=~models.Q(gtin=""), name="gtin_of_one_product"),
            models.CheckConstraint(
                condition=~models.Q(kind="prp_kit") | models.Q(is_sterile=True, is_single_use=True, use="prp"),
                name="prp_kit_serves_one_patient_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_counted_by_use(self) -> bool:
        """Return whether a session uses a whole unit of it up: a cartridge, a kit, a serum for one patient (C-59)."""
        return self.kind in (self.Kind.CARTRIDGE, self.Kind.PRP_KIT) or (
            self.kind == self.Kind.SERUM and self.is_single_use
        )

    @property
    def agents_words(self) -> str:
        """Return the anaesthetics in it as a list, in the order of the choices."""
        return ", ".join(str(one.label) for one in self.Agent if one in self.agents)

    @property
    def lacks_agents(self) -> bool:
        """Return whether it is a numbing cream from before, of which nobody said what is in it."""
        return self.kind == self.Kind.ANAESTHETIC and not self.agents
